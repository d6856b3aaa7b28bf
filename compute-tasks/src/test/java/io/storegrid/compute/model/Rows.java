package io.storegrid.compute.model;

import static io.storegrid.compute.model.World.at;
import static io.storegrid.compute.model.World.put;

import io.storegrid.domain.HoldState;
import org.jspecify.annotations.Nullable;

/**
 * The tables of PostgreSQL: what its statements ask of a row, what a COMMIT makes of all, and since when a caller may be
 * refused.
 */
final class Rows {

    private final Scenario scenario;
    private final @Nullable Ablation ablation;
    private final Decisions decisions;
    private final Witness witness;

    Rows(Scenario scenario, @Nullable Ablation ablation, Decisions decisions, Witness witness) {
        this.scenario = scenario;
        this.ablation = ablation;
        this.decisions = decisions;
        this.witness = witness;
    }

    /** Sets a row as it is at the beginning. */
    void setStock(byte[] state, int sku, int onHand, int reserved, int version) {
        put(state, World.stock(sku, World.ON_HAND), onHand);
        put(state, World.stock(sku, World.RESERVED), reserved);
        put(state, World.stock(sku, World.VERSION), version);
        remember(state, sku, version, onHand, reserved);
    }

    private void remember(byte[] state, int sku, int version, int onHand, int reserved) {
        if (ablation == Ablation.PICTURES_FROM_GRID) {
            put(state, World.history(sku, version), onHand << 4 | reserved);
        }
    }

    /** Both counters of a row in one number, as pictures have them. */
    static int counters(byte[] state, int sku) {
        return at(state, World.stock(sku, World.ON_HAND)) << 4 | at(state, World.stock(sku, World.RESERVED));
    }

    /** Units of the holds of {@code sku} whose time is over and that nobody settled. */
    int due(byte[] state, int sku) {
        int due = 0;
        for (int hold = 0; hold < scenario.holds(); hold++) {
            if (World.held(state, hold) && timeOver(state, hold)) {
                due += scenario.line(hold, sku);
            }
        }
        return due;
    }

    /** Whether the time of {@code hold} is over; that of holds made later never is. */
    static boolean timeOver(byte[] state, int hold) {
        return hold < World.FIRST_HOLDS && at(state, World.NOW) == 1;
    }

    /** {@code … WHERE id = ? AND state = 'HELD' AND (expires_at <= clock_timestamp()) = ?} */
    boolean guardHolds(byte[] state, DecidedBatch plan, int hold) {
        boolean expires = plan.settlements[hold] == HoldState.EXPIRED;
        return (ablation == Ablation.HOLD_GUARD_OFF || World.held(state, hold))
                && (ablation == Ablation.HOLD_TIME_OFF || timeOver(state, hold) == expires);
    }

    /** SKUs whose guard fails on the row as it is under its lock. */
    int shortRows(byte[] state, DecidedBatch plan) {
        if (ablation == Ablation.FENCE_OFF || ablation == Ablation.ABSOLUTE_UPSERT) {
            return 0;
        }
        int mask = 0;
        for (int sku = 0; sku < scenario.skus(); sku++) {
            DecidedBatch.Delta delta = plan.deltas[sku];
            boolean holds = delta == null
                    || (World.available(state, sku) >= delta.need()
                            && at(state, World.stock(sku, World.RESERVED)) >= delta.needReserved()
                            && (delta.expected() == 0
                                    || at(state, World.stock(sku, World.VERSION)) == delta.expected()));
            mask |= holds ? 0 : 1 << sku;
        }
        return mask;
    }

    /** What a transaction did, at the instant it shows. */
    void write(byte[] state, DecidedBatch plan) {
        for (int sku = 0; sku < scenario.skus(); sku++) {
            DecidedBatch.Delta delta = plan.deltas[sku];
            if (delta != null) {
                writeStock(state, sku, delta);
            }
        }
        for (int hold = 0; hold < World.HOLDS; hold++) {
            HoldState settlement = plan.settlements[hold];
            if (settlement != null) {
                int op = plan.settledBy[hold];
                if (settlement == HoldState.EXPIRED) {
                    witness.saw(Event.EXPIRED);
                }
                if (!World.held(state, hold)) {
                    witness.breach(Breach.SETTLED_TWICE);
                }
                if (settlement == HoldState.CONFIRMED && (at(state, World.op(op, World.FLAGS)) & World.LATE) != 0) {
                    witness.breach(Breach.LATE_CONFIRM);
                }
                World.putHold(state, hold, settlement, op);
            }
            if ((plan.made >> hold & 1) != 0) {
                if (World.exists(state, hold)) {
                    // The primary key of the reservation, which the retry of an attempt makes with the same id, is the
                    // last line here.
                    witness.breach(Breach.TWO_EFFECTS);
                }
                World.putHold(state, hold, HoldState.HELD, -1);
            }
        }
        for (int place = 0; place < plan.members.length; place++) {
            record(state, decisions.opOf(plan.members[place]), plan.answers[place]);
        }
        justify(state);
    }

