package io.storegrid.compute.model;

import static io.storegrid.compute.model.World.at;
import static io.storegrid.compute.model.World.put;

import io.storegrid.domain.HoldState;
import org.jspecify.annotations.Nullable;

/**
 * Every step that can be taken in a {@link World}: the write protocol as transitions.
 *
 * <p>Called, not copied: what a batch decides and what its guards demand ({@link Decisions}), and which picture and which copy
 * in the grid stays ({@link NewestWins}). Modelled: here what the lane does around its decisions ({@code BatchRunner},
 * {@code BatchReader}) and PostgreSQL's locks, in {@link Rows} its tables under READ COMMITTED, in {@link Grid} the copies. What
 * a lane does without looking at anything shared is one with the step before it.
 *
 * <p>A lock is one step, and blocks while another transaction has it. What a transaction has written shows at its COMMIT: until
 * then its locks keep everyone else from writing the same rows, so that its effect on them can be computed there.
 */
final class Protocol {

    private static final int IDLE = 0;
    private static final int LOAD = 1;
    private static final int READ_STOCK = 2;
    private static final int READ_HOLDS = 3;
    private static final int CLAIM = 4;
    private static final int SETTLE = 5;
    private static final int LOCK_HOLDS = 6;
    private static final int LOCK_STOCK = 7;
    private static final int COMMITTING = 8;
    private static final int COMMITTED = 9;
    /** Only where a rule is left out: the row that was short, after others; rows as the members come. */
    private static final int LOCK_SHORT = 10;

    private static final int IN_MEMBER_ORDER = 11;

    private static final int TOGETHER = 0;
    private static final int KEYS_FIRST = 1;
    private static final int LOCKED = 2;
    /** In the byte of the way: a guard was lost, which shows when all statements were carried out. */
    private static final int LOST = 4;

    /** The transaction without a lane, beside those of lanes 0 and 1. */
    private static final int ORPHAN = 2;

    private static final int NOBODY = -1;

    private final Scenario scenario;
    private final @Nullable Ablation ablation;
    private final Decisions decisions;
    private final boolean symmetric;
    private final Witness witness;
    private final Rows rows;
    private final Grid grid;
    private final Words words;

    /** @param ablation the rule that is left out; null: none */
    Protocol(Scenario scenario, @Nullable Ablation ablation, Witness witness) {
        this.scenario = scenario;
        this.ablation = ablation;
        this.decisions = new Decisions(scenario, ablation);
        this.witness = witness;
        this.rows = new Rows(scenario, ablation, decisions, witness);
        this.grid = new Grid(scenario, ablation, witness);
        this.words = new Words(scenario);
        this.symmetric = !scenario.grid() && ablation != Ablation.PLAN_ORDER;
    }

    /** The one state that stands for {@code state} and all that differ from it by the names of the owners only. */
    byte[] canonical(byte[] state) {
        return symmetric ? World.canonical(state) : state;
    }

    byte[] first() {
        byte[] state = new byte[World.SIZE];
        put(state, World.KILLS, scenario.kills());
        put(state, World.LOSSES, scenario.losses());
        put(state, World.MOVES, scenario.moves());
        for (int hold = 0; hold < scenario.holds(); hold++) {
            World.putHold(state, hold, HoldState.HELD, -1);
        }
        for (int sku = 0; sku < scenario.skus(); sku++) {
            int reserved = 0;
            for (int hold = 0; hold < scenario.holds(); hold++) {
                reserved += scenario.line(hold, sku);
            }
            int onHand = scenario.onHand(sku);
            rows.setStock(state, sku, onHand, reserved, 1);
            if (scenario.rememberedAtFirst() && sku == 0) {
                for (int lane = 0; lane < World.LANES; lane++) {
                    picture(state, lane, sku);
                }
                rows.setStock(state, sku, onHand + 1, reserved, 2);
            }
            int version = at(state, World.stock(sku, World.VERSION));
            put(state, World.stock(sku, World.LEDGER), (1 << version) - 1);
            put(state, World.stock(sku, World.LEDGER_ON_HAND), at(state, World.stock(sku, World.ON_HAND)));
            put(state, World.stock(sku, World.LEDGER_RESERVED), reserved);
            put(state, World.stock(sku, World.BOOKED), at(state, World.stock(sku, World.ON_HAND)));
            if (scenario.grid()) {
                put(state, World.grid(sku, World.PRIMARY), version);
                put(state, World.grid(sku, World.BACKUP), version);
            }
        }
        return state;
    }

    /** Hands every successor of {@code state} to {@code sink}. */
    void expand(byte[] state, Witness.Sink sink) {
        clients(state, sink);
        if (scenario.ticks() && at(state, World.NOW) == 0) {
            byte[] next = state.clone();
            put(next, World.NOW, 1);
            rows.justify(next);
            witness.emit(sink, next, false, "the time of the first holds runs out");
        }
        for (int lane = 0; lane < World.LANES; lane++) {
            lane(state, lane, sink);
            faults(state, lane, sink);
        }
        orphan(state, sink);
        grid.messages(state, sink);
    }

    // Clients.

    private void clients(byte[] state, Witness.Sink sink) {
        for (int op = 0; op < scenario.ops(); op++) {
            Op wanted = scenario.op(op);
            if (at(state, World.op(op, World.TOLD)) != 0 || !knowsItsHold(state, wanted)) {
                continue;
            }
            int first = scenario.firstSend(op);
            for (int send = first; send < first + wanted.sends(); send++) {
                if (at(state, World.send(send)) == World.UNSENT) {
                    for (int lane = 0; lane < World.LANES; lane++) {
                        byte[] next = state.clone();
                        put(next, World.send(send), World.QUEUED + lane);
                        if (send == first) {
                            boolean late = !wanted.onStock() && Rows.timeOver(next, decisions.holdOf(next, send + 1));
                            put(next, World.op(op, World.FLAGS), World.SENT | (late ? World.LATE : 0));
                            rows.justify(next);
                        }
                        witness.emit(
                                sink,
                                next,
                                false,
                                witness.narrating()
                                        ? "client sends " + words.op(send) + " to " + Words.owner(lane)
                                        : "");
                    }
                    break;
                }
            }
        }
    }

