package io.storegrid.compute.model;

import io.storegrid.compute.command.AdjustStock;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.ExpireHold;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SetStock;
import io.storegrid.compute.command.SettleHold;
import io.storegrid.compute.lane.LaneRules;
import io.storegrid.domain.Answer;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.LedgerReason;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationId;
import io.storegrid.domain.ReservationLine;
import io.storegrid.domain.StockChange;
import io.storegrid.persistence.StockSql;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides batches by the lane's own rules, through {@link LaneRules}, and remembers what it decided: the same batch on the
 * same rows comes again in a great many states.
 */
final class Decisions {

    /** What a lane has of a member's hold: nothing to do with one; a HELD copy from the grid; nothing, it must be read. */
    static final int NO_HOLD = 0;

    static final int COPY = 1;
    static final int UNREAD = 2;
    /** Read: added to twice the state (0: no row), plus one within its time. */
    static final int READ = 3;

    private static final long AT_MICROS = 1_700_000_000_000_000L;
    private static final long MINUTE_MICROS = 60_000_000;
    private static final List<Outcome> OUTCOMES = List.of(Outcome.values());
    private static final String[] SKU_NAMES = {"A", "B"};

    private final Scenario scenario;
    private final @Nullable Ablation ablation;
    private final boolean versionMatters;
    private final Map<Long, DecidedBatch> byInput = new HashMap<>();
    private final Map<String, DecidedBatch> bySignature = new HashMap<>();
    private final List<DecidedBatch> byId = new ArrayList<>();

    Decisions(Scenario scenario, @Nullable Ablation ablation) {
        this.scenario = scenario;
        this.ablation = ablation;
        this.versionMatters = ablation == Ablation.VERSIONS_FROM_MEMORY || counts(scenario);
    }

    private static boolean counts(Scenario scenario) {
        for (int op = 0; op < scenario.ops(); op++) {
            if (scenario.op(op).kind() == Op.Kind.COUNT) {
                return true;
            }
        }
        return false;
    }

    DecidedBatch plan(int id) {
        return byId.get(id);
    }

    static String skuName(int sku) {
        return SKU_NAMES[sku];
    }

    /** One number for what a caller is told: the outcome, and whose hold it speaks of. */
    static int code(Outcome outcome, int send) {
        return OUTCOMES.indexOf(outcome) + 1 | send << 5;
    }

    static Outcome outcome(int code) {
        return OUTCOMES.get((code & 31) - 1);
    }

    /** The send whose hold an answer of CREATED speaks of. */
    static int sendOf(int code) {
        return code >> 5;
    }

    static String words(int code) {
        return outcome(code) + (outcome(code) == Outcome.CREATED ? " (hold " + holdName(sendOf(code)) + ")" : "");
    }

    private static String holdName(int send) {
        return Integer.toString(World.FIRST_HOLDS + send);
    }

    /** The operation that a member is of; -1: none, it is nobody or the lane's own. */
    int opOf(int member) {
        return member == 0 || member >= World.EXPIRE ? -1 : scenario.opOf(member - 1);
    }

    /** The hold that a member settles; -1: none. */
    int holdOf(byte[] state, int member) {
        if (member == 0) {
            return -1;
        }
        if (member >= World.EXPIRE) {
            return member - World.EXPIRE;
        }
        Op op = scenario.op(scenario.opOf(member - 1));
        if (op.onStock()) {
            return -1;
        }
        return op.hold() >= 0
                ? op.hold()
                : World.FIRST_HOLDS + sendOf(World.at(state, World.op(op.after(), World.TOLD)));
    }

    /** Decides the batch of {@code lane} on what the lane has. */
    DecidedBatch decide(byte[] state, int lane) {
        long input = 0;
        for (int place = 0; place < 2; place++) {
            int member = World.at(state, World.lane(lane, World.MEMBER + place));
            input = input << 5 | member;
            input = input << 3 | Math.max(0, holdOf(state, member));
            input = input << 4 | World.at(state, World.lane(lane, World.SEEN + place));
        }
        for (int sku = 0; sku < World.SKUS; sku++) {
            int version = World.at(state, World.picture(lane, sku));
            input = input << 4 | (versionMatters ? version : Math.min(version, 1));
            input = input << 8 | World.at(state, World.picture(lane, sku) + 1);
        }
        input = input << 2 | (World.at(state, World.lane(lane, World.FRESH)) & 3);
        input = input << 8 | World.at(state, World.lane(lane, World.DUE));
        DecidedBatch known = byInput.get(input);
        if (known == null) {
            known = canonical(decideAnew(state, lane));
            byInput.put(input, known);
        }
        return known;
    }

