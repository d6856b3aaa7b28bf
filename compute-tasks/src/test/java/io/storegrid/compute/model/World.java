package io.storegrid.compute.model;

import io.storegrid.domain.HoldState;
import java.util.Arrays;
import java.util.List;

/**
 * One state of everything: the tables of PostgreSQL, the transactions on them, two lanes, the clients and the copies in the
 * grid, packed into bytes. The offsets below name the bytes; a state is never changed once it was handed to the explorer.
 */
final class World {

    static final int SKUS = 2;
    static final int LANES = 2;
    static final int OPS = 4;
    static final int SENDS = 6;
    /** Holds that stand at the beginning, before those that the sends make. */
    static final int FIRST_HOLDS = 2;

    static final int HOLDS = FIRST_HOLDS + SENDS;

    /** Versions that fit into the masks below. */
    static final int VERSIONS_MAX = 8;

    /** 1 once the time of the first holds is over. */
    static final int NOW = 0;
    /** Nodes that may still be killed. */
    static final int KILLS = 1;
    /** Answers to COMMITs that may still be lost. */
    static final int LOSSES = 2;
    /** How often an owner may still learn that it lost its partitions. */
    static final int MOVES = 3;

    private static final int STOCK = 4;
    private static final int STOCK_STRIDE = 7;
    static final int ON_HAND = 0;
    static final int RESERVED = 1;
    static final int VERSION = 2;
    /** Versions that have a ledger entry, one bit each. */
    static final int LEDGER = 3;

    static final int LEDGER_ON_HAND = 4;
    static final int LEDGER_RESERVED = 5;
    /** What would be on hand if nothing had been sold. */
    static final int BOOKED = 6;

    /** State of each hold (0: no row, else ordinal + 1), and above it who settled it (operation + 1). */
    private static final int HOLD = STOCK + SKUS * STOCK_STRIDE;

    private static final int OP = HOLD + HOLDS;
    private static final int OP_STRIDE = 3;
    /** The answer in the idempotency record; 0: none. */
    static final int RECORD = 0;
    /** The answer that its caller was told; 0: none. */
    static final int TOLD = 1;

    static final int FLAGS = 2;
    /** Sent at least once. */
    static final int SENT = 1;
    /** Since it was sent first there was an instant at which a refusal would have been right. */
    static final int JUSTIFIED = 2;
    /** Sent first when the time of its hold was over. */
    static final int LATE = 4;
    /** Times that an adjustment or count took effect, above the flags. */
    static final int EFFECT = 8;

    private static final int SEND = OP + OPS * OP_STRIDE;
    /** A send: not yet sent; queued or running, plus the lane; over, as far as its client is concerned; moved. */
    static final int UNSENT = 0;

    static final int QUEUED = 1;
    static final int RUNNING = 3;
    static final int OVER = 5;
    /** Its caller was told that it did nothing. */
    static final int NOTHING_DONE = 6;

    private static final int LANE = SEND + SENDS;
    private static final int LANE_STRIDE = 17;
    /** Version of the picture of each SKU (0: none), then its counters, on-hand above reserved. */
    static final int PICTURE = 0;

    static final int PHASE = 4;
    static final int STEP = 5;
    /** Members of the batch: send + 1, or {@link #EXPIRE} + hold; 0: none. */
    static final int MEMBER = 6;

    static final int WAY = 8;
    /** SKUs read for this batch, then operations whose keys were used before. */
    static final int FRESH = 9;
    /** Due units of both SKUs as read. */
    static final int DUE = 10;
    /** What the lane has of the holds of its members. */
    static final int SEEN = 11;

    static final int PLAN = 13;
    static final int LOCKS = 15;
    static final int HOLD_LOCKS = 16;

    /** Added to a hold to make a member that expires it. */
    static final int EXPIRE = 16;

    /** A transaction whose COMMIT was sent, and whose lane no longer hears of it: plan, locks. */
    static final int ORPHAN = LANE + LANES * LANE_STRIDE;

    static final int ORPHAN_PLAN = 1;
    static final int ORPHAN_LOCKS = 3;
    static final int ORPHAN_HOLD_LOCKS = 4;
    private static final int ORPHAN_SIZE = 5;

    private static final int GRID = ORPHAN + ORPHAN_SIZE;
    private static final int GRID_STRIDE = 6;
    /** Versions that the copies show; 0: the grid is left out. */
    static final int PRIMARY = 0;