    private static boolean knowsItsHold(byte[] state, Op op) {
        if (op.after() < 0) {
            return true;
        }
        int told = at(state, World.op(op.after(), World.TOLD));
        return told != 0 && Decisions.outcome(told).accepted();
    }

    private void tell(byte[] state, int lane, int op, int answer) {
        int first = scenario.firstSend(op);
        for (int send = first; send < first + scenario.op(op).sends(); send++) {
            if (at(state, World.send(send)) == World.RUNNING + lane) {
                put(state, World.send(send), World.OVER);
            }
        }
        int told = at(state, World.op(op, World.TOLD));
        int flags = at(state, World.op(op, World.FLAGS));
        if (told == 0) {
            put(state, World.op(op, World.TOLD), answer);
            if (!Decisions.outcome(answer).accepted() && (flags & World.JUSTIFIED) == 0) {
                witness.breach(Breach.UNJUSTIFIED_REFUSAL);
            }
        } else if (told != answer) {
            witness.breach(Breach.UNEQUAL_ANSWERS);
        }
        put(state, World.op(op, World.FLAGS), flags & ~World.JUSTIFIED);
    }

    // Locks. Keys are those of operations.

    private int holder(byte[] state, int self, int lock, boolean onHold) {
        for (int lane = 0; lane < World.LANES; lane++) {
            int field = onHold ? World.HOLD_LOCKS : World.LOCKS;
            if (lane != self && (at(state, World.lane(lane, field)) & lock) != 0) {
                return lane;
            }
        }
        int field = onHold ? World.ORPHAN_HOLD_LOCKS : World.ORPHAN_LOCKS;
        return (at(state, World.ORPHAN + field) & lock) != 0 ? ORPHAN : NOBODY;
    }

    private static int stockLock(int sku) {
        return 1 << sku;
    }

    private static int keyLock(int op) {
        return 4 << op;
    }

    private static void lock(byte[] state, int lane, int lock) {
        put(state, World.lane(lane, World.LOCKS), at(state, World.lane(lane, World.LOCKS)) | lock);
    }

    private static void lockHold(byte[] state, int lane, int hold) {
        put(state, World.lane(lane, World.HOLD_LOCKS), at(state, World.lane(lane, World.HOLD_LOCKS)) | 1 << hold);
    }

    /** The transaction that {@code lane} waits for; -1 when it waits for none. */
    int waitsFor(byte[] state, int lane) {
        int step = at(state, World.lane(lane, World.STEP));
        switch (at(state, World.lane(lane, World.PHASE))) {
            case CLAIM -> {
                return ablation == Ablation.KEYS_READ_NOT_CLAIMED
                        ? NOBODY
                        : holder(state, lane, keyLock(next(keys(state, lane), step)), false);
            }
            case SETTLE -> {
                return holder(state, lane, 1 << next(settled(plan(state, lane)), step), true);
            }
            case LOCK_HOLDS -> {
                return holder(state, lane, 1 << next(holds(state, lane), step), true);
            }
            case LOCK_STOCK -> {
                return holder(state, lane, stockLock(nextSku(state, lane, step)), false);
            }
            case LOCK_SHORT -> {
                return holder(state, lane, stockLock(next(step, 0)), false);
            }
            case IN_MEMBER_ORDER -> {
                int row = memberOrder(state, lane, step);
                return row < World.SKUS
                        ? holder(state, lane, stockLock(row), false)
                        : holder(state, lane, 1 << (row - World.SKUS), true);
            }
            default -> {
                return NOBODY;
            }
        }
    }

    /** The first bit of {@code mask} from {@code from} on; 31 when there is none. */
    private static int next(int mask, int from) {
        int rest = mask & -1 << from;
        return rest == 0 ? 31 : Integer.numberOfTrailingZeros(rest);
    }

    private int nextSku(byte[] state, int lane, int step) {
        int mask = stockRows(state, lane);
        if (ablation == Ablation.PLAN_ORDER && lane == 1) {
            int left = mask;
            for (int i = 0; i < step; i++) {
                left &= ~Integer.highestOneBit(left);
            }
            return left == 0 ? 31 : 31 - Integer.numberOfLeadingZeros(left);
        }
        int left = mask;
        for (int i = 0; i < step; i++) {
            left &= left - 1;
        }
        return left == 0 ? 31 : Integer.numberOfTrailingZeros(left);
    }

    // What a batch touches.

    private DecidedBatch plan(byte[] state, int lane) {
        return decisions.plan(World.plan(state, World.lane(lane, World.PLAN)));
    }

    private static int way(byte[] state, int lane) {
        return at(state, World.lane(lane, World.WAY)) & 3;
    }

    private static int member(byte[] state, int lane, int place) {
        return at(state, World.lane(lane, World.MEMBER + place));
    }

    /** Operations whose keys this transaction claims. */
    private int keys(byte[] state, int lane) {
        if (ablation == Ablation.RECORD_LEFT_OUT) {
            return 0;
        }
        boolean locked = way(state, lane) == LOCKED;
        DecidedBatch plan = locked ? null : plan(state, lane);
        int keys = 0;
        for (int place = 0; place < 2; place++) {
            int op = decisions.opOf(member(state, lane, place));
            if (op >= 0 && (plan == null || plan.answers[place] > 0)) {
                keys |= 1 << op;
            }
        }
        return keys;
    }

