package io.storegrid.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventOrderTest {

    private static final EventPosition START = EventPosition.BEGINNING;

    /** Events in the form {@code A1 B7}: a subject of one letter and its version, at positions 1, 2, … */
    private static List<PublishedEvent> events(String text) {
        List<PublishedEvent> events = new ArrayList<>();
        for (String word : text.isBlank() ? new String[0] : text.trim().split(" ")) {
            long place = events.size() + 1L;
            events.add(PublishedEvent.of(
                    new StoreEvent("inventory.changed", word.substring(0, 1), Long.parseLong(word.substring(1)), "{}"),
                    new EventPosition(place, place),
                    0));
        }
        return events;
    }

    private static String text(List<PublishedEvent> events) {
        return events.stream().map(e -> e.subject() + e.subjectSeq()).collect(Collectors.joining(" "));
    }

    @ParameterizedTest(name = "{0} is delivered as {1}, going on from {2}")
    @CsvSource({
        "'', '', ''",
        "A1 B1 A2, A1 B1 A2, 1 2 3",
        "A2 A1, A1 A2, 0 2",
        "A1 A3 B1 A2, A1 A2 B1 A3, 1 1 1 4",
        "A3 A2 A1, A1 A2 A3, 0 0 3",
        "B2 A2 B1 A1, B1 A1 B2 A2, 0 0 1 4",
    })
    void deliversInTheOrderOfVersions(String read, String delivered, String resume) {
        List<PublishedEvent> events = EventOrder.delivered(events(read), START);
        assertEquals(delivered, text(events));
        assertEquals(
                resume,
                events.stream().map(e -> Long.toString(e.resume().seq())).collect(Collectors.joining(" ")));
    }

    @ParameterizedTest(name = "of {0} with {1} behind, {2} are complete")
    @CsvSource({
        "A1 B1 A2, '', 3",
        "A1 B1 A3, A2, 2",
        "A1 B1 A3, A4, 3",
        "A1 B3 A3 B2, A2, 1",
        "A3 B1, A2, 0",
        "A1 C1 B2 B1 A3, A2, 4",
    })
    void endsBeforeWhatIsNotComplete(String page, String behind, int complete) {
        Map<String, Long> lowest = new HashMap<>();
        events(behind).forEach(event -> lowest.put(event.aggregate(), event.subjectSeq()));
        assertEquals(complete, EventOrder.complete(events(page), lowest));
    }

    @Test
    void whatIsInOrderIsLeftAlone() {
        List<PublishedEvent> events = events("A1 B1 A2 A2 B5");
        assertSame(events, EventOrder.delivered(events, START));
    }

    @Test
    void stockAndProductOfASkuAreTwoAndAnOrdersPaymentIsTheOrder() {
        assertEquals("inventory A", one("inventory.changed").aggregate());
        assertEquals("product A", one("product.updated").aggregate());
        assertEquals(
                one("order.confirmed").aggregate(), one("payment.processed").aggregate());
    }

    private static PublishedEvent one(String type) {
        return PublishedEvent.of(new StoreEvent(type, "A", 1, "{}"), new EventPosition(1, 1), 0);
    }

    /** Whoever breaks off after any event and goes on from its place gets everything that was not delivered before. */
    @Test
    void nothingIsLostWhereverItBreaksOff() {
        Random random = new Random(7);
        for (int round = 0; round < 500; round++) {
            List<String> words = new ArrayList<>();
            for (int i = 1; i <= 8; i++) {
                words.add("AB".charAt(random.nextInt(2)) + "" + (1 + random.nextInt(9)));
            }
            List<PublishedEvent> read = events(String.join(" ", words));
            List<PublishedEvent> delivered = EventOrder.delivered(read, START);
            assertEquals(new HashSet<>(positions(read)), new HashSet<>(positions(delivered)));
            Set<EventPosition> had = new HashSet<>();
            EventPosition before = START;
            for (PublishedEvent event : delivered) {
                had.add(event.position());
                EventPosition resume = event.resume();
                assertTrue(resume.compareTo(before) >= 0, "never back");
                before = resume;
                assertTrue(
                        positions(read).stream().allMatch(p -> p.compareTo(resume) > 0 || had.contains(p)),
                        () -> Arrays.toString(words.toArray()));
            }
            assertEquals(read.get(read.size() - 1).position(), before);
        }
    }

    private static List<EventPosition> positions(List<PublishedEvent> events) {
        return events.stream().map(PublishedEvent::position).toList();
    }
}