    static final int BACKUP = 1;
    /** Versions on their way, one bit each. */
    static final int TO_PRIMARY = 2;

    static final int TO_BACKUP = 3;
    /** Whether the entry may be older than its row. */
    static final int DIRTY = 4;
    /** The version that a heal has read and will apply. */
    static final int HEALING = 5;

    /** Counters of each version, kept only where copies are taken for rows. */
    private static final int HISTORY = GRID + SKUS * GRID_STRIDE;

    /** Bytes of a state, a multiple of eight. */
    static final int SIZE = (HISTORY + SKUS * VERSIONS_MAX + 7) / 8 * 8;

    private static final List<HoldState> HOLD_STATES = List.of(HoldState.values());
    private static final int HELD = code(HoldState.HELD);

    private World() {}

    /** A number for a hold's state, from 1; 0 stands for a hold without a row. */
    static int code(HoldState value) {
        return HOLD_STATES.indexOf(value) + 1;
    }

    static HoldState holdState(int code) {
        return HOLD_STATES.get(code - 1);
    }

    static int stock(int sku, int field) {
        return STOCK + sku * STOCK_STRIDE + field;
    }

    static int hold(int hold) {
        return HOLD + hold;
    }

    static int op(int op, int field) {
        return OP + op * OP_STRIDE + field;
    }

    static int send(int send) {
        return SEND + send;
    }

    static int lane(int lane, int field) {
        return LANE + lane * LANE_STRIDE + field;
    }

    static int picture(int lane, int sku) {
        return LANE + lane * LANE_STRIDE + PICTURE + 2 * sku;
    }

    static int grid(int sku, int field) {
        return GRID + sku * GRID_STRIDE + field;
    }

    static int history(int sku, int version) {
        return HISTORY + sku * VERSIONS_MAX + version - 1;
    }

    static int at(byte[] state, int offset) {
        return state[offset] & 0xff;
    }

    static void put(byte[] state, int offset, int value) {
        if (value < 0 || value > 255) {
            throw new IllegalStateException("a byte is too small [offset=" + offset + ", value=" + value + "]");
        }
        state[offset] = (byte) value;
    }

    static boolean exists(byte[] state, int hold) {
        return at(state, hold(hold)) != 0;
    }

    /** Asked only of a hold that has a row. */
    static HoldState holdState(byte[] state, int hold) {
        return holdState(at(state, hold(hold)) & 7);
    }

    /** The operation that settled a hold; -1: none, or the sweeper. */
    static int settledBy(byte[] state, int hold) {
        return (at(state, hold(hold)) >> 3) - 1;
    }

    static void putHold(byte[] state, int hold, HoldState value, int settledBy) {
        put(state, hold(hold), code(value) | (settledBy + 1) << 3);
    }

    static boolean held(byte[] state, int hold) {
        return (at(state, hold(hold)) & 7) == HELD;
    }

    static int available(byte[] state, int sku) {
        return at(state, stock(sku, ON_HAND)) - at(state, stock(sku, RESERVED));
    }

    static int plan(byte[] state, int offset) {
        return at(state, offset) << 8 | at(state, offset + 1);
    }

    static void putPlan(byte[] state, int offset, int plan) {
        put(state, offset, plan >> 8);
        put(state, offset + 1, plan & 0xff);
    }

    /** {@code state} with the two lanes exchanged. */
    static byte[] mirrored(byte[] state) {
        byte[] mirror = state.clone();
        System.arraycopy(state, LANE, mirror, LANE + LANE_STRIDE, LANE_STRIDE);
        System.arraycopy(state, LANE + LANE_STRIDE, mirror, LANE, LANE_STRIDE);
        for (int send = 0; send < SENDS; send++) {
            int stage = at(state, send(send));
            if (stage != UNSENT && stage < OVER) {
                int first = stage >= RUNNING ? RUNNING : QUEUED;
                mirror[send(send)] = (byte) (first + 1 - (stage - first));
            }
        }
        return mirror;
    }

    /** The smaller one of {@code state} and its mirror image. */
    static byte[] canonical(byte[] state) {
        byte[] mirror = mirrored(state);
        return Arrays.compare(state, mirror) <= 0 ? state : mirror;
    }
}