    private static int settled(DecidedBatch plan) {
        int mask = 0;
        for (int hold = 0; hold < World.HOLDS; hold++) {
            mask |= plan.settlements[hold] == null ? 0 : 1 << hold;
        }
        return mask;
    }

    private int holds(byte[] state, int lane) {
        int mask = 0;
        for (int place = 0; place < 2; place++) {
            int hold = decisions.holdOf(state, member(state, lane, place));
            mask |= hold < 0 ? 0 : 1 << hold;
        }
        return mask;
    }

    /** SKUs that the members name, and those of their holds as far as their lines are known. */
    private int touched(byte[] state, int lane) {
        int mask = 0;
        for (int place = 0; place < 2; place++) {
            int member = member(state, lane, place);
            int hold = decisions.holdOf(state, member);
            int seen = at(state, World.lane(lane, World.SEEN + place));
            boolean known = seen == Decisions.COPY || seen > Decisions.READ + 1;
            int op = decisions.opOf(member);
            for (int sku = 0; sku < scenario.skus(); sku++) {
                boolean named = hold >= 0
                        ? known && scenario.line(hold, sku) > 0
                        : op >= 0 && scenario.op(op).names(sku);
                mask |= named ? 1 << sku : 0;
            }
        }
        return mask;
    }

    private int stockRows(byte[] state, int lane) {
        if (way(state, lane) == LOCKED) {
            return touched(state, lane);
        }
        DecidedBatch plan = plan(state, lane);
        int mask = 0;
        for (int sku = 0; sku < scenario.skus(); sku++) {
            mask |= plan.changes(sku) ? 1 << sku : 0;
        }
        return mask;
    }

    /** The row at {@code step} of the members' own order: a SKU, or two more than a hold; 31 behind the last. */
    private int memberOrder(byte[] state, int lane, int step) {
        DecidedBatch plan = plan(state, lane);
        int left = step;
        for (int place = 0; place < plan.members.length; place++) {
            int hold = decisions.holdOf(state, plan.members[place]);
            int op = decisions.opOf(plan.members[place]);
            if (hold >= 0 && plan.settlements[hold] != null && left-- == 0) {
                return World.SKUS + hold;
            }
            for (int sku = 0; sku < scenario.skus(); sku++) {
                boolean named = hold >= 0
                        ? scenario.line(hold, sku) > 0
                        : scenario.op(op).names(sku);
                if (named && plan.changes(sku) && left-- == 0) {
                    return sku;
                }
            }
        }
        return 31;
    }

    // The lane.

    private void lane(byte[] state, int lane, Witness.Sink sink) {
        int phase = at(state, World.lane(lane, World.PHASE));
        if (phase == IDLE) {
            take(state, lane, sink);
            return;
        }
        int other = waitsFor(state, lane);
        if (other != NOBODY) {
            witness.saw(other == ORPHAN ? Event.WAITED_FOR_ORPHAN : Event.WAITED);
            return;
        }
        byte[] next = state.clone();
        String what = switch (phase) {
            case LOAD -> load(next, lane);
            case READ_STOCK -> readStock(next, lane);
            case READ_HOLDS -> readHolds(next, lane);
            case CLAIM -> claim(next, lane);
            case SETTLE -> settle(next, lane);
            case LOCK_HOLDS -> lockHolds(next, lane);
            case LOCK_STOCK -> lockStock(next, lane);
            case COMMITTING -> commit(next, lane);
            case COMMITTED -> reply(next, lane);
            case LOCK_SHORT -> lockShort(next, lane);
            default -> lockAsMembersCome(next, lane);
        };
        witness.emit(sink, next, false, witness.narrating() ? Words.owner(lane) + " " + what : "");
    }

    private void take(byte[] state, int lane, Witness.Sink sink) {
        int[] waiting = new int[World.SENDS + World.FIRST_HOLDS];
        int count = 0;
        int ops = 0;
        for (int send = 0; send < scenario.sends(); send++) {
            int op = scenario.opOf(send);
            boolean twin = (ops >> op & 1) != 0 && ablation != Ablation.TWINS_NOT_MERGED;
            if (at(state, World.send(send)) == World.QUEUED + lane && !twin) {
                waiting[count++] = send + 1;
                ops |= 1 << op;
            }
        }
        for (int hold = 0; hold < scenario.holds(); hold++) {
            if (World.held(state, hold) && Rows.timeOver(state, hold)) {
                waiting[count++] = World.EXPIRE + hold;
            }
        }
        for (int i = 0; i < count; i++) {
            take(state, lane, waiting[i], 0, sink);
            for (int j = 0; j < count && scenario.batch() > 1; j++) {
                if (i != j) {
                    take(state, lane, waiting[i], waiting[j], sink);
                }
            }
        }
    }

    /** Takes one batch, with and without the grid's copies of its holds at hand. */
    private void take(byte[] state, int lane, int first, int second, Witness.Sink sink) {
        int[] holds = {decisions.holdOf(state, first), decisions.holdOf(state, second)};
        boolean locked = underLocks(first) || underLocks(second);
        boolean both = holds[0] >= 0 && holds[1] >= 0 && holds[0] != holds[1];
        boolean any = holds[0] >= 0 || holds[1] >= 0;
        int choices = locked || !any ? 1 : both ? 4 : 2;
        for (int choice = 0; choice < choices; choice++) {
            byte[] next = state.clone();
            int[] members = {first, second};
            for (int place = 0; place < 2; place++) {
                put(next, World.lane(lane, World.MEMBER + place), members[place]);
                if (holds[place] >= 0 && !locked) {
                    int bit = both ? choice >> place & 1 : choice;
                    put(next, World.lane(lane, World.SEEN + place), bit == 0 ? Decisions.COPY : Decisions.UNREAD);
                }
                run(next, lane, members[place]);
            }
            put(next, World.lane(lane, World.WAY), locked ? LOCKED : TOGETHER);
            String batch = witness.narrating() ? Words.owner(lane) + " takes " + words.batch(next, lane) : "";
            if (locked) {
                startClaiming(next, lane);
            } else {
                think(next, lane);
            }
            witness.emit(sink, next, false, witness.narrating() ? batch + afterwards(next, lane) : "");
        }
    }

