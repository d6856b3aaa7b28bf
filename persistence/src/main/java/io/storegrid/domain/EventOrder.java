package io.storegrid.domain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts events that were read by position into the order of their delivery.
 *
 * <p>Positions go by the number of the transaction, which a transaction takes before it waits for the rows of others. So of
 * two transactions that overlap, the one with the lower number may have changed an aggregate last, and its event stands
 * before the one that it follows. By the time either can be read both are there (the later one ended last), so it is enough
 * to exchange them; only a page that ends between them must end before both.
 */
public final class EventOrder {

    private EventOrder() {}

    /**
     * How many of the first events can be delivered without those behind them.
     *
     * @param lowestBehind the lowest version that an aggregate has behind {@code byPosition}, for those that have one
     */
    public static int complete(List<PublishedEvent> byPosition, Map<String, Long> lowestBehind) {
        Map<String, Long> lowest = new HashMap<>(lowestBehind);
        int end = byPosition.size();
        int looked = end;
        while (true) {
            int cut = end;
            for (int i = 0; i < end; i++) {
                PublishedEvent event = byPosition.get(i);
                if (event.subjectSeq() > lowest.getOrDefault(event.aggregate(), Long.MAX_VALUE)) {
                    cut = i;
                    break;
                }
            }
            if (cut == end) {
                return end;
            }
            end = cut;
            // What is left out now is behind, too.
            for (int i = end; i < looked; i++) {
                PublishedEvent event = byPosition.get(i);
                lowest.merge(event.aggregate(), event.subjectSeq(), Math::min);
            }
            looked = end;
        }
    }

    /**
     * The same events with each aggregate's in the order of its versions, and each with the place from which everything that
     * comes after it can be read.
     *
     * @param start where the reading began
     */
    public static List<PublishedEvent> delivered(List<PublishedEvent> byPosition, EventPosition start) {
        Map<String, List<Integer>> places = new HashMap<>();
        boolean sorted = true;
        for (int i = 0; i < byPosition.size(); i++) {
            PublishedEvent event = byPosition.get(i);
            List<Integer> own = places.computeIfAbsent(event.aggregate(), name -> new ArrayList<>(1));
            sorted &= own.isEmpty() || byPosition.get(own.get(own.size() - 1)).subjectSeq() <= event.subjectSeq();
            own.add(i);
        }
        if (sorted) {
            return byPosition;
        }
        int[] source = new int[byPosition.size()];
        for (List<Integer> own : places.values()) {
            List<Integer> inOrder = new ArrayList<>(own);
            inOrder.sort(Comparator.comparingLong(i -> byPosition.get(i).subjectSeq()));
            for (int i = 0; i < own.size(); i++) {
                source[own.get(i)] = inOrder.get(i);
            }
        }
        List<PublishedEvent> delivered = new ArrayList<>(source.length);
        boolean[] done = new boolean[source.length];
        int complete = 0;
        for (int i = 0; i < source.length; i++) {
            done[source[i]] = true;
            while (complete < source.length && done[complete]) {
                complete++;
            }
            EventPosition resume =
                    complete == 0 ? start : byPosition.get(complete - 1).position();
            delivered.add(byPosition.get(source[i]).resumingAt(resume));
        }
        return delivered;
    }
}
