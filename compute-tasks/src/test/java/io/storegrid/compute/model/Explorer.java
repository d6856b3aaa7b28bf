package io.storegrid.compute.model;

import io.storegrid.domain.HoldState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reaches every state of a scenario, breadth first, so that the first breach found is one with the fewest steps. Stops there,
 * or when nothing is left, or when it has as many states as it may.
 */
final class Explorer {

    private final Scenario scenario;
    private final Witness witness = new Witness();
    private final Protocol protocol;
    private final Books books;
    private final int statesMax;
    private final StateTable table = new StateTable();
    private final Numbers parents = new Numbers();
    /** Steps without a fault, as pairs of states. */
    private final Numbers from = new Numbers();

    private final Numbers to = new Numbers();
    private final BitSet resting = new BitSet();
    private int expanding;
    private int depth;
    private @Nullable Breach breach;
    /** The state that the breach was seen in or on the way to. */
    private byte @Nullable [] broken;

    private Explorer(Scenario scenario, @Nullable Ablation ablation, int statesMax) {
        this.scenario = scenario;
        this.protocol = new Protocol(scenario, ablation, witness);
        this.books = new Books(scenario, protocol);
        this.statesMax = statesMax;
    }

    /**
     * What exploring came to.
     *
     * @param states states that were reached
     * @param depth steps to the farthest of them
     * @param cut whether there was more than it might take
     * @param events what happened on the way
     * @param halvings how often a batch of two was halved because a rule's assertion failed on it
     * @param breach what was seen that must not be; null: nothing
     * @param trace the steps to it, in words
     */
    record Result(
            int states,
            int depth,
            boolean cut,
            Set<Event> events,
            long halvings,
            @Nullable Breach breach,
            List<String> trace) {

        String story() {
            StringBuilder story = new StringBuilder(breach == null ? "no breach" : breach.name() + ": " + breach);
            for (int i = 0; i < trace.size(); i++) {
                story.append(System.lineSeparator()).append(String.format("%4d. %s", i + 1, trace.get(i)));
            }
            return story.toString();
        }
    }

    /** Explores {@code scenario} without the rule that {@code ablation} leaves out; null: with all rules. */
    static Result explore(Scenario scenario, @Nullable Ablation ablation, int statesMax) {
        return new Explorer(scenario, ablation, statesMax).run();
    }

    private Result run() {
        byte[] first = protocol.canonical(protocol.first());
        table.add(first);
        parents.add(-1);
        look(first, 0);
        expanding = 0;
        int levelEnd = 1;
        while (expanding < table.size() && breach == null && table.size() < statesMax) {
            if (expanding == levelEnd) {
                depth++;
                levelEnd = table.size();
            }
            protocol.expand(table.get(expanding), this::reach);
            expanding += breach == null ? 1 : 0;
        }
        boolean cut = breach == null && table.size() >= statesMax;
        if (breach == null && !cut) {
            findStuck();
        }
        return new Result(
                table.size(),
                depth,
                cut,
                witness.events(),
                witness.halvings(),
                breach,
                breach == null ? List.of() : trace());
    }

    private void reach(byte[] next, boolean fault, @Nullable Breach seen, String what) {
        if (breach != null) {
            return;
        }
        byte[] state = protocol.canonical(next);
        if (seen != null) {
            breach = seen;
            broken = state;
            return;
        }
        int known = table.size();
        int number = table.add(state);
        if (!fault) {
            from.add(expanding);
            to.add(number);
        }
        if (number == known) {
            parents.add(expanding);
            look(state, number);
        }
    }

    private void look(byte[] state, int number) {
        Breach seen = books.check(state);
        if (seen != null) {
            breach = seen;
            broken = state;
        } else if (protocol.atRest(state)) {
            resting.set(number);
        }
    }