    private boolean underLocks(int member) {
        int op = decisions.opOf(member);
        return op >= 0 && decisions.underLocks(member);
    }

    /** Marks a member's send running, and those of its twins that wait in the same lane. */
    private void run(byte[] state, int lane, int member) {
        int op = decisions.opOf(member);
        if (op < 0) {
            return;
        }
        int taken = 0;
        for (int send = 0; send < scenario.sends(); send++) {
            boolean meant = ablation == Ablation.TWINS_NOT_MERGED ? send == member - 1 : scenario.opOf(send) == op;
            if (meant && at(state, World.send(send)) == World.QUEUED + lane) {
                put(state, World.send(send), World.RUNNING + lane);
                taken++;
            }
        }
        if (taken > 1) {
            witness.saw(Event.TWIN_JOINED);
        }
    }

    /** Decides on what is there, and says what to do next. Looks at nothing shared. */
    private void think(byte[] state, int lane) {
        for (int place = 0; place < 2; place++) {
            if (at(state, World.lane(lane, World.SEEN + place)) == Decisions.UNREAD) {
                phase(state, lane, READ_HOLDS, 0);
                return;
            }
        }
        for (int sku = 0; sku < scenario.skus(); sku++) {
            boolean touched = (touched(state, lane) >> sku & 1) != 0;
            if (touched && !fresh(state, lane, sku) && at(state, World.picture(lane, sku)) == 0) {
                phase(state, lane, LOAD, 0);
                return;
            }
        }
        DecidedBatch plan = decisions.decide(state, lane);
        if (plan.defect) {
            halve(state, lane);
            return;
        }
        for (int place = 0; place < plan.members.length; place++) {
            int hold = decisions.holdOf(state, plan.members[place]);
            int field = World.lane(lane, World.SEEN + place);
            boolean outdated = plan.unreadStock != 0 && at(state, field) >= Decisions.READ;
            if (hold >= 0 && ((plan.unreadHolds >> hold & 1) != 0 || outdated)) {
                put(state, field, Decisions.UNREAD);
            }
        }
        if (plan.unreadStock != 0) {
            phase(state, lane, READ_STOCK, plan.unreadStock);
        } else if (plan.unreadHolds != 0) {
            phase(state, lane, READ_HOLDS, 0);
        } else if (ablation == Ablation.REFUSED_BEFORE_KEY && refused(plan)) {
            refuseAtOnce(state, lane, plan);
        } else {
            World.putPlan(state, World.lane(lane, World.PLAN), plan.id);
            if (plan.writes || keys(state, lane) != 0) {
                startClaiming(state, lane);
            } else {
                finish(state, lane, plan);
            }
        }
    }

    /** A rule's assertion failed: each member for itself (PROTOCOL 17); alone it must not fail. */
    private void halve(byte[] state, int lane) {
        int second = member(state, lane, 1);
        if (second == 0) {
            witness.breach(Breach.DEFECT);
            clear(state, lane);
            return;
        }
        witness.sawHalving();
        putBack(state, lane, decisions.opOf(second));
        leave(state, lane, 1);
        rollBack(state, lane);
        forget(state, lane, 3);
        think(state, lane);
    }

    private static boolean refused(DecidedBatch plan) {
        for (int answer : plan.answers) {
            if (answer > 0 && !Decisions.outcome(answer).accepted()) {
                return true;
            }
        }
        return false;
    }

    private void refuseAtOnce(byte[] state, int lane, DecidedBatch plan) {
        for (int place = plan.members.length - 1; place >= 0; place--) {
            if (plan.answers[place] > 0
                    && !Decisions.outcome(plan.answers[place]).accepted()) {
                tell(state, lane, decisions.opOf(plan.members[place]), plan.answers[place]);
                leave(state, lane, place);
            }
        }
        if (member(state, lane, 0) == 0) {
            clear(state, lane);
        } else {
            think(state, lane);
        }
    }

    /** Takes a member out of the batch. */
    private static void leave(byte[] state, int lane, int place) {
        if (place == 0) {
            put(state, World.lane(lane, World.MEMBER), member(state, lane, 1));
            put(state, World.lane(lane, World.SEEN), at(state, World.lane(lane, World.SEEN + 1)));
        }
        put(state, World.lane(lane, World.MEMBER + 1), 0);
        put(state, World.lane(lane, World.SEEN + 1), 0);
    }

    private static void phase(byte[] state, int lane, int phase, int step) {
        put(state, World.lane(lane, World.PHASE), phase);
        put(state, World.lane(lane, World.STEP), step);
    }

    private static boolean fresh(byte[] state, int lane, int sku) {
        return (at(state, World.lane(lane, World.FRESH)) >> sku & 1) != 0;
    }

    /** Makes a picture of the row as it is now. */
    private void picture(byte[] state, int lane, int sku) {
        int version = at(state, World.stock(sku, World.VERSION));
        int counters = Rows.counters(state, sku);
        if (ablation == Ablation.PICTURES_FROM_GRID) {
            version = at(state, World.grid(sku, World.PRIMARY));
            counters = version == 0 ? 0 : at(state, World.history(sku, version));
        }
        if (NewestWins.READ[at(state, World.picture(lane, sku))][version]) {
            put(state, World.picture(lane, sku), version);
            put(state, World.picture(lane, sku) + 1, counters);
        }
    }