    private DecidedBatch canonical(DecidedBatch batch) {
        return bySignature.computeIfAbsent(batch.signature(), signature -> {
            batch.id = byId.size();
            byId.add(batch);
            return batch;
        });
    }

    private DecidedBatch decideAnew(byte[] state, int lane) {
        int size = World.at(state, World.lane(lane, World.MEMBER + 1)) == 0 ? 1 : 2;
        int[] members = new int[size];
        List<Command> commands = new ArrayList<>();
        Map<String, LaneRules.Hold> holds = new HashMap<>();
        for (int place = 0; place < size; place++) {
            members[place] = World.at(state, World.lane(lane, World.MEMBER + place));
            int hold = holdOf(state, members[place]);
            commands.add(command(members[place], hold));
            if (hold >= 0) {
                holds.put(id(hold), hold(hold, World.at(state, World.lane(lane, World.SEEN + place))));
            }
        }
        List<LaneRules.Stock> stock = new ArrayList<>();
        for (int sku = 0; sku < scenario.skus(); sku++) {
            stock.add(stock(state, lane, sku));
        }
        DecidedBatch batch = new DecidedBatch(members);
        try {
            LaneRules.Decision decision = LaneRules.decide(commands, stock, List.copyOf(holds.values()), AT_MICROS);
            take(batch, decision, stock);
        } catch (InvariantViolation defect) {
            batch.defect = true;
        }
        return batch;
    }

    private LaneRules.Stock stock(byte[] state, int lane, int sku) {
        int version = World.at(state, World.picture(lane, sku));
        int counters = World.at(state, World.picture(lane, sku) + 1);
        boolean fresh = (World.at(state, World.lane(lane, World.FRESH)) >> sku & 1) != 0;
        int due = World.at(state, World.lane(lane, World.DUE)) >> (4 * (1 - sku)) & 15;
        InventoryItem item = version == 0
                ? null
                : new InventoryItem(SKU_NAMES[sku], counters >> 4, counters & 15, versionMatters ? version : 1);
        return new LaneRules.Stock(
                SKU_NAMES[sku],
                item,
                ablation == Ablation.DUE_HOLDS_FORGOTTEN ? 0 : due,
                fresh || ablation == Ablation.REFUSE_FROM_MEMORY);
    }

    private LaneRules.Hold hold(int hold, int seen) {
        boolean read = seen >= READ;
        int state = read ? (seen - READ) / 2 : World.code(HoldState.HELD);
        Reservation row = state == 0
                ? null
                : new Reservation(
                        id(hold),
                        World.holdState(state),
                        null,
                        null,
                        lines(hold),
                        AT_MICROS - MINUTE_MICROS,
                        AT_MICROS + MINUTE_MICROS,
                        1);
        return new LaneRules.Hold(id(hold), row, read && (seen - READ) % 2 == 1, read);
    }

    private List<ReservationLine> lines(int hold) {
        List<ReservationLine> lines = new ArrayList<>();
        for (int sku = 0; sku < scenario.skus(); sku++) {
            if (scenario.line(hold, sku) > 0) {
                lines.add(new ReservationLine(SKU_NAMES[sku], scenario.line(hold, sku)));
            }
        }
        return lines;
    }

    private static String entropy(int hold) {
        return "0".repeat(31) + hold;
    }

    private static String id(int hold) {
        return ReservationId.of(0, entropy(hold));
    }

    private static int holdOf(String id) {
        return id.charAt(ReservationId.PREFIX.length() + 31) - '0';
    }

    /** Whether a member is decided under row locks from the start. */
    boolean underLocks(int member) {
        return LaneRules.underLocks(command(member, World.FIRST_HOLDS));
    }