    /** Goes back from the states at rest along steps without faults; whatever that does not reach is stuck. */
    private void findStuck() {
        int[] starts = new int[table.size() + 1];
        for (int i = 0; i < to.size(); i++) {
            starts[to.get(i) + 1]++;
        }
        for (int i = 1; i < starts.length; i++) {
            starts[i] += starts[i - 1];
        }
        int[] before = new int[from.size()];
        int[] fill = Arrays.copyOf(starts, starts.length);
        for (int i = 0; i < from.size(); i++) {
            before[fill[to.get(i)]++] = from.get(i);
        }
        BitSet reached = (BitSet) resting.clone();
        Numbers open = new Numbers();
        resting.stream().forEach(open::add);
        for (int i = 0; i < open.size(); i++) {
            int state = open.get(i);
            for (int edge = starts[state]; edge < starts[state + 1]; edge++) {
                if (!reached.get(before[edge])) {
                    reached.set(before[edge]);
                    open.add(before[edge]);
                }
            }
        }
        int stuck = reached.nextClearBit(0);
        if (stuck < table.size()) {
            breach = Breach.STUCK;
            broken = table.get(stuck);
            expanding = parents.get(stuck);
        }
    }

    /** The steps to the breach, found again by expanding each state on the way, this time in words. */
    private List<String> trace() {
        if (expanding < 0 || Arrays.equals(broken, table.get(0))) {
            return List.of();
        }
        Deque<byte[]> path = new ArrayDeque<>();
        for (int number = expanding; number >= 0; number = parents.get(number)) {
            path.push(table.get(number));
        }
        path.addLast(Objects.requireNonNull(broken));
        witness.narrate(true);
        List<String> trace = new ArrayList<>();
        byte[] state = protocol.first();
        path.pop();
        for (byte[] target : path) {
            Named named = new Named(target);
            protocol.expand(state, named);
            byte[] reached = named.reached;
            if (reached == null) {
                throw new IllegalStateException("a step cannot be taken again: " + breach + trace);
            }
            trace.add(named.what + effects(state, reached));
            state = reached;
        }
        witness.narrate(false);
        return trace;
    }

    /** Finds the step that leads to one state. */
    private final class Named implements Witness.Sink {
        private final byte[] target;
        private byte @Nullable [] reached;
        private String what = "";

        Named(byte[] target) {
            this.target = target;
        }

        @Override
        public void step(byte[] next, boolean fault, @Nullable Breach seen, String said) {
            if (reached == null && Arrays.equals(protocol.canonical(next), target)) {
                reached = next;
                what = said;
            }
        }
    }

    /** What a step changed in PostgreSQL and in the grid. */
    private String effects(byte[] before, byte[] after) {
        StringBuilder effects = new StringBuilder();
        for (int sku = 0; sku < scenario.skus(); sku++) {
            String row = row(after, sku);
            if (!row.equals(row(before, sku))) {
                effects.append("; row ").append(row);
            }
            String copies = copies(after, sku);
            if (scenario.grid() && !copies.equals(copies(before, sku))) {
                effects.append("; copies ").append(copies);
            }
        }
        for (int hold = 0; hold < World.HOLDS; hold++) {
            if (World.at(before, World.hold(hold)) != World.at(after, World.hold(hold))) {
                HoldState now = World.holdState(after, hold);
                effects.append("; hold ").append(hold).append(' ').append(now);
            }
        }
        return effects.toString();
    }

    private static String row(byte[] state, int sku) {
        return Decisions.skuName(sku) + " " + World.at(state, World.stock(sku, World.RESERVED)) + " of "
                + World.at(state, World.stock(sku, World.ON_HAND)) + " reserved, v"
                + World.at(state, World.stock(sku, World.VERSION));
    }

    private static String copies(byte[] state, int sku) {
        return Decisions.skuName(sku) + " v" + World.at(state, World.grid(sku, World.PRIMARY)) + " and v"
                + World.at(state, World.grid(sku, World.BACKUP));
    }

    /** Numbers in a row that grows. */
    private static final class Numbers {
        private int[] numbers = new int[1 << 12];
        private int size;

        void add(int number) {
            if (size == numbers.length) {
                numbers = Arrays.copyOf(numbers, size * 2);
            }
            numbers[size++] = number;
        }

        int get(int i) {
            return numbers[i];
        }

        int size() {
            return size;
        }
    }
}