    private String load(byte[] state, int lane) {
        for (int sku = 0; sku < scenario.skus(); sku++) {
            if ((touched(state, lane) >> sku & 1) != 0 && at(state, World.picture(lane, sku)) == 0) {
                picture(state, lane, sku);
            }
        }
        think(state, lane);
        return "loads its pictures" + afterwards(state, lane);
    }

    private String readStock(byte[] state, int lane) {
        witness.saw(Event.READ_IN_DOUBT);
        int mask = at(state, World.lane(lane, World.STEP));
        for (int sku = 0; sku < scenario.skus(); sku++) {
            if ((mask >> sku & 1) != 0) {
                put(state, World.picture(lane, sku), 0);
                read(state, lane, sku);
            }
        }
        think(state, lane);
        return "reads stock and due holds" + afterwards(state, lane);
    }

    private void read(byte[] state, int lane, int sku) {
        picture(state, lane, sku);
        put(state, World.lane(lane, World.FRESH), at(state, World.lane(lane, World.FRESH)) | 1 << sku);
        int other = at(state, World.lane(lane, World.DUE)) & 15 << (4 * sku);
        put(state, World.lane(lane, World.DUE), other | rows.due(state, sku) << (4 * (1 - sku)));
    }

    private String readHolds(byte[] state, int lane) {
        seeHolds(state, lane, false);
        think(state, lane);
        return "reads holds" + afterwards(state, lane);
    }

    private void seeHolds(byte[] state, int lane, boolean all) {
        for (int place = 0; place < 2; place++) {
            int hold = decisions.holdOf(state, member(state, lane, place));
            int field = World.lane(lane, World.SEEN + place);
            if (hold >= 0 && (all || at(state, field) == Decisions.UNREAD)) {
                int row = World.exists(state, hold) ? World.code(World.holdState(state, hold)) : 0;
                put(state, field, Decisions.READ + 2 * row + (Rows.timeOver(state, hold) ? 0 : 1));
            }
        }
    }

    // The transaction.

    private void startClaiming(byte[] state, int lane) {
        phase(state, lane, CLAIM, 0);
        if (keys(state, lane) == 0) {
            claimed(state, lane);
        }
    }

    private String claim(byte[] state, int lane) {
        int op = next(keys(state, lane), at(state, World.lane(lane, World.STEP)));
        boolean used = at(state, World.op(op, World.RECORD)) != 0;
        if (used) {
            witness.saw(Event.KEY_USED);
        }
        if (used && way(state, lane) == TOGETHER) {
            rollBack(state, lane);
            dropPictures(state, lane);
            put(state, World.lane(lane, World.WAY), KEYS_FIRST);
            think(state, lane);
            return witness.say("runs into the used key of op", op) + afterwards(state, lane);
        }
        if (used) {
            put(state, World.lane(lane, World.FRESH), at(state, World.lane(lane, World.FRESH)) | 4 << op);
        } else if (ablation != Ablation.KEYS_READ_NOT_CLAIMED) {
            lock(state, lane, keyLock(op));
        }
        put(state, World.lane(lane, World.STEP), op + 1);
        if (next(keys(state, lane), op + 1) == 31) {
            int usedKeys = at(state, World.lane(lane, World.FRESH)) >> 2;
            if (usedKeys != 0) {
                replay(state, lane, usedKeys);
            } else {
                claimed(state, lane);
            }
        }
        return witness.say(used ? "finds used the key of op" : "claims the key of op", op) + afterwards(state, lane);
    }

    /** Answers members whose keys were used from their records; the others begin again (PROTOCOL 2). */
    private void replay(byte[] state, int lane, int usedKeys) {
        int way = way(state, lane);
        rollBack(state, lane);
        for (int place = 1; place >= 0; place--) {
            int op = decisions.opOf(member(state, lane, place));
            if (op >= 0 && (usedKeys >> op & 1) != 0) {
                tell(state, lane, op, at(state, World.op(op, World.RECORD)));
                leave(state, lane, place);
            }
        }
        if (member(state, lane, 0) == 0) {
            clear(state, lane);
            return;
        }
        witness.saw(Event.ANSWERED_IN_PART);
        put(state, World.lane(lane, World.WAY), way);
        if (way == LOCKED) {
            unseeHolds(state, lane);
            startClaiming(state, lane);
        } else {
            think(state, lane);
        }
    }

    private void claimed(byte[] state, int lane) {
        if (way(state, lane) == LOCKED) {
            phase(state, lane, LOCK_HOLDS, 0);
            if (holds(state, lane) == 0) {
                holdsLocked(state, lane);
            }
        } else if (ablation == Ablation.NO_ORDER && plan(state, lane).writes) {
            phase(state, lane, IN_MEMBER_ORDER, 0);
        } else {
            phase(state, lane, SETTLE, 0);
            if (settled(plan(state, lane)) == 0) {
                holdsLocked(state, lane);
            }
        }
    }

    private void holdsLocked(byte[] state, int lane) {
        phase(state, lane, LOCK_STOCK, 0);
        if (stockRows(state, lane) == 0) {
            stockLocked(state, lane);
        }
    }

    private String settle(byte[] state, int lane) {
        DecidedBatch plan = plan(state, lane);
        int hold = next(settled(plan), at(state, World.lane(lane, World.STEP)));
        lockHold(state, lane, hold);
        if (!rows.guardHolds(state, plan, hold)) {
            put(state, World.lane(lane, World.WAY), at(state, World.lane(lane, World.WAY)) | LOST);
        }
        put(state, World.lane(lane, World.STEP), hold + 1);
        String what = witness.say("ends hold", hold);
        if (next(settled(plan), hold + 1) == 31) {
            holdsLocked(state, lane);
        }
        return what + afterwards(state, lane);
    }

