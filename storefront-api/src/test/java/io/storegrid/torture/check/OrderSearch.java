package io.storegrid.torture.check;

import io.storegrid.torture.check.Trace.Change;
import io.storegrid.torture.check.Trace.Look;
import io.storegrid.torture.history.Answer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Looks for one order of all changes and looks of a {@link Trace} that respects real time and explains every answer: whether
 * the history of one stock row is linearizable (Herlihy and Wing 1990).
 *
 * <p>The algorithm is that of Wing and Gong ("Testing and verifying concurrent objects", 1993) in the just-in-time form of Lowe
 * ("Testing for linearizability", 2017), with his memory of configurations, and three properties of stock that keep it near
 * linear where the history is sound:
 * <ul>
 *   <li>A change adds fixed differences, so the row is a function of the <em>set</em> of changes done. A configuration is that
 *       set, and it is remembered as the place in the history and a 128-bit sum of random words, one for each change or look
 *       that is done (Zobrist 1970). Two that were taken for one another would hide an order; with n configurations the chance
 *       is below n&sup2; / 2<sup>128</sup>.
 *   <li>Changes are put off to the first answer that cannot wait: no order is lost by that, since what was done later could
 *       not see it. A look changes nothing and is done as soon as the row is what it saw.
 *   <li>Of changes with equal differences and conditions the one that has to be done first goes first: another choice could be
 *       exchanged for this one. The version that a read saw says how many changes came before.
 * </ul>
 *
 * <p>A refusal for want of stock needs fewer units available than it asked for, those of overdue holds included. An overdue
 * hold counts from its end plus the tolerance of clocks on, so the moment when that is reached is a choice too.
 *
 * <p>A search that began at the first event and tried everything proves either answer. From a history of a hundred thousand
 * events not everything can be tried once something is wrong, so then {@link #refuted} looks at a window alone, from
 * <em>any</em> set of changes that may have been done at its beginning: if that cannot be explained, nothing before it matters,
 * and the answer no is as good. Not thread-safe; one use.
 */
final class OrderSearch {

    /** What a search came to. */
    enum Result {
        /** An order was found. */
        EXPLAINED,
        /** There is none. */
        REFUTED,
        /** Bounded out. */
        UNDECIDED
    }

    private static final int NONE = -1;
    private static final int SKIP = -2;
    private static final int LOOK_AT_CLOCK_EVERY = 1 << 12;
    private static final int[] WINDOWS = {12, 24, 48, 128, 384, 1_024};
    private static final long WINDOW_STEPS_MAX = 200_000;
    private static final long USUAL_STEPS_MAX = 20;

    /** What happens at a moment; at equal moments in this order, so that what may have overlapped does. */
    private enum Moment {
        CHANGE_FROM,
        LOOK_FROM,
        DUE,
        CHANGE_UNTIL,
        LOOK_UNTIL
    }

    private record Event(long micros, Moment moment, int of) {}

    /** What can be taken back. */
    private enum Step {
        CHANGED,
        SEEN,
        SEEN_AT_ONCE,
        CHANGE_LINKED,
        LOOK_LINKED,
        WAS_DUE,
        DROPPED
    }

    /** A place where more than one change could be next. */
    private static final class Choice {
        private final int event;
        private final int logged;
        private final boolean free;
        private int @Nullable [] candidates;
        private int tried;

        Choice(int event, int logged, boolean free) {
            this.event = event;
            this.logged = logged;
            this.free = free;
        }
    }

    /** Visited configurations: an open table of 128-bit words. */
    private static final class Visited {
        private long[] words = new long[1 << 12];
        private int size;

        /** Whether it was not there yet. */
        boolean add(long high, long low) {
            // Nothing but an empty place is zero.
            long first = high == 0 ? 1 : high;
            if (size * 4L > words.length) {
                grow();
            }
            boolean added = put(words, first, low);
            size += added ? 1 : 0;
            return added;
        }

        private static boolean put(long[] table, long high, long low) {
            int mask = table.length / 2 - 1;
            int at = (int) (high ^ (low >>> 17)) & mask;
            while (table[at * 2] != 0) {
                if (table[at * 2] == high && table[at * 2 + 1] == low) {
                    return false;
                }
                at = (at + 1) & mask;
            }
            table[at * 2] = high;
            table[at * 2 + 1] = low;
            return true;
        }

        private void grow() {
            long[] wider = new long[words.length * 2];
            for (int i = 0; i < words.length; i += 2) {
                if (words[i] != 0) {
                    put(wider, words[i], words[i + 1]);
                }
            }
            words = wider;
        }
    }

    private final Trace trace;
    private final Change[] changes;
    private final Look[] looks;
    private final Event[] events;
    private final int[] rank;
    private final int[] group;
    private final long[] deadline;
    private final long[] wordHigh;
    private final long[] wordLow;
    private final long stepsMax;
    private final long endNanos;

    // The configuration.
    private long onHand;
    private long reserved;
    private long version;
    private long due;
    private long hashHigh;
    private long hashLow;
    private final boolean[] done;
    private final boolean[] begun;
    private final boolean[] overdue;
    private final boolean[] seen;

    // Circular lists, whose last place is the head: changes that may be done and are not, by rank, and looks likewise.
    private final int[] next;
    private final int[] previous;
    private final int[] nextLook;
    private final int[] previousLook;
    private int refusals;

    // What was done, to be taken back.
    private Step[] logStep = new Step[1 << 10];
    private int[] logOf = new int[1 << 10];
    private int logged;
    private final ArrayList<Choice> choices = new ArrayList<>();
    private Visited visited = new Visited();
    private final int[] headOf;
    private final int[] stampOf;
    private int stamp;

    private long steps;
    private int furthest = NONE;
    private Answer.Stock furthestRow = new Answer.Stock(0, 0, 0);
    private String remark = "";

    /**
     * @param stepsMax changes tried and events passed, at most; memory grows in proportion, some 40 bytes for each
     * @param nanosMax time, at most
     */
    OrderSearch(Trace trace, long stepsMax, long nanosMax) {
        this.trace = trace;
        this.changes = trace.changes().toArray(new Change[0]);
        this.looks = trace.looks().toArray(new Look[0]);
        this.stepsMax = stepsMax;
        this.endNanos = System.nanoTime() + nanosMax;
        int size = changes.length;
        this.deadline = new long[size];
        this.events = inTime();
        this.rank = ranks();
        this.group = groups();
        done = new boolean[size];
        begun = new boolean[size];
        overdue = new boolean[size];
        seen = new boolean[looks.length];
        next = new int[size + 1];
        previous = new int[size + 1];
        nextLook = new int[looks.length + 1];
        previousLook = new int[looks.length + 1];
        headOf = new int[size];
        stampOf = new int[size];
        SplittableRandom random = new SplittableRandom(trace.sku().hashCode());
        wordHigh = random.longs(size + (long) looks.length).toArray();
        wordLow = random.longs(size + (long) looks.length).toArray();
    }

    long steps() {
        return steps;
    }

    /** Beginnings and ends of changes and looks. */
    int events() {
        return events.length;
    }

    /** The furthest event that was reached, what it wants and what the row was then; for people. */
    String stuck() {
        if (furthest == NONE || furthest >= events.length) {
            return "";
        }
        Event event = events[furthest];
        String what = event.moment() == Moment.LOOK_FROM || event.moment() == Moment.LOOK_UNTIL
                ? looks[event.of()] + ""
                : changes[event.of()] + "";
        return "at " + event.micros() + " nothing explains " + what + "; the row came to " + furthestRow + remark;
    }

    /**
     * Searches from the first event for as long as a sound history takes several times over; then around the furthest event
     * that was reached; then from the first event again, for as long as it may.
     */
    Result run() {
        for (long budget = events.length * USUAL_STEPS_MAX + WINDOW_STEPS_MAX; ; budget = stepsMax - steps) {
            Result result = search(0, events.length, Math.min(budget, stepsMax - steps), false);
            if (result != Result.UNDECIDED) {
                return result;
            }
            for (int length : WINDOWS) {
                if (refuted(furthest, length)) {
                    return Result.REFUTED;
                }
            }
            if (steps >= stepsMax || System.nanoTime() > endNanos) {
                return Result.UNDECIDED;
            }
        }
    }

    /**
     * Whether no set of changes that may have been done {@code length} events before the event {@code at} leads past it. False
     * when one does, and when that could not be found out.
     */
    boolean refuted(int at, int length) {
        int from = Math.max(0, at - length);
        int before = furthest;
        Answer.Stock rowBefore = furthestRow;
        Result result = search(from, Math.min(events.length, at + 1), WINDOW_STEPS_MAX, from > 0);
        if (result == Result.REFUTED) {
            remark = ", whatever was done " + (at - from) + " events before";
            return true;
        }
        furthest = before;
        furthestRow = rowBefore;
        return false;
    }

    /**
     * The search proper, over events {@code [from, to)}.
     *
     * @param free whether any of the changes that may have been done at {@code from} may have been; if not, none was
     */
    private Result search(int from, int to, long budget, boolean free) {
        reset();
        long stepsMost = steps + budget;
        furthest = NONE;
        int event = from;
        if (free) {
            begin(from);
            choices.add(new Choice(from, logged, true));
            event = another();
        }
        int turns = 0;
        while (event != NONE && event < to) {
            steps++;
            if (steps > stepsMost || ((++turns & (LOOK_AT_CLOCK_EVERY - 1)) == 0 && System.nanoTime() > endNanos)) {
                return Result.UNDECIDED;
            }
            if (chooses(event)) {
                reached(event);
                if (remembered(event)) {
                    event = another();
                } else {
                    choices.add(new Choice(event, logged, false));
                    event = another();
                }
            } else if (pass(event)) {
                event++;
            } else {
                reached(event);
                event = another();
            }
        }
        return event == NONE ? Result.REFUTED : Result.EXPLAINED;
    }

    private void reset() {
        onHand = trace.firstOnHand();
        reserved = 0;
        version = 1;
        due = 0;
        hashHigh = 0;
        hashLow = 0;
        refusals = 0;
        logged = 0;
        choices.clear();
        visited = new Visited();
        Arrays.fill(done, false);
        Arrays.fill(begun, false);
        Arrays.fill(overdue, false);
        Arrays.fill(seen, false);
        next[changes.length] = changes.length;
        previous[changes.length] = changes.length;
        nextLook[looks.length] = looks.length;
        previousLook[looks.length] = looks.length;
    }

    /** The configuration at a window's beginning, as far as it is certain: what had to be done by then was done. */
    private void begin(int from) {
        for (int i = 0; i < from; i++) {
            Event event = events[i];
            int of = event.of();
            switch (event.moment()) {
                case CHANGE_FROM -> link(of);
                case CHANGE_UNTIL -> {
                    // One that may never have been done stays among those that are free.
                    if (!changes[of].optional()) {
                        if (begun[of]) {
                            unlink(of);
                        }
                        apply(of);
                    }
                }
                case LOOK_FROM -> seen[of] = true;
                case DUE -> {
                    overdue[of] = true;
                    due += done[of] ? 0 : changes[of].deltaAvailable();
                }
                case LOOK_UNTIL -> {
                    // A look that began before the window may have been done before it.
                }
            }
        }
    }

    /** Whether more than one thing could be next: an end that cannot wait, or refusals that an overdue hold would spoil. */
    private boolean chooses(int at) {
        Event event = events[at];
        return switch (event.moment()) {
            case CHANGE_FROM, LOOK_FROM -> false;
            case DUE -> !done[event.of()] && refusals > 0;
            case CHANGE_UNTIL -> !done[event.of()];
            case LOOK_UNTIL -> !seen[event.of()];
        };
    }

    /** Goes past an event; false when that is seen to lead nowhere. */
    private boolean pass(int at) {
        Event event = events[at];
        int of = event.of();
        switch (event.moment()) {
            case CHANGE_FROM -> {
                link(of);
                log(Step.CHANGE_LINKED, of);
            }
            case LOOK_FROM -> {
                if (explains(looks[of])) {
                    see(of);
                    log(Step.SEEN_AT_ONCE, of);
                } else {
                    Answer.Stock row = looks[of].seen();
                    if (row != null && row.version() <= version) {
                        return false;
                    }
                    linkLook(of);
                    log(Step.LOOK_LINKED, of);
                }
            }
            case DUE -> {
                overdue[of] = true;
                due += done[of] ? 0 : changes[of].deltaAvailable();
                log(Step.WAS_DUE, of);
            }
            case CHANGE_UNTIL -> {
                if (!done[of]) {
                    unlink(of);
                    log(Step.DROPPED, of);
                }
            }
            case LOOK_UNTIL -> {
                // Done in time.
            }
        }
        return true;
    }

    /** Takes the next candidate of the last choice that has one; returns the event to go on at. */
    private int another() {
        while (!choices.isEmpty()) {
            Choice choice = choices.get(choices.size() - 1);
            undo(choice.logged);
            int candidate = candidate(choice);
            if (candidate == NONE) {
                choices.remove(choices.size() - 1);
                continue;
            }
            steps++;
            if (candidate == SKIP) {
                if (choice.free ? 0 <= reserved && reserved <= onHand : pass(choice.event)) {
                    return choice.free ? choice.event : choice.event + 1;
                }
            } else if (choice.free) {
                unlink(candidate);
                apply(candidate);
                log(Step.CHANGED, candidate);
                if (!remembered(NONE)) {
                    choices.add(new Choice(choice.event, logged, true));
                }
            } else if (enabled(candidate)) {
                change(candidate);
                return choice.event;
            }
        }
        return NONE;
    }

    /**
     * The next candidate. First the plain one, when nothing that is pending is guessed to have been done before; all others
     * cost a look at everything pending.
     */
    private int candidate(Choice choice) {
        Event event = events[choice.event];
        int plain = NONE;
        long guess = Long.MAX_VALUE;
        if (choice.free) {
            plain = SKIP;
        } else if (event.moment() == Moment.DUE) {
            plain = SKIP;
            guess = event.micros();
        } else if (event.moment() == Moment.CHANGE_UNTIL) {
            plain = changes[event.of()].optional() ? SKIP : event.of();
            guess = changes[event.of()].guessMicros();
        }
        int[] candidates = choice.candidates;
        if (candidates == null) {
            int likeliest = next[changes.length];
            boolean earlier = !choice.free && likeliest != changes.length && changes[likeliest].guessMicros() < guess;
            if (choice.tried == 0 && plain != NONE && !earlier) {
                choice.tried = 1;
                return plain;
            }
            candidates = heads(plain, choice.free ? Long.MIN_VALUE : guess);
            choice.candidates = candidates;
        }
        int at = choice.tried++;
        return at < candidates.length ? candidates[at] : NONE;
    }

    /**
     * Of each group of pending changes the one to be done first, the likeliest first; and {@code plain}, which stands for its
     * group, before the first that is guessed to have been done no earlier.
     */
    private int[] heads(int plain, long guess) {
        stamp++;
        int[] heads = new int[16];
        int count = 0;
        boolean placed = plain == NONE;
        // One that cannot be done yet stands for nobody: it may be an equal of it that has to make room.
        int excluded = plain >= 0 && (changes[plain].after() < 0 || done[changes[plain].after()]) ? group[plain] : NONE;
        for (int change = next[changes.length]; change != changes.length; change = next[change]) {
            int of = group[change];
            int after = changes[change].after();
            if (count + 2 > heads.length) {
                heads = Arrays.copyOf(heads, count * 2);
            }
            if (!placed && changes[change].guessMicros() >= guess) {
                placed = true;
                heads[count++] = plain;
            }
            if (change == plain || of == excluded || (after >= 0 && !done[after])) {
                continue;
            }
            if (stampOf[of] != stamp) {
                stampOf[of] = stamp;
                headOf[of] = count;
                heads[count++] = change;
            } else if (before(change, heads[headOf[of]])) {
                heads[headOf[of]] = change;
            }
        }
        if (!placed) {
            heads[count++] = plain;
        }
        return Arrays.copyOf(heads, count);
    }

    private boolean before(int change, int other) {
        return deadline[change] != deadline[other]
                ? deadline[change] < deadline[other]
                : changes[change].dueMicros() < changes[other].dueMicros();
    }

    /** Whether a change can be done now and leaves every pending look a chance. */
    private boolean enabled(int of) {
        Change change = changes[of];
        long units = onHand + change.deltaOnHand();
        long held = reserved + change.deltaReserved();
        long then = version + change.versions();
        if (!begun[of]
                || done[of]
                || (change.after() >= 0 && !done[change.after()])
                || onHand - reserved < change.need()
                || held < 0
                || held > units) {
            return false;
        }
        Answer.Stock left = change.left();
        if (left != null && (left.version() != then || left.onHand() != units || left.reserved() != held)) {
            return false;
        }
        for (int look = nextLook[looks.length]; look != looks.length; look = nextLook[look]) {
            Answer.Stock row = looks[look].seen();
            if (row != null
                    && (row.version() < then
                            || (row.version() == then && (row.onHand() != units || row.reserved() != held)))) {
                return false;
            }
        }
        return true;
    }

    private void change(int of) {
        unlink(of);
        apply(of);
        log(Step.CHANGED, of);
        for (int look = nextLook[looks.length]; look != looks.length; look = nextLook[look]) {
            if (explains(looks[look])) {
                unlinkLook(look);
                see(look);
                log(Step.SEEN, look);
            }
        }
    }

    private boolean explains(Look look) {
        Answer.Stock row = look.seen();
        return row == null
                ? onHand - reserved + due < look.asked()
                : row.version() == version && row.onHand() == onHand && row.reserved() == reserved;
    }

    private void apply(int of) {
        Change change = changes[of];
        onHand += change.deltaOnHand();
        reserved += change.deltaReserved();
        version += change.versions();
        due -= overdue[of] ? change.deltaAvailable() : 0;
        done[of] = true;
        hashHigh ^= wordHigh[of];
        hashLow ^= wordLow[of];
    }

    private void see(int look) {
        seen[look] = true;
        hashHigh ^= wordHigh[changes.length + look];
        hashLow ^= wordLow[changes.length + look];
    }

    private void undo(int to) {
        while (logged > to) {
            int of = logOf[--logged];
            switch (logStep[logged]) {
                case CHANGED -> {
                    Change change = changes[of];
                    onHand -= change.deltaOnHand();
                    reserved -= change.deltaReserved();
                    version -= change.versions();
                    due += overdue[of] ? change.deltaAvailable() : 0;
                    done[of] = false;
                    hashHigh ^= wordHigh[of];
                    hashLow ^= wordLow[of];
                    next[previous[of]] = of;
                    previous[next[of]] = of;
                }
                case SEEN -> {
                    see(of);
                    seen[of] = false;
                    nextLook[previousLook[of]] = of;
                    previousLook[nextLook[of]] = of;
                    refusals += looks[of].seen() == null ? 1 : 0;
                }
                case SEEN_AT_ONCE -> {
                    see(of);
                    seen[of] = false;
                }
                case CHANGE_LINKED -> {
                    unlink(of);
                    begun[of] = false;
                }
                case LOOK_LINKED -> unlinkLook(of);
                case DROPPED -> {
                    next[previous[of]] = of;
                    previous[next[of]] = of;
                }
                case WAS_DUE -> {
                    overdue[of] = false;
                    due -= done[of] ? 0 : changes[of].deltaAvailable();
                }
            }
        }
    }

    private void log(Step step, int of) {
        if (logged == logOf.length) {
            logOf = Arrays.copyOf(logOf, logged * 2);
            logStep = Arrays.copyOf(logStep, logged * 2);
        }
        logOf[logged] = of;
        logStep[logged++] = step;
    }

    private void link(int change) {
        begun[change] = true;
        int after = previous[changes.length];
        while (after != changes.length && rank[after] > rank[change]) {
            after = previous[after];
        }
        previous[change] = after;
        next[change] = next[after];
        previous[next[change]] = change;
        next[after] = change;
    }

    private void unlink(int change) {
        next[previous[change]] = next[change];
        previous[next[change]] = previous[change];
    }

    private void linkLook(int look) {
        int after = previousLook[looks.length];
        previousLook[look] = after;
        nextLook[look] = looks.length;
        previousLook[looks.length] = look;
        nextLook[after] = look;
        refusals += looks[look].seen() == null ? 1 : 0;
    }

    private void unlinkLook(int look) {
        nextLook[previousLook[look]] = nextLook[look];
        previousLook[nextLook[look]] = previousLook[look];
        refusals -= looks[look].seen() == null ? 1 : 0;
    }

    /** Whether this configuration was met here before: then all that follows was tried. */
    private boolean remembered(int at) {
        long place = (at + 2L) * 0x9E3779B97F4A7C15L;
        return !visited.add(hashHigh ^ place, hashLow ^ Long.rotateLeft(place, 29) * 0xBF58476D1CE4E5B9L);
    }

    private void reached(int at) {
        if (at > furthest) {
            furthest = at;
            furthestRow = new Answer.Stock(onHand, reserved, version);
        }
    }

    /** All events in the order of time. What has no end but has to be done ends after everything; the last row is seen then. */
    private Event[] inTime() {
        long end = 0;
        for (Change change : changes) {
            end = Math.max(end, Math.max(change.fromMicros(), finite(change.untilMicros())));
            end = Math.max(end, finite(change.dueMicros()));
        }
        for (Look look : looks) {
            end = Math.max(end, Math.max(look.fromMicros(), finite(look.untilMicros())));
        }
        List<Event> all = new ArrayList<>();
        for (int i = 0; i < changes.length; i++) {
            Change change = changes[i];
            all.add(new Event(change.fromMicros(), Moment.CHANGE_FROM, i));
            deadline[i] = change.optional() || change.untilMicros() != Long.MAX_VALUE ? change.untilMicros() : end + 1;
            if (deadline[i] != Long.MAX_VALUE) {
                all.add(new Event(deadline[i], Moment.CHANGE_UNTIL, i));
            }
            if (change.dueMicros() != Long.MAX_VALUE) {
                all.add(new Event(change.dueMicros(), Moment.DUE, i));
            }
        }
        for (int i = 0; i < looks.length; i++) {
            Look look = looks[i];
            boolean last = look.untilMicros() == Long.MAX_VALUE;
            all.add(new Event(last ? end + 2 : look.fromMicros(), Moment.LOOK_FROM, i));
            all.add(new Event(last ? end + 2 : look.untilMicros(), Moment.LOOK_UNTIL, i));
        }
        all.sort(Comparator.comparingLong(Event::micros)
                .thenComparing(Event::moment)
                .thenComparingInt(Event::of));
        return all.toArray(new Event[0]);
    }

    private static long finite(long micros) {
        return micros == Long.MAX_VALUE ? 0 : micros;
    }

    private int[] ranks() {
        Integer[] byGuess = new Integer[changes.length];
        Arrays.setAll(byGuess, i -> i);
        Arrays.sort(
                byGuess,
                Comparator.comparingLong((Integer i) -> changes[i].guessMicros())
                        .thenComparingLong(i -> changes[i].fromMicros()));
        int[] ranks = new int[changes.length];
        for (int i = 0; i < byGuess.length; i++) {
            ranks[byGuess[i]] = i;
        }
        return ranks;
    }

    /** Equal numbers for changes that can be exchanged for one another. */
    private int[] groups() {
        boolean[] alone = new boolean[changes.length];
        for (int i = 0; i < changes.length; i++) {
            Change change = changes[i];
            alone[i] |= change.left() != null
                    || (change.optional() && change.untilMicros() != Long.MAX_VALUE)
                    || (change.dueMicros() != Long.MAX_VALUE && change.untilMicros() != Long.MAX_VALUE);
            // What another may follow before it has to be done is bound to that other.
            if (change.after() >= 0 && change.fromMicros() <= deadline[change.after()]) {
                alone[change.after()] = true;
            }
        }
        Map<List<Long>, Integer> numbers = new HashMap<>();
        int[] groups = new int[changes.length];
        for (int i = 0; i < changes.length; i++) {
            Change change = changes[i];
            List<Long> key = alone[i]
                    ? List.of((long) i)
                    : List.of(
                            change.deltaOnHand(),
                            change.deltaReserved(),
                            (long) change.versions(),
                            change.need(),
                            change.dueMicros() == Long.MAX_VALUE ? 0L : 1L);
            Integer number = numbers.putIfAbsent(key, numbers.size());
            groups[i] = number == null ? numbers.size() - 1 : number;
        }
        return groups;
    }
}
