package io.storegrid.compute.model;

import static io.storegrid.compute.model.World.at;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.Outcome;
import org.jspecify.annotations.Nullable;

/** What must hold in every state, whatever led to it. */
final class Books {

    private final Scenario scenario;
    private final Protocol protocol;

    Books(Scenario scenario, Protocol protocol) {
        this.scenario = scenario;
        this.protocol = protocol;
    }

    /** The first thing that is wrong with {@code state}; null when nothing is. */
    @Nullable
    Breach check(byte[] state) {
        for (int sku = 0; sku < scenario.skus(); sku++) {
            Breach breach = stock(state, sku);
            if (breach != null) {
                return breach;
            }
        }
        for (int op = 0; op < scenario.ops(); op++) {
            Breach breach = op(state, op);
            if (breach != null) {
                return breach;
            }
        }
        if (protocol.waitsFor(state, 0) == 1 && protocol.waitsFor(state, 1) == 0) {
            return Breach.DEADLOCK;
        }
        return scenario.grid() ? grid(state) : null;
    }

    private @Nullable Breach stock(byte[] state, int sku) {
        int onHand = at(state, World.stock(sku, World.ON_HAND));
        int reserved = at(state, World.stock(sku, World.RESERVED));
        if (reserved > onHand) {
            return Breach.COUNTERS;
        }
        int held = 0;
        int sold = 0;
        for (int hold = 0; hold < World.HOLDS; hold++) {
            if (World.exists(state, hold)) {
                HoldState now = World.holdState(state, hold);
                held += now == HoldState.HELD ? scenario.line(hold, sku) : 0;
                sold += now == HoldState.CONFIRMED ? scenario.line(hold, sku) : 0;
            }
        }
        if (reserved != held) {
            return Breach.HELD_SUM;
        }
        if (onHand != at(state, World.stock(sku, World.BOOKED)) - sold) {
            return Breach.SOLD_SUM;
        }
        int version = at(state, World.stock(sku, World.VERSION));
        if (at(state, World.stock(sku, World.LEDGER)) != (1 << version) - 1) {
            return Breach.LEDGER_FORK;
        }
        boolean replays = at(state, World.stock(sku, World.LEDGER_ON_HAND)) == onHand
                && at(state, World.stock(sku, World.LEDGER_RESERVED)) == reserved;
        return replays ? null : Breach.LEDGER_REPLAY;
    }

    private @Nullable Breach op(byte[] state, int number) {
        Op op = scenario.op(number);
        int first = scenario.firstSend(number);
        int effects = effects(state, number, op, first);
        if (effects > 1) {
            return Breach.TWO_EFFECTS;
        }
        if (op.kind() == Op.Kind.RESERVE) {
            for (int send = first; send < first + op.sends(); send++) {
                if (at(state, World.send(send)) == World.NOTHING_DONE
                        && World.exists(state, World.FIRST_HOLDS + send)) {
                    return Breach.REFUSED_YET_DONE;
                }
            }
        }
        int told = at(state, World.op(number, World.TOLD));
        if (told == 0) {
            return null;
        }
        Outcome outcome = Decisions.outcome(told);
        if (!outcome.accepted()) {
            return effects == 0 ? null : Breach.REFUSED_YET_DONE;
        }
        boolean there = switch (op.kind()) {
            case RESERVE -> World.exists(state, World.FIRST_HOLDS + Decisions.sendOf(told));
            case CONFIRM, RELEASE -> settledAsTold(state, number, op, outcome);
            case ADJUST, COUNT -> effects == 1;
        };
        return there ? null : Breach.LOST_ACKNOWLEDGEMENT;
    }

    private boolean settledAsTold(byte[] state, int number, Op op, Outcome outcome) {
        int hold = protocol.holdOf(state, number);
        HoldState now = World.holdState(state, hold);
        return outcome == Outcome.CHANGED
                ? World.settledBy(state, hold) == number && now == op.kind().settlement()
                : now == HoldState.RELEASED || now == HoldState.EXPIRED;
    }

    private int effects(byte[] state, int number, Op op, int first) {
        switch (op.kind()) {
            case RESERVE -> {
                int made = 0;
                for (int send = first; send < first + op.sends(); send++) {
                    made += World.exists(state, World.FIRST_HOLDS + send) ? 1 : 0;
                }
                return made;
            }
            case CONFIRM, RELEASE -> {
                boolean sent = (at(state, World.op(number, World.FLAGS)) & World.SENT) != 0;
                return sent && World.settledBy(state, protocol.holdOf(state, number)) == number ? 1 : 0;
            }
            default -> {
                return at(state, World.op(number, World.FLAGS)) / World.EFFECT;
            }
        }
    }

    private @Nullable Breach grid(byte[] state) {
        boolean rest = protocol.atRest(state);
        for (int sku = 0; sku < scenario.skus(); sku++) {
            int version = at(state, World.stock(sku, World.VERSION));
            int primary = at(state, World.grid(sku, World.PRIMARY));
            int backup = at(state, World.grid(sku, World.BACKUP));
            if (primary > version || backup > version) {
                return Breach.COPY_AHEAD;
            }
            if (rest && (primary != version || backup != version)) {
                return Breach.COPY_STALE;
            }
        }
        return null;
    }
}