    private String lockHolds(byte[] state, int lane) {
        int hold = next(holds(state, lane), at(state, World.lane(lane, World.STEP)));
        lockHold(state, lane, hold);
        put(state, World.lane(lane, World.STEP), hold + 1);
        if (next(holds(state, lane), hold + 1) == 31) {
            seeHolds(state, lane, true);
            holdsLocked(state, lane);
        }
        return witness.say("locks hold", hold) + afterwards(state, lane);
    }

    private String lockStock(byte[] state, int lane) {
        int step = at(state, World.lane(lane, World.STEP));
        int sku = nextSku(state, lane, step);
        lock(state, lane, stockLock(sku));
        put(state, World.lane(lane, World.STEP), step + 1);
        if (nextSku(state, lane, step + 1) == 31) {
            stockLocked(state, lane);
        }
        return (witness.narrating() ? "locks stock " + Decisions.skuName(sku) : "") + afterwards(state, lane);
    }

    private void stockLocked(byte[] state, int lane) {
        if (way(state, lane) == LOCKED) {
            decideUnderLocks(state, lane);
            return;
        }
        int shortRows = rows.shortRows(state, plan(state, lane));
        boolean lost = (at(state, World.lane(lane, World.WAY)) & LOST) != 0;
        if (shortRows != 0 && !lost && ablation == Ablation.LOCK_THE_SHORT_ONE) {
            // A row that fails the WHERE of a bare UPDATE is not locked by it.
            put(state, World.lane(lane, World.LOCKS), at(state, World.lane(lane, World.LOCKS)) & ~shortRows);
            phase(state, lane, LOCK_SHORT, shortRows);
        } else if (shortRows != 0 || lost) {
            witness.saw(Event.GUARD_LOST);
            lockEverything(state, lane);
        } else {
            sendCommit(state, lane);
        }
    }

    /** A guard was lost: from the beginning, under the locks of all rows (PROTOCOL 8, 9). */
    private void lockEverything(byte[] state, int lane) {
        rollBack(state, lane);
        dropPictures(state, lane);
        unseeHolds(state, lane);
        put(state, World.lane(lane, World.WAY), LOCKED);
        startClaiming(state, lane);
    }

    private void decideUnderLocks(byte[] state, int lane) {
        for (int sku = 0; sku < scenario.skus(); sku++) {
            if ((touched(state, lane) >> sku & 1) != 0) {
                read(state, lane, sku);
            }
        }
        DecidedBatch plan = decisions.decide(state, lane);
        if (plan.defect || plan.incomplete()) {
            witness.breach(Breach.DEFECT);
            clear(state, lane);
            return;
        }
        for (int hold = 0; hold < World.HOLDS; hold++) {
            if (plan.settlements[hold] != null && !rows.guardHolds(state, plan, hold)) {
                witness.saw(Event.TIME_RAN_OUT_UNDER_LOCKS);
                lockEverything(state, lane);
                return;
            }
        }
        if (rows.shortRows(state, plan) != 0) {
            witness.breach(Breach.DEFECT);
        }
        for (int place = 0; place < plan.members.length; place++) {
            int op = decisions.opOf(plan.members[place]);
            if (op >= 0 && plan.answers[place] == DecidedBatch.DEFERRED) {
                put(state, World.lane(lane, World.LOCKS), at(state, World.lane(lane, World.LOCKS)) & ~keyLock(op));
            }
        }
        World.putPlan(state, World.lane(lane, World.PLAN), plan.id);
        sendCommit(state, lane);
    }

    private String lockShort(byte[] state, int lane) {
        int rows = at(state, World.lane(lane, World.STEP));
        int sku = next(rows, 0);
        lock(state, lane, stockLock(sku));
        put(state, World.lane(lane, World.STEP), rows & ~(1 << sku));
        if ((rows & ~(1 << sku)) == 0) {
            lockEverything(state, lane);
        }
        return (witness.narrating() ? "locks the short " + Decisions.skuName(sku) : "") + afterwards(state, lane);
    }

    private String lockAsMembersCome(byte[] state, int lane) {
        int step = at(state, World.lane(lane, World.STEP));
        int row = memberOrder(state, lane, step);
        DecidedBatch plan = plan(state, lane);
        if (row < World.SKUS) {
            lock(state, lane, stockLock(row));
        } else {
            lockHold(state, lane, row - World.SKUS);
            if (!rows.guardHolds(state, plan, row - World.SKUS)) {
                put(state, World.lane(lane, World.WAY), at(state, World.lane(lane, World.WAY)) | LOST);
            }
        }
        put(state, World.lane(lane, World.STEP), step + 1);
        if (memberOrder(state, lane, step + 1) == 31) {
            stockLocked(state, lane);
        }
        return (row < World.SKUS
                        ? witness.narrating() ? "locks stock " + Decisions.skuName(row) : ""
                        : witness.say("ends hold", row - World.SKUS))
                + afterwards(state, lane);
    }

    private void sendCommit(byte[] state, int lane) {
        phase(state, lane, COMMITTING, 0);
        put(state, World.lane(lane, World.WAY), 0);
        put(state, World.lane(lane, World.FRESH), 0);
        put(state, World.lane(lane, World.DUE), 0);
        unseeHolds(state, lane);
        DecidedBatch plan = plan(state, lane);
        if (ablation == Ablation.ANSWER_BEFORE_COMMIT) {
            answer(state, lane, plan);
        }
        if (ablation == Ablation.APPLIED_BEFORE_COMMIT && scenario.grid()) {
            for (int sku = 0; sku < scenario.skus(); sku++) {
                DecidedBatch.Delta delta = plan.deltas[sku];
                if (delta != null) {
                    Grid.send(state, sku, at(state, World.stock(sku, World.VERSION)) + delta.entries());
                }
            }
        }
    }