    private void record(byte[] state, int op, int answer) {
        if (op < 0 || answer <= 0) {
            return;
        }
        boolean accepted = Decisions.outcome(answer).accepted();
        Op.Kind kind = scenario.op(op).kind();
        if (accepted && (kind == Op.Kind.ADJUST || kind == Op.Kind.COUNT)) {
            put(state, World.op(op, World.FLAGS), at(state, World.op(op, World.FLAGS)) + World.EFFECT);
        }
        boolean recorded =
                ablation != Ablation.RECORD_LEFT_OUT && (accepted || ablation != Ablation.REFUSAL_NOT_RECORDED);
        if (recorded && at(state, World.op(op, World.RECORD)) == 0) {
            put(state, World.op(op, World.RECORD), answer);
        }
    }

    private void writeStock(byte[] state, int sku, DecidedBatch.Delta delta) {
        boolean upsert = ablation == Ablation.ABSOLUTE_UPSERT;
        int onHand = at(state, World.stock(sku, World.ON_HAND));
        int reserved = at(state, World.stock(sku, World.RESERVED));
        int before = at(state, World.stock(sku, World.VERSION));
        int first = (ablation == Ablation.VERSIONS_FROM_MEMORY ? delta.baseVersion() : before) + 1;
        int ledger = at(state, World.stock(sku, World.LEDGER));
        int booked = at(state, World.stock(sku, World.BOOKED));
        for (int i = 0; i < delta.entries(); i++) {
            onHand += delta.onHand()[i];
            reserved += delta.reserved()[i];
            booked += delta.sale()[i] ? 0 : delta.onHand()[i];
            if (!upsert && (reserved < 0 || reserved > onHand)) {
                witness.breach(Breach.COUNTERS);
            }
            if (first + i > World.VERSIONS_MAX) {
                throw new IllegalStateException("too many versions for a mask: " + scenario);
            }
            int bit = 1 << (first + i - 1);
            if ((ledger & bit) != 0) {
                witness.breach(Breach.LEDGER_FORK);
            }
            ledger |= bit;
            if (onHand >= 0 && reserved >= 0) {
                remember(state, sku, first + i, onHand, reserved);
            }
        }
        put(state, World.stock(sku, World.LEDGER), ledger);
        put(
                state,
                World.stock(sku, World.LEDGER_ON_HAND),
                Math.max(0, at(state, World.stock(sku, World.LEDGER_ON_HAND)) + delta.sumOnHand()));
        put(
                state,
                World.stock(sku, World.LEDGER_RESERVED),
                Math.max(0, at(state, World.stock(sku, World.LEDGER_RESERVED)) + delta.sumReserved()));
        put(state, World.stock(sku, World.BOOKED), Math.max(0, booked));
        put(state, World.stock(sku, World.ON_HAND), Math.max(0, upsert ? delta.onHandAfter() : onHand));
        put(state, World.stock(sku, World.RESERVED), Math.max(0, upsert ? delta.reservedAfter() : reserved));
        put(state, World.stock(sku, World.VERSION), before + delta.entries());
    }

    /** Marks the requests that could be refused with reason at this instant. */
    void justify(byte[] state) {
        for (int op = 0; op < scenario.ops(); op++) {
            int flags = at(state, World.op(op, World.FLAGS));
            if ((flags & (World.SENT | World.JUSTIFIED)) == World.SENT
                    && at(state, World.op(op, World.TOLD)) == 0
                    && reason(state, op)) {
                put(state, World.op(op, World.FLAGS), flags | World.JUSTIFIED);
            }
        }
    }

    private boolean reason(byte[] state, int number) {
        Op op = scenario.op(number);
        switch (op.kind()) {
            case RESERVE, ADJUST -> {
                for (int sku = 0; sku < scenario.skus(); sku++) {
                    int taken = op.kind() == Op.Kind.ADJUST ? -op.quantity(sku) : op.quantity(sku);
                    if (taken > World.available(state, sku) + due(state, sku)) {
                        return true;
                    }
                }
                return false;
            }
            case COUNT -> {
                return at(state, World.stock(0, World.VERSION)) != 1
                        || op.quantity(0) < at(state, World.stock(0, World.RESERVED));
            }
            default -> {
                int hold = decisions.holdOf(state, scenario.firstSend(number) + 1);
                HoldState now = World.holdState(state, hold);
                return op.kind() == Op.Kind.RELEASE
                        ? now == HoldState.CONFIRMED
                        : now != HoldState.HELD || timeOver(state, hold);
            }
        }
    }
}
