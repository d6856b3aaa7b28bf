package io.storegrid.compute.model;

import static io.storegrid.compute.model.World.at;
import static io.storegrid.compute.model.World.put;

import io.storegrid.compute.lane.LaneRules;
import io.storegrid.domain.HoldState;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every step that can be taken in a {@link World}: the write protocol as transitions.
 *
 * <p>Called, not copied: what a batch decides, and what its guards demand ({@link Decisions}); which picture and which copy
 * in the grid stays. Modelled here: what the lane does around its decisions ({@code BatchRunner}, {@code BatchReader}), what
 * PostgreSQL does with statements and locks under READ COMMITTED, and what the grid does with messages. What a lane does
 * without looking at anything shared is one with the step before it.
 *
 * <p>A lock is one step, and blocks while another transaction has it. What a transaction has written shows at its COMMIT: until
 * then its locks keep everyone else from the same rows, so that its effect on them can be computed there.
 */
final class Protocol {

    /** Takes the successors of a state. */
    interface Sink {
        /**
         * @param fault whether the environment had to fail for it
         * @param breach what must not be seen and was, in the step itself
         */
        void step(byte[] next, boolean fault, @Nullable Breach breach, String what);
    }

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
    private boolean narrating;
    private final EnumSet<Event> events = EnumSet.noneOf(Event.class);
    private long halvings;
    private @Nullable Breach breach;

    /** @param ablation the rule that is left out; null: none */
    Protocol(Scenario scenario, @Nullable Ablation ablation) {
        this.scenario = scenario;
        this.ablation = ablation;
        this.decisions = new Decisions(scenario, ablation);
        this.symmetric = !scenario.grid() && ablation != Ablation.PLAN_ORDER;
    }

    Scenario scenario() {
        return scenario;
    }

    /** How often a batch of two was halved because a rule's assertion failed on it. */
    long halvings() {
        return halvings;
    }

    /** What has happened in the states expanded so far. */
    Set<Event> events() {
        return events;
    }