    private String commit(byte[] state, int lane) {
        DecidedBatch plan = plan(state, lane);
        rows.write(state, plan);
        put(state, World.lane(lane, World.LOCKS), 0);
        put(state, World.lane(lane, World.HOLD_LOCKS), 0);
        for (int sku = 0; sku < scenario.skus(); sku++) {
            // What RETURNING said; used only if the reply arrives, and dropped otherwise.
            int version = at(state, World.stock(sku, World.VERSION));
            if (plan.changes(sku) && NewestWins.COMMITTED[at(state, World.picture(lane, sku))][version]) {
                put(state, World.picture(lane, sku), version);
                put(state, World.picture(lane, sku) + 1, Rows.counters(state, sku));
            }
        }
        phase(state, lane, COMMITTED, 0);
        return "has its COMMIT carried out";
    }

    private String reply(byte[] state, int lane) {
        DecidedBatch plan = plan(state, lane);
        String told = witness.narrating() ? Words.answers(plan) : "";
        finish(state, lane, plan);
        return "hears of its COMMIT" + told;
    }

    private void finish(byte[] state, int lane, DecidedBatch plan) {
        answer(state, lane, plan);
        for (int place = 0; place < plan.members.length; place++) {
            int op = decisions.opOf(plan.members[place]);
            if (plan.answers[place] == DecidedBatch.DEFERRED) {
                witness.saw(Event.DEFERRED);
                putBack(state, lane, op);
            }
        }
        if (scenario.grid() && ablation != Ablation.APPLIED_BEFORE_COMMIT) {
            for (int sku = 0; sku < scenario.skus(); sku++) {
                if (plan.changes(sku)) {
                    Grid.send(state, sku, at(state, World.picture(lane, sku)));
                }
            }
        }
        clear(state, lane);
    }

    /** Back into the queue with those who wait for {@code op}; the lane's own commands come again by themselves. */
    private void putBack(byte[] state, int lane, int op) {
        if (op >= 0) {
            over(state, op, World.RUNNING + lane, World.QUEUED + lane);
        }
    }

    private void answer(byte[] state, int lane, DecidedBatch plan) {
        for (int place = 0; place < plan.members.length; place++) {
            int op = decisions.opOf(plan.members[place]);
            if (op >= 0 && plan.answers[place] > 0) {
                tell(state, lane, op, plan.answers[place]);
            }
        }
    }

    /** Ends the batch; the pictures stay. */
    private static void clear(byte[] state, int lane) {
        for (int field = World.PHASE; field <= World.HOLD_LOCKS; field++) {
            put(state, World.lane(lane, field), 0);
        }
    }

    private void rollBack(byte[] state, int lane) {
        put(state, World.lane(lane, World.LOCKS), 0);
        put(state, World.lane(lane, World.HOLD_LOCKS), 0);
        put(state, World.lane(lane, World.FRESH), 0);
        put(state, World.lane(lane, World.DUE), 0);
        put(state, World.lane(lane, World.WAY), way(state, lane));
        World.putPlan(state, World.lane(lane, World.PLAN), 0);
        for (int place = 0; place < 2; place++) {
            if (decisions.holdOf(state, member(state, lane, place)) >= 0) {
                put(state, World.lane(lane, World.SEEN + place), Decisions.UNREAD);
            }
        }
    }

    private static void unseeHolds(byte[] state, int lane) {
        put(state, World.lane(lane, World.SEEN), Decisions.NO_HOLD);
        put(state, World.lane(lane, World.SEEN + 1), Decisions.NO_HOLD);
    }

    /** The pictures of a batch that went wrong; a hold's stock may be any. */
    private void dropPictures(byte[] state, int lane) {
        forget(state, lane, holds(state, lane) != 0 ? 3 : touched(state, lane));
    }

    private static void forget(byte[] state, int lane, int mask) {
        for (int sku = 0; sku < World.SKUS; sku++) {
            if ((mask >> sku & 1) != 0) {
                put(state, World.picture(lane, sku), 0);
                put(state, World.picture(lane, sku) + 1, 0);
            }
        }
    }

    // Faults.

    private void faults(byte[] state, int lane, Witness.Sink sink) {
        int phase = at(state, World.lane(lane, World.PHASE));
        boolean orphanFree = at(state, World.ORPHAN) == 0;
        boolean canLeave = phase != COMMITTING || orphanFree;
        if (at(state, World.LOSSES) > 0 && (phase == COMMITTING || phase == COMMITTED) && canLeave) {
            byte[] next = state.clone();
            put(next, World.LOSSES, at(next, World.LOSSES) - 1);
            String what = loseReply(next, lane, phase == COMMITTING);
            witness.emit(sink, next, true, witness.narrating() ? Words.owner(lane) + " " + what : "");
        }
        if (at(state, World.KILLS) > 0 && canLeave && (scenario.grid() || hasSomething(state, lane))) {
            byte[] next = state.clone();
            put(next, World.KILLS, at(next, World.KILLS) - 1);
            witness.saw(Event.KILLED);
            kill(next, lane, phase == COMMITTING);
            witness.emit(sink, next, true, witness.narrating() ? Words.owner(lane) + " is killed" : "");
        }
        if (at(state, World.MOVES) > 0 && phase == IDLE && hasSomething(state, lane)) {
            byte[] next = state.clone();
            witness.saw(Event.MOVED);
            put(next, World.MOVES, at(next, World.MOVES) - 1);
            for (int sku = 0; sku < 2 * World.SKUS; sku++) {
                put(next, World.lane(lane, World.PICTURE + sku), 0);
            }
            for (int send = 0; send < scenario.sends(); send++) {
                if (at(next, World.send(send)) == World.QUEUED + lane) {
                    put(next, World.send(send), World.NOTHING_DONE);
                }
            }
            witness.emit(
                    sink,
                    next,
                    true,
                    witness.narrating() ? Words.owner(lane) + " learns that it owns nothing, answers moved" : "");
        }
    }