    private Command command(int member, int hold) {
        if (member >= World.EXPIRE) {
            return new ExpireHold(id(hold));
        }
        int send = member - 1;
        int number = scenario.opOf(send);
        Op op = scenario.op(number);
        String name = "op" + number;
        CommandKey key = new CommandKey(name, name.getBytes(StandardCharsets.UTF_8));
        int sku = op.quantity(0) != 0 || op.kind() == Op.Kind.COUNT ? 0 : 1;
        return switch (op.kind()) {
            case RESERVE ->
                new ReserveStock(
                        key,
                        lines(World.FIRST_HOLDS + send),
                        MINUTE_MICROS / 1_000,
                        null,
                        entropy(World.FIRST_HOLDS + send));
            case CONFIRM, RELEASE ->
                new SettleHold(key, id(hold), Objects.requireNonNull(op.kind().settlement()));
            case ADJUST -> new AdjustStock(key, SKU_NAMES[sku], op.quantity(sku), "model", name);
            case COUNT -> new SetStock(key, SKU_NAMES[sku], op.quantity(sku), 1, name);
        };
    }

    private void take(DecidedBatch batch, LaneRules.Decision decision, List<LaneRules.Stock> stock) {
        for (int sku = 0; sku < scenario.skus(); sku++) {
            String name = SKU_NAMES[sku];
            batch.unreadStock |= decision.unreadStock().contains(name) ? 1 << sku : 0;
            StockSql.Change change = decision.changes().get(name);
            if (change != null) {
                batch.deltas[sku] =
                        delta(change, Objects.requireNonNull(stock.get(sku).item()));
            }
        }
        for (String id : decision.unreadHolds()) {
            batch.unreadHolds |= 1 << holdOf(id);
        }
        decision.settlements().forEach((id, state) -> batch.settlements[holdOf(id)] = state);
        for (Reservation made : decision.made()) {
            batch.made |= 1 << holdOf(made.id());
        }
        batch.writes = decision.writes();
        for (int place = 0; place < batch.members.length; place++) {
            batch.answers[place] =
                    answer(batch, batch.members[place], decision.answers().get(place));
        }
    }

    private int answer(DecidedBatch batch, int member, @Nullable Answer answer) {
        if (answer == null) {
            return DecidedBatch.DEFERRED;
        }
        if (member >= World.EXPIRE) {
            return DecidedBatch.UNHEARD;
        }
        Reservation told = answer.reservation();
        int number = scenario.opOf(member - 1);
        if (scenario.op(number).kind() == Op.Kind.RESERVE && told != null) {
            return code(answer.outcome(), holdOf(told.id()) - World.FIRST_HOLDS);
        }
        if (told != null && batch.settlements[holdOf(told.id())] != null) {
            batch.settledBy[holdOf(told.id())] = number;
        }
        return code(answer.outcome(), 0);
    }

    private DecidedBatch.Delta delta(StockSql.Change change, InventoryItem base) {
        int entries = change.changes().size();
        int[] onHand = new int[entries];
        int[] reserved = new int[entries];
        boolean[] sale = new boolean[entries];
        long netAvailable = 0;
        long netReserved = 0;
        InventoryItem after = base;
        for (int i = 0; i < entries; i++) {
            StockChange one = change.changes().get(i);
            onHand[i] = (int) one.deltaOnHand();
            reserved[i] = (int) one.deltaReserved();
            sale[i] = one.reason() == LedgerReason.CONFIRMED;
            netAvailable -= one.deltaAvailable();
            netReserved -= one.deltaReserved();
            after = after.after(one);
        }
        boolean net = ablation == Ablation.NET_NEED;
        boolean upsert = ablation == Ablation.ABSOLUTE_UPSERT;
        return new DecidedBatch.Delta(
                onHand,
                reserved,
                sale,
                net ? Math.max(0, netAvailable) : change.need(),
                net ? Math.max(0, netReserved) : change.needReserved(),
                change.expected(),
                ablation == Ablation.VERSIONS_FROM_MEMORY ? (int) base.version() : 0,
                upsert ? (int) after.onHand() : 0,
                upsert ? (int) after.reserved() : 0);
    }
}