    /** Whether steps are described; they are not while states are only counted. */
    void narrate(boolean on) {
        narrating = on;
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
            setStock(state, sku, onHand, reserved, 1);
            if (scenario.rememberedAtFirst() && sku == 0) {
                for (int lane = 0; lane < World.LANES; lane++) {
                    picture(state, lane, sku);
                }
                setStock(state, sku, onHand + 1, reserved, 2);
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

    private void setStock(byte[] state, int sku, int onHand, int reserved, int version) {
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

    /** Hands every successor of {@code state} to {@code sink}. */
    void expand(byte[] state, Sink sink) {
        clients(state, sink);
        if (scenario.ticks() && at(state, World.NOW) == 0) {
            byte[] next = state.clone();
            put(next, World.NOW, 1);
            justify(next);
            emit(sink, next, false, "the time of the first holds runs out");
        }
        for (int lane = 0; lane < World.LANES; lane++) {
            lane(state, lane, sink);
            faults(state, lane, sink);
        }
        orphan(state, sink);
        if (scenario.grid()) {
            for (int sku = 0; sku < scenario.skus(); sku++) {
                messages(state, sku, sink);
            }
        }
    }

    private void emit(Sink sink, byte[] next, boolean fault, String what) {
        Breach seen = breach;
        breach = null;
        sink.step(next, fault, seen, what);
    }

    private void breach(Breach seen) {
        if (breach == null) {
            breach = seen;
        }
    }

    // Clients.

    private void clients(byte[] state, Sink sink) {
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
                            boolean late = !wanted.onStock() && timeOver(next, decisions.holdOf(next, send + 1));
                            put(next, World.op(op, World.FLAGS), World.SENT | (late ? World.LATE : 0));
                            justify(next);
                        }
                        emit(sink, next, false, narrating ? "client sends " + opName(send) + " to " + owner(lane) : "");
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

    /** Marks the requests that could be refused with reason at this instant. */
    private void justify(byte[] state) {
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

    /** Units of the holds of {@code sku} whose time is over and that nobody settled. */
    private int due(byte[] state, int sku) {
        int due = 0;
        for (int hold = 0; hold < scenario.holds(); hold++) {
            if (World.held(state, hold) && timeOver(state, hold)) {
                due += scenario.line(hold, sku);
            }
        }
        return due;
    }

    private static boolean timeOver(byte[] state, int hold) {
        return hold < World.FIRST_HOLDS && at(state, World.NOW) == 1;
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
                breach(Breach.UNJUSTIFIED_REFUSAL);
            }
        } else if (told != answer) {
            breach(Breach.UNEQUAL_ANSWERS);
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

    private int opOf(int member) {
        return member == 0 || member >= World.EXPIRE ? -1 : scenario.opOf(member - 1);
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
            int op = opOf(member(state, lane, place));
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
            int op = opOf(member);
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
            int op = opOf(plan.members[place]);
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

    private void lane(byte[] state, int lane, Sink sink) {
        int phase = at(state, World.lane(lane, World.PHASE));
        if (phase == IDLE) {
            take(state, lane, sink);
            return;
        }
        int other = waitsFor(state, lane);
        if (other != NOBODY) {
            events.add(other == ORPHAN ? Event.WAITED_FOR_ORPHAN : Event.WAITED);
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
        emit(sink, next, false, narrating ? owner(lane) + " " + what : "");
    }

    private void take(byte[] state, int lane, Sink sink) {
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
            if (World.held(state, hold) && timeOver(state, hold)) {
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
    private void take(byte[] state, int lane, int first, int second, Sink sink) {
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
            String batch = narrating ? owner(lane) + " takes " + batchName(next, lane) : "";
            if (locked) {
                startClaiming(next, lane);
            } else {
                think(next, lane);
            }
            emit(sink, next, false, narrating ? batch + afterwards(next, lane) : "");
        }
    }

    private boolean underLocks(int member) {
        int op = opOf(member);
        return op >= 0 && decisions.underLocks(member);
    }

    /** Marks a member's send running, and those of its twins that wait in the same lane. */
    private void run(byte[] state, int lane, int member) {
        int op = opOf(member);
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
            events.add(Event.TWIN_JOINED);
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
            if (hold >= 0 && (plan.unreadHolds >> hold & 1) != 0) {
                put(state, World.lane(lane, World.SEEN + place), Decisions.UNREAD);
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
            breach(Breach.DEFECT);
            clear(state, lane);
            return;
        }
        halvings++;
        putBack(state, lane, opOf(second));
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
                tell(state, lane, opOf(plan.members[place]), plan.answers[place]);
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
        int counters = counters(state, sku);
        if (ablation == Ablation.PICTURES_FROM_GRID) {
            version = at(state, World.grid(sku, World.PRIMARY));
            counters = version == 0 ? 0 : at(state, World.history(sku, version));
        }
        if (READ_KEEPS[at(state, World.picture(lane, sku))][version]) {
            put(state, World.picture(lane, sku), version);
            put(state, World.picture(lane, sku) + 1, counters);
        }
    }

    private static int counters(byte[] state, int sku) {
        return at(state, World.stock(sku, World.ON_HAND)) << 4 | at(state, World.stock(sku, World.RESERVED));
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
        events.add(Event.READ_IN_DOUBT);
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
        put(state, World.lane(lane, World.DUE), other | due(state, sku) << (4 * (1 - sku)));
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
                put(state, field, Decisions.READ + 2 * row + (timeOver(state, hold) ? 0 : 1));
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
            events.add(Event.KEY_USED);
        }
        if (used && way(state, lane) == TOGETHER) {
            rollBack(state, lane);
            dropPictures(state, lane);
            put(state, World.lane(lane, World.WAY), KEYS_FIRST);
            think(state, lane);
            return said("runs into the used key of op", op) + afterwards(state, lane);
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
        return said(used ? "finds used the key of op" : "claims the key of op", op) + afterwards(state, lane);
    }

    /** Answers members whose keys were used from their records; the others begin again (PROTOCOL 2). */
    private void replay(byte[] state, int lane, int usedKeys) {
        int way = way(state, lane);
        rollBack(state, lane);
        for (int place = 1; place >= 0; place--) {
            int op = opOf(member(state, lane, place));
            if (op >= 0 && (usedKeys >> op & 1) != 0) {
                tell(state, lane, op, at(state, World.op(op, World.RECORD)));
                leave(state, lane, place);
            }
        }
        if (member(state, lane, 0) == 0) {
            clear(state, lane);
            return;
        }
        events.add(Event.ANSWERED_IN_PART);
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
        if (!guardHolds(state, plan, hold)) {
            put(state, World.lane(lane, World.WAY), at(state, World.lane(lane, World.WAY)) | LOST);
        }
        put(state, World.lane(lane, World.STEP), hold + 1);
        String what = said("ends hold", hold);
        if (next(settled(plan), hold + 1) == 31) {
            holdsLocked(state, lane);
        }
        return what + afterwards(state, lane);
    }

    /** {@code … WHERE id = ? AND state = 'HELD' AND (expires_at <= clock_timestamp()) = ?} */
    private boolean guardHolds(byte[] state, DecidedBatch plan, int hold) {
        boolean expires = plan.settlements[hold] == HoldState.EXPIRED;
        return (ablation == Ablation.HOLD_GUARD_OFF || World.held(state, hold))
                && (ablation == Ablation.HOLD_TIME_OFF || timeOver(state, hold) == expires);
    }

    private String lockHolds(byte[] state, int lane) {
        int hold = next(holds(state, lane), at(state, World.lane(lane, World.STEP)));
        lockHold(state, lane, hold);
        put(state, World.lane(lane, World.STEP), hold + 1);
        if (next(holds(state, lane), hold + 1) == 31) {
            seeHolds(state, lane, true);
            holdsLocked(state, lane);
        }
        return said("locks hold", hold) + afterwards(state, lane);
    }

    private String lockStock(byte[] state, int lane) {
        int step = at(state, World.lane(lane, World.STEP));
        int sku = nextSku(state, lane, step);
        lock(state, lane, stockLock(sku));
        put(state, World.lane(lane, World.STEP), step + 1);
        if (nextSku(state, lane, step + 1) == 31) {
            stockLocked(state, lane);
        }
        return (narrating ? "locks stock " + Decisions.skuName(sku) : "") + afterwards(state, lane);
    }

    private void stockLocked(byte[] state, int lane) {
        if (way(state, lane) == LOCKED) {
            decideUnderLocks(state, lane);
            return;
        }
        int shortRows = shortRows(state, plan(state, lane));
        boolean lost = (at(state, World.lane(lane, World.WAY)) & LOST) != 0;
        if (shortRows != 0 && !lost && ablation == Ablation.LOCK_THE_SHORT_ONE) {
            // A row that fails the WHERE of a bare UPDATE is not locked by it.
            put(state, World.lane(lane, World.LOCKS), at(state, World.lane(lane, World.LOCKS)) & ~shortRows);
            phase(state, lane, LOCK_SHORT, shortRows);
        } else if (shortRows != 0 || lost) {
            events.add(Event.GUARD_LOST);
            lockEverything(state, lane);
        } else {
            sendCommit(state, lane);
        }
    }

    /** SKUs whose guard fails on the row as it is under its lock. */
    private int shortRows(byte[] state, DecidedBatch plan) {
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
            breach(Breach.DEFECT);
            clear(state, lane);
            return;
        }
        for (int hold = 0; hold < World.HOLDS; hold++) {
            if (plan.settlements[hold] != null && !guardHolds(state, plan, hold)) {
                events.add(Event.TIME_RAN_OUT_UNDER_LOCKS);
                lockEverything(state, lane);
                return;
            }
        }
        if (shortRows(state, plan) != 0) {
            breach(Breach.DEFECT);
        }
        for (int place = 0; place < plan.members.length; place++) {
            int op = opOf(plan.members[place]);
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
        return (narrating ? "locks the short " + Decisions.skuName(sku) : "") + afterwards(state, lane);
    }

    private String lockAsMembersCome(byte[] state, int lane) {
        int step = at(state, World.lane(lane, World.STEP));
        int row = memberOrder(state, lane, step);
        DecidedBatch plan = plan(state, lane);
        if (row < World.SKUS) {
            lock(state, lane, stockLock(row));
        } else {
            lockHold(state, lane, row - World.SKUS);
            if (!guardHolds(state, plan, row - World.SKUS)) {
                put(state, World.lane(lane, World.WAY), at(state, World.lane(lane, World.WAY)) | LOST);
            }
        }
        put(state, World.lane(lane, World.STEP), step + 1);
        if (memberOrder(state, lane, step + 1) == 31) {
            stockLocked(state, lane);
        }
        return (row < World.SKUS
                        ? narrating ? "locks stock " + Decisions.skuName(row) : ""
                        : said("ends hold", row - World.SKUS))
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
                    sendToGrid(state, sku, at(state, World.stock(sku, World.VERSION)) + delta.entries());
                }
            }
        }
    }

    private String commit(byte[] state, int lane) {
        DecidedBatch plan = plan(state, lane);
        write(state, plan);
        put(state, World.lane(lane, World.LOCKS), 0);
        put(state, World.lane(lane, World.HOLD_LOCKS), 0);
        for (int sku = 0; sku < scenario.skus(); sku++) {
            // What RETURNING said; used only if the reply arrives, and dropped otherwise.
            int version = at(state, World.stock(sku, World.VERSION));
            if (plan.changes(sku) && COMMIT_KEEPS[at(state, World.picture(lane, sku))][version]) {
                put(state, World.picture(lane, sku), version);
                put(state, World.picture(lane, sku) + 1, counters(state, sku));
            }
        }
        phase(state, lane, COMMITTED, 0);
        return "has its COMMIT carried out";
    }

    /** What a transaction did, at the instant it shows. */
    private void write(byte[] state, DecidedBatch plan) {
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
                    events.add(Event.EXPIRED);
                }
                if (!World.held(state, hold)) {
                    breach(Breach.SETTLED_TWICE);
                }
                if (settlement == HoldState.CONFIRMED && (at(state, World.op(op, World.FLAGS)) & World.LATE) != 0) {
                    breach(Breach.LATE_CONFIRM);
                }
                World.putHold(state, hold, settlement, op);
            }
            if ((plan.made >> hold & 1) != 0) {
                if (World.exists(state, hold)) {
                    // The primary key of the reservation, which the retry of an attempt makes with the same id, is the
                    // last line here.
                    breach(Breach.TWO_EFFECTS);
                }
                World.putHold(state, hold, HoldState.HELD, -1);
            }
        }
        for (int place = 0; place < plan.members.length; place++) {
            record(state, opOf(plan.members[place]), plan.answers[place]);
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
                breach(Breach.COUNTERS);
            }
            if (first + i > World.VERSIONS_MAX) {
                throw new IllegalStateException("too many versions for a mask: " + scenario);
            }
            int bit = 1 << (first + i - 1);
            if ((ledger & bit) != 0) {
                breach(Breach.LEDGER_FORK);
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

    private String reply(byte[] state, int lane) {
        DecidedBatch plan = plan(state, lane);
        String told = narrating ? answersOf(plan) : "";
        finish(state, lane, plan);
        return "hears of its COMMIT" + told;
    }

    private void finish(byte[] state, int lane, DecidedBatch plan) {
        answer(state, lane, plan);
        for (int place = 0; place < plan.members.length; place++) {
            int op = opOf(plan.members[place]);
            if (plan.answers[place] == DecidedBatch.DEFERRED) {
                events.add(Event.DEFERRED);
                putBack(state, lane, op);
            }
        }
        if (scenario.grid() && ablation != Ablation.APPLIED_BEFORE_COMMIT) {
            for (int sku = 0; sku < scenario.skus(); sku++) {
                if (plan.changes(sku)) {
                    sendToGrid(state, sku, at(state, World.picture(lane, sku)));
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
            int op = opOf(plan.members[place]);
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

    private void faults(byte[] state, int lane, Sink sink) {
        int phase = at(state, World.lane(lane, World.PHASE));
        boolean orphanFree = at(state, World.ORPHAN) == 0;
        boolean canLeave = phase != COMMITTING || orphanFree;
        if (at(state, World.LOSSES) > 0 && (phase == COMMITTING || phase == COMMITTED) && canLeave) {
            byte[] next = state.clone();
            put(next, World.LOSSES, at(next, World.LOSSES) - 1);
            String what = loseReply(next, lane, phase == COMMITTING);
            emit(sink, next, true, narrating ? owner(lane) + " " + what : "");
        }
        if (at(state, World.KILLS) > 0 && canLeave && (scenario.grid() || hasSomething(state, lane))) {
            byte[] next = state.clone();
            put(next, World.KILLS, at(next, World.KILLS) - 1);
            events.add(Event.KILLED);
            kill(next, lane, phase == COMMITTING);
            emit(sink, next, true, narrating ? owner(lane) + " is killed" : "");
        }
        if (at(state, World.MOVES) > 0 && phase == IDLE && hasSomething(state, lane)) {
            byte[] next = state.clone();
            events.add(Event.MOVED);
            put(next, World.MOVES, at(next, World.MOVES) - 1);
            for (int sku = 0; sku < 2 * World.SKUS; sku++) {
                put(next, World.lane(lane, World.PICTURE + sku), 0);
            }
            for (int send = 0; send < scenario.sends(); send++) {
                if (at(next, World.send(send)) == World.QUEUED + lane) {
                    put(next, World.send(send), World.NOTHING_DONE);
                }
            }
            emit(sink, next, true, narrating ? owner(lane) + " learns that it owns nothing, answers moved" : "");
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
            events.add(Event.ANSWER_LOST);
        }
        doubt(state, plan);
        if (ablation == Ablation.NOT_DONE_BY_SELECT) {
            for (int place = 0; place < plan.members.length; place++) {
                int op = opOf(plan.members[place]);
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
        for (int sku = 0; sku < scenario.skus() && scenario.grid(); sku++) {
            // SKU 0 is at home at owner 0, SKU 1 at owner 1; the copy that is left is copied.
            int left = at(state, World.grid(sku, sku == lane ? World.BACKUP : World.PRIMARY));
            put(state, World.grid(sku, World.PRIMARY), left);
            put(state, World.grid(sku, World.BACKUP), left);
            mark(state, sku);
        }
    }

    private void orphan(byte[] state, Sink sink) {
        if (at(state, World.ORPHAN) == 0) {
            return;
        }
        DecidedBatch plan = decisions.plan(World.plan(state, World.ORPHAN + World.ORPHAN_PLAN));
        for (boolean committed : new boolean[] {true, false}) {
            byte[] next = state.clone();
            for (int field = 0; field <= World.ORPHAN_HOLD_LOCKS; field++) {
                put(next, World.ORPHAN + field, 0);
            }
            events.add(committed ? Event.ORPHAN_COMMITTED : Event.ORPHAN_ROLLED_BACK);
            if (committed) {
                write(next, plan);
            }
            if (ablation != Ablation.HEALED_ONCE) {
                doubt(next, plan);
            }
            emit(
                    sink,
                    next,
                    false,
                    committed
                            ? "PostgreSQL carries out the COMMIT nobody hears of"
                            : "PostgreSQL rolls back the COMMIT nobody hears of");
        }
    }

    // The grid.

    private void doubt(byte[] state, DecidedBatch plan) {
        for (int sku = 0; sku < scenario.skus() && scenario.grid(); sku++) {
            if (plan.changes(sku)) {
                mark(state, sku);
            }
        }
    }

    private void mark(byte[] state, int sku) {
        if (ablation != Ablation.NO_HEAL) {
            put(state, World.grid(sku, World.DIRTY), 1);
        }
    }

    private static void sendToGrid(byte[] state, int sku, int version) {
        int field = World.grid(sku, World.TO_PRIMARY);
        put(state, field, at(state, field) | 1 << (version - 1));
    }

    private void messages(byte[] state, int sku, Sink sink) {
        for (int version = 1; version <= World.VERSIONS_MAX; version++) {
            int bit = 1 << (version - 1);
            for (boolean primary : new boolean[] {true, false}) {
                int way = World.grid(sku, primary ? World.TO_PRIMARY : World.TO_BACKUP);
                if ((at(state, way) & bit) == 0) {
                    continue;
                }
                String name = narrating ? messageName(sku, version, primary) : "";
                byte[] repeated = state.clone();
                arrive(
                        repeated,
                        sku,
                        version,
                        primary,
                        ablation == Ablation.LAST_WRITE_WINS || takes(state, sku, version, primary, false));
                byte[] delivered = repeated.clone();
                put(delivered, way, at(delivered, way) & ~bit);
                Breach seen = breach;
                emit(sink, delivered, false, said(name, " arrives"));
                breach = seen;
                emit(sink, repeated, true, said(name, " arrives, and will again"));
                byte[] lost = state.clone();
                put(lost, way, at(lost, way) & ~bit);
                mark(lost, sku);
                emit(sink, lost, true, said(name, " is lost"));
            }
        }
        int healing = at(state, World.grid(sku, World.HEALING));
        if (healing != 0) {
            byte[] next = state.clone();
            for (boolean primary : new boolean[] {true, false}) {
                if (takes(state, sku, healing, primary, true)) {
                    events.add(Event.HEALED);
                    show(next, sku, healing, primary);
                }
            }
            put(next, World.grid(sku, World.HEALING), 0);
            emit(sink, next, false, narrating ? "the healer applies " + Decisions.skuName(sku) + " v" + healing : "");
        } else if (at(state, World.grid(sku, World.DIRTY)) != 0) {
            byte[] next = state.clone();
            put(next, World.grid(sku, World.DIRTY), 0);
            put(next, World.grid(sku, World.HEALING), at(next, World.stock(sku, World.VERSION)));
            emit(sink, next, false, narrating ? "the healer reads " + Decisions.skuName(sku) : "");
        }
    }

    private static boolean takes(byte[] state, int sku, int version, boolean primary, boolean everyCopy) {
        int shown = at(state, World.grid(sku, primary ? World.PRIMARY : World.BACKUP));
        return (everyCopy ? HEAL_TAKES : APPLY_TAKES)[shown][version];
    }

    private void arrive(byte[] state, int sku, int version, boolean primary, boolean taken) {
        if (!taken) {
            events.add(Event.LATE_MESSAGE);
        } else {
            show(state, sku, version, primary);
            if (primary) {
                int way = World.grid(sku, World.TO_BACKUP);
                put(state, way, at(state, way) | 1 << (version - 1));
            }
        }
    }

    private void show(byte[] state, int sku, int version, boolean primary) {
        int copy = World.grid(sku, primary ? World.PRIMARY : World.BACKUP);
        if (version < at(state, copy)) {
            breach(Breach.COPY_WENT_BACK);
        }
        put(state, copy, version);
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
        for (int sku = 0; sku < scenario.skus(); sku++) {
            for (int field = World.TO_PRIMARY; field <= World.HEALING; field++) {
                if (at(state, World.grid(sku, field)) != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    // Words.

    private static String owner(int lane) {
        return "owner " + (lane + 1);
    }

    private String said(String what, int number) {
        return narrating ? what + " " + number : "";
    }

    private String said(String who, String what) {
        return narrating ? who + what : "";
    }

    private static String messageName(int sku, int version, boolean primary) {
        return "message " + Decisions.skuName(sku) + " v" + version + " to the " + (primary ? "primary" : "backup");
    }

    private String opName(int send) {
        int op = scenario.opOf(send);
        return "op " + op + " (" + scenario.op(op).kind() + ", send " + (send - scenario.firstSend(op) + 1) + ")";
    }

    private String batchName(byte[] state, int lane) {
        StringBuilder name = new StringBuilder("[");
        for (int place = 0; place < 2; place++) {
            int member = member(state, lane, place);
            if (member != 0) {
                name.append(place == 0 ? "" : ", ")
                        .append(member >= World.EXPIRE ? "expire hold " + (member - World.EXPIRE) : opName(member - 1));
            }
        }
        return name.append(']').toString();
    }

    private static String answersOf(DecidedBatch plan) {
        StringBuilder words = new StringBuilder();
        for (int answer : plan.answers) {
            words.append(words.length() == 0 ? ", " : " and ")
                    .append(answer > 0 ? "answers " + Decisions.words(answer) : answer < 0 ? "defers" : "is done");
        }
        return words.toString();
    }

    private String afterwards(byte[] state, int lane) {
        if (!narrating) {
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

    // Answers of the lane's own rules for every pair of versions.

    private static final boolean[][] READ_KEEPS =
            table((known, value) -> LaneRules.pictureAfterRead(known, value) == value);
    private static final boolean[][] COMMIT_KEEPS =
            table((known, value) -> LaneRules.pictureAfterCommit(known, value) == value);
    private static final boolean[][] APPLY_TAKES = table((known, value) -> LaneRules.cacheTakes(known, value, false));
    private static final boolean[][] HEAL_TAKES = table((known, value) -> LaneRules.cacheTakes(known, value, true));

    private interface Rule {
        boolean applies(int known, int value);
    }

    private static boolean[][] table(Rule rule) {
        boolean[][] table = new boolean[World.VERSIONS_MAX + 1][World.VERSIONS_MAX + 1];
        for (int known = 0; known <= World.VERSIONS_MAX; known++) {
            for (int value = 1; value <= World.VERSIONS_MAX; value++) {
                table[known][value] = rule.applies(known, value);
            }
        }
        return table;
    }
}