    private static boolean hasSomething(byte[] state, int lane) {
        for (int field = 0; field <= World.HOLD_LOCKS; field++) {
            if (at(state, World.lane(lane, field)) != 0) {
                return true;
            }
        }
        for (int send = 0; send < World.SENDS; send++) {
            if (at(state, World.send(send)) == World.QUEUED + lane) {
                return true;
            }
        }
        return false;
    }

    /** Leaves the lane's transaction to PostgreSQL, which will carry it out, or not. */
    private static void abandon(byte[] state, int lane) {
        put(state, World.ORPHAN, 1);
        World.putPlan(state, World.ORPHAN + World.ORPHAN_PLAN, World.plan(state, World.lane(lane, World.PLAN)));
        put(state, World.ORPHAN + World.ORPHAN_LOCKS, at(state, World.lane(lane, World.LOCKS)));
        put(state, World.ORPHAN + World.ORPHAN_HOLD_LOCKS, at(state, World.lane(lane, World.HOLD_LOCKS)));
    }

    private String loseReply(byte[] state, int lane, boolean pending) {
        DecidedBatch plan = plan(state, lane);
        if (pending) {
            abandon(state, lane);
        } else {
            witness.saw(Event.ANSWER_LOST);
        }
        grid.doubt(state, plan);
        if (ablation == Ablation.NOT_DONE_BY_SELECT) {
            for (int place = 0; place < plan.members.length; place++) {
                int op = decisions.opOf(plan.members[place]);
                if (op >= 0 && at(state, World.op(op, World.RECORD)) != 0) {
                    tell(state, lane, op, at(state, World.op(op, World.RECORD)));
                } else if (op >= 0) {
                    over(state, op, World.RUNNING + lane, World.NOTHING_DONE);
                }
            }
            dropPictures(state, lane);
            clear(state, lane);
            return "does not hear of its COMMIT, and looks for the records";
        }
        lockEverything(state, lane);
        return "does not hear of its COMMIT" + afterwards(state, lane);
    }

    private void over(byte[] state, int op, int stage, int end) {
        for (int send = 0; send < scenario.sends(); send++) {
            if (scenario.opOf(send) == op && at(state, World.send(send)) == stage) {
                put(state, World.send(send), end);
            }
        }
    }

    private void kill(byte[] state, int lane, boolean pending) {
        if (pending) {
            abandon(state, lane);
        }
        for (int send = 0; send < scenario.sends(); send++) {
            int stage = at(state, World.send(send));
            if (stage == World.QUEUED + lane || stage == World.RUNNING + lane) {
                put(state, World.send(send), World.OVER);
            }
        }
        for (int field = 0; field <= World.HOLD_LOCKS; field++) {
            put(state, World.lane(lane, field), 0);
        }
        grid.lose(state, lane);
    }

    private void orphan(byte[] state, Witness.Sink sink) {
        if (at(state, World.ORPHAN) == 0) {
            return;
        }
        DecidedBatch plan = decisions.plan(World.plan(state, World.ORPHAN + World.ORPHAN_PLAN));
        for (boolean committed : new boolean[] {true, false}) {
            byte[] next = state.clone();
            for (int field = 0; field <= World.ORPHAN_HOLD_LOCKS; field++) {
                put(next, World.ORPHAN + field, 0);
            }
            witness.saw(committed ? Event.ORPHAN_COMMITTED : Event.ORPHAN_ROLLED_BACK);
            if (committed) {
                rows.write(next, plan);
            }
            if (ablation != Ablation.HEALED_ONCE) {
                grid.doubt(next, plan);
            }
            witness.emit(
                    sink,
                    next,
                    false,
                    committed
                            ? "PostgreSQL carries out the COMMIT nobody hears of"
                            : "PostgreSQL rolls back the COMMIT nobody hears of");
        }
    }

    // What is over.

    /** The hold that operation {@code op} settles; asked only when it was sent. */
    int holdOf(byte[] state, int op) {
        return decisions.holdOf(state, scenario.firstSend(op) + 1);
    }

    /** Whether nothing is on its way: only clients and faults can begin anything. */
    boolean atRest(byte[] state) {
        if (at(state, World.ORPHAN) != 0) {
            return false;
        }
        for (int lane = 0; lane < World.LANES; lane++) {
            if (at(state, World.lane(lane, World.PHASE)) != IDLE) {
                return false;
            }
        }
        for (int send = 0; send < scenario.sends(); send++) {
            int stage = at(state, World.send(send));
            if (stage != World.UNSENT && stage < World.OVER) {
                return false;
            }
        }
        return grid.atRest(state);
    }

    // Words.

    private String afterwards(byte[] state, int lane) {
        if (!witness.narrating()) {
            return "";
        }
        return switch (at(state, World.lane(lane, World.PHASE))) {
            case IDLE -> ", ends the batch";
            case LOAD -> ", lacks a picture";
            case READ_STOCK -> ", doubts the stock";
            case READ_HOLDS -> ", has to read holds";
            case COMMITTING -> ", sends COMMIT";
            case LOCK_SHORT -> ", finds a row short";
            default -> way(state, lane) == LOCKED ? ", under locks" : "";
        };
    }
}
