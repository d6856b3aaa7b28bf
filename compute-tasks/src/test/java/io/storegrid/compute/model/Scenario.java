package io.storegrid.compute.model;

import java.util.Arrays;
import java.util.List;

/** A small shop and everything that may happen in it. Immutable: what changes it makes another one. */
final class Scenario {

    private final String name;
    private final int[] onHand;
    private List<int[]> holds = List.of();
    private List<Op> ops = List.of();
    private boolean ticks;
    private int kills;
    private int losses;
    private int moves;
    private int batch = 2;
    private boolean remembered;
    private boolean grid;
    private int[] firstSends = {0};
    private int[] opOfSend = {};
    private final int[][] lines = new int[World.HOLDS][World.SKUS];

    private Scenario(String name, int[] onHand) {
        this.name = name;
        this.onHand = onHand.clone();
    }

    /** A shop in which nobody asks for anything; batches have up to two members. One or two SKUs, each at version 1. */
    static Scenario of(String name, int... onHand) {
        return new Scenario(name, onHand);
    }

    /** With holds that stand at the beginning, as units of each SKU; they are among the units on hand. */
    Scenario holding(int[]... lines) {
        Scenario copy = copy();
        copy.holds = List.of(lines);
        return copy.derived();
    }

    /** With what clients want. */
    Scenario asked(Op... wanted) {
        Scenario copy = copy();
        copy.ops = List.of(wanted);
        return copy.derived();
    }

    /** With a clock: at any instant the time of the first holds may run out. */
    Scenario ticking() {
        Scenario copy = copy();
        copy.ticks = true;
        return copy.derived();
    }

    /**
     * With faults at any instant.
     *
     * @param killed owners that may be killed; one that is comes back with nothing in its memory
     * @param lost answers to COMMITs that may be lost, done or not
     */
    Scenario faults(int killed, int lost) {
        Scenario copy = copy();
        copy.kills = killed;
        copy.losses = lost;
        return copy.derived();
    }

    /** With owners that may learn, {@code times} times altogether, that they own nothing any more. */
    Scenario moving(int times) {
        Scenario copy = copy();
        copy.moves = times;
        return copy.derived();
    }

    /** With batches of one. */
    Scenario oneByOne() {
        Scenario copy = copy();
        copy.batch = 1;
        return copy.derived();
    }

    /** With a picture of the first SKU in both owners' memories, and a unit of it that came in behind their backs. */
    Scenario remembered() {
        Scenario copy = copy();
        copy.remembered = true;
        return copy.derived();
    }

    /** With a primary and a backup copy of each row, and messages to them that are late, repeated or lost. */
    Scenario copied() {
        Scenario copy = copy();
        copy.grid = true;
        return copy.derived();
    }

    private Scenario copy() {
        Scenario copy = new Scenario(name, onHand);
        copy.holds = holds;
        copy.ops = ops;
        copy.ticks = ticks;
        copy.kills = kills;
        copy.losses = losses;
        copy.moves = moves;
        copy.batch = batch;
        copy.remembered = remembered;
        copy.grid = grid;
        return copy;
    }

    private Scenario derived() {
        firstSends = new int[ops.size() + 1];
        for (int op = 0; op < ops.size(); op++) {
            firstSends[op + 1] = firstSends[op] + ops.get(op).sends();
        }
        if (onHand.length > World.SKUS
                || holds.size() > World.FIRST_HOLDS
                || ops.size() > World.OPS
                || sends() > World.SENDS) {
            throw new IllegalArgumentException("too large for a state: " + name);
        }
        opOfSend = new int[sends()];
        for (int op = 0; op < ops.size(); op++) {
            Arrays.fill(opOfSend, firstSends[op], firstSends[op + 1], op);
        }
        for (int hold = 0; hold < World.HOLDS; hold++) {
            int send = hold - World.FIRST_HOLDS;
            if (hold < holds.size()) {
                lines[hold] = holds.get(hold);
            } else if (send >= 0 && send < sends()) {
                Op op = ops.get(opOfSend[send]);
                lines[hold] = new int[] {op.first(), op.second()};
            }
        }
        return this;
    }

    int skus() {
        return onHand.length;
    }

    int onHand(int sku) {
        return onHand[sku];
    }

    /** Holds that stand at the beginning. */
    int holds() {
        return holds.size();
    }

    int ops() {
        return ops.size();
    }

    Op op(int number) {
        return ops.get(number);
    }

    boolean ticks() {
        return ticks;
    }

    int kills() {
        return kills;
    }

    int losses() {
        return losses;
    }

    int moves() {
        return moves;
    }

    int batch() {
        return batch;
    }

    boolean rememberedAtFirst() {
        return remembered;
    }

    boolean grid() {
        return grid;
    }

    /** The first send of operation {@code op}; its others follow, up to that of the next. */
    int firstSend(int op) {
        return firstSends[op];
    }

    int sends() {
        return firstSends[ops.size()];
    }

    /** The operation that {@code send} is of. */
    int opOf(int send) {
        return opOfSend[send];
    }

    /** Units of {@code sku} that {@code hold} keeps. */
    int line(int hold, int sku) {
        return lines[hold][sku];
    }

    @Override
    public String toString() {
        return name;
    }
}
