package io.storegrid.torture.check;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.domain.OrderState;
import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.Fault;
import io.storegrid.torture.history.FinalState;
import io.storegrid.torture.history.FinalState.HoldRow;
import io.storegrid.torture.history.FinalState.KeyRow;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.FinalState.OrderRow;
import io.storegrid.torture.history.History;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Request;
import io.storegrid.torture.history.Request.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A history with the indexes that checkers share. Takes time and memory in proportion to the history; immutable. */
public final class Books {

    /** The code of a checkout that placed its order, which then nobody paid for. */
    static final String DECLINED = "payment-declined";

    /** Outcomes of an idempotency record that stand for a request that was done; an order is placed whoever pays for it. */
    private static final Set<String> DONE = Set.of("CREATED", "CHANGED", "UNCHANGED", "PAYMENT_DECLINED");

    /** Whether a request took effect, as far as the end tells. */
    enum Effect {
        DONE,
        NOT_DONE,
        /** Neither its client nor PostgreSQL can say. */
        MAYBE
    }

    /**
     * One hold as clients, and the rows, know it.
     *
     * @param lines units by SKU, from the answer or else the row; empty when neither is there
     * @param firstExpiresMicros before anybody extended it; {@link Long#MAX_VALUE} when not known
     * @param lastExpiresMicros the latest that it ever had; {@link Long#MAX_VALUE} when not known
     * @param cart whose hold it is; empty for nobody's
     * @param createdMicros 0 when not known
     * @param row null when there is none
     * @param makers the operations whose success, or possible success, made it
     * @param settlers confirms and releases of it, in the order of being invoked
     * @param payers checkouts whose order sold it, or may have
     * @param orderers checkouts whose order was to pay for it, those that failed included
     */
    record Hold(
            String id,
            SortedMap<String, Integer> lines,
            long firstExpiresMicros,
            long lastExpiresMicros,
            String cart,
            long createdMicros,
            @Nullable HoldRow row,
            List<Operation> makers,
            List<Operation> settlers,
            List<Operation> payers,
            List<Operation> orderers) {}

    /** One SKU's ledger, in the order of versions. */
    static final class Ledger {

        private final String sku;
        private final List<LedgerEntry> entries;
        private final long[] onHand;
        private final long[] reserved;
        private final long[] earliest;
        private final long[] latest;
        private final long[] moments;

        private Ledger(String sku, List<LedgerEntry> entries) {
            this.sku = sku;
            this.entries = entries;
            int size = entries.size();
            onHand = new long[size];
            reserved = new long[size];
            earliest = new long[size];
            latest = new long[size];
            moments = new long[size];
            long units = 0;
            long held = 0;
            for (int i = 0; i < size; i++) {
                units += entries.get(i).deltaOnHand();
                held += entries.get(i).deltaReserved();
                onHand[i] = units;
                reserved[i] = held;
                moments[i] = i == 0
                        ? entries.get(i).atMicros()
                        : Math.max(moments[i - 1] + 1, entries.get(i).atMicros());
            }
        }

        String sku() {
            return sku;
        }

        int size() {
            return entries.size();
        }

        LedgerEntry entry(int index) {
            return entries.get(index);
        }

        /** Units on hand right after the entry. */
        long onHand(int index) {
            return onHand[index];
        }

        long reserved(int index) {
            return reserved[index];
        }

        long available(int index) {
            return onHand[index] - reserved[index];
        }

        /** About when the entry was made, later than the one before it. */
        long moment(int index) {
            return moments[index];
        }

        /** The entry was not committed before this. */
        long earliest(int index) {
            return earliest[index];
        }

        /** The entry was committed by then; for the one after the last, never. */
        long latest(int index) {
            return index < latest.length ? latest[index] : Long.MAX_VALUE;
        }

        /** The first entry that may have been the last one at {@code micros} or later. */
        int firstPossible(long micros) {
            // latest() never falls: find the first entry whose successor may have been committed only after micros.
            int low = 0;
            int high = size() - 1;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (latest(middle + 1) >= micros) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return low;
        }

        /** The index of a version; negative when there is none. */
        int indexOf(long version) {
            int low = 0;
            int high = size() - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                long found = entries.get(middle).version();
                if (found == version) {
                    return middle;
                }
                if (found < version) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return -1;
        }
    }

    private final History history;
    private final Bounds bounds;
    private final Map<String, List<Operation>> byKey = new HashMap<>();
    private final Map<String, List<LedgerEntry>> byRef = new HashMap<>();
    private final Map<String, List<Operation>> cartReservations = new HashMap<>();
    private final Map<String, Operation> adjustments = new HashMap<>();
    private final Map<String, List<Operation>> cancels = new HashMap<>();
    private final Map<String, Hold> holds = new TreeMap<>();
    private final SortedMap<String, Ledger> ledgers = new TreeMap<>();

    Books(History history, Bounds bounds) {
        this.history = history;
        this.bounds = bounds;
        for (Operation operation : history.operations()) {
            if (!operation.request().key().isEmpty()) {
                byKey.computeIfAbsent(operation.request().key(), key -> new ArrayList<>(1))
                        .add(operation);
            }
        }
        indexHolds();
        indexLedger();
    }

    History history() {
        return history;
    }

    Bounds bounds() {
        return bounds;
    }

    FinalState end() {
        return history.rest();
    }

    List<Operation> operations() {
        return history.operations();
    }

    /** Operations by idempotency key. */
    Map<String, List<Operation>> byKey() {
        return Collections.unmodifiableMap(byKey);
    }

    /** All holds that anybody was told of, or that have a row, by id. */
    Map<String, Hold> holds() {
        return Collections.unmodifiableMap(holds);
    }

    /** Ledgers by SKU. */
    SortedMap<String, Ledger> ledgers() {
        return Collections.unmodifiableSortedMap(ledgers);
    }

    /** Entries of one hold or adjustment, in no order. */
    List<LedgerEntry> entriesOf(String ref) {
        return byRef.getOrDefault(ref, List.of());
    }

    /** The operation that made an adjustment; null when nobody was told of it. */
    @Nullable
    Operation adjustment(String id) {
        return adjustments.get(id);
    }

    /** SKUs that the run was about. */
    Set<String> skus() {
        Set<String> skus = new TreeSet<>(history.header().firstStock().keySet());
        skus.addAll(ledgers.keySet());
        return skus;
    }

    /** Whether a request took effect: by its answer, else by its idempotency record. */
    Effect effect(Operation operation) {
        return switch (operation.outcome()) {
            case OK -> Effect.DONE;
            case REFUSED -> declined(operation) ? Effect.DONE : Effect.NOT_DONE;
            case UNKNOWN -> {
                if (history.end() == null || operation.request().key().isEmpty()) {
                    yield Effect.MAYBE;
                }
                KeyRow record = end().keys().get(operation.request().key());
                yield record != null && DONE.contains(record.outcome()) ? Effect.DONE : Effect.NOT_DONE;
            }
        };
    }

    /** Whether the operation placed an order that nobody paid for. */
    static boolean declined(Operation operation) {
        return operation.request().kind() == Kind.CHECKOUT
                && operation.answer().map(Answer::code).orElse("").equals(DECLINED);
    }

    /** Whether a client was told that its order is paid for, its units sold. */
    static boolean toldSold(Operation operation) {
        OrderState state =
                operation.ok() ? operation.answer().map(Answer::orderState).orElse(null) : null;
        return state != null && state.sold();
    }

    /** The order that a checkout placed; empty when it did not, or nobody knows. */
    String order(Operation operation) {
        Answer answer = operation.answer().orElse(null);
        if (answer != null) {
            return answer.done() || declined(operation) ? answer.order() : "";
        }
        return operation.request().kind() == Kind.CHECKOUT ? recorded(operation) : "";
    }

    /** Cancellations of an order that took effect, or may have. */
    List<Operation> cancels(String order) {
        return cancels.getOrDefault(order, List.of());
    }

    private String recorded(Operation operation) {
        if (history.end() == null) {
            return "";
        }
        KeyRow record = end().keys().get(operation.request().key());
        return record != null && DONE.contains(record.outcome()) ? record.ref() : "";
    }

    /** What the operation's effect is named by: the hold or the adjustment; empty when that is not known. */
    String ref(Operation operation) {
        if (operation.request().kind() == Kind.CHECKOUT) {
            String told = operation
                    .answer()
                    .filter(Answer::done)
                    .map(Answer::reservation)
                    .orElse("");
            OrderRow row = history.end() == null ? null : end().orders().get(order(operation));
            return told.isEmpty() && row != null ? row.reservation() : told;
        }
        Answer answer = operation.answer().orElse(null);
        if (answer != null && answer.done()) {
            return operation.request().kind() == Kind.ADJUST ? answer.adjustment() : answer.reservation();
        }
        return operation.unknown() ? recorded(operation) : "";
    }

    /** Whether {@code [from, to]} lies away from every fault and {@code afterMicros} after it. */
    boolean calm(long fromMicros, long toMicros, long afterMicros) {
        for (Fault fault : history.faults()) {
            if (fault.touches(fromMicros, toMicros, afterMicros)) {
                return false;
            }
        }
        return true;
    }

    /** The first moment from {@code micros} on that {@code forMicros} without a fault follow. */
    long calmFrom(long micros, long forMicros) {
        long from = micros;
        // Faults are in the order of their beginnings: one pass pushes past all that follow each other closely.
        for (Fault fault : history.faults()) {
            if (fault.touches(from, from + forMicros, 0)) {
                from = fault.overMicros() + 1;
            }
        }
        return from;
    }

    /** How far from PostgreSQL's clock a time may be that a node wrote at {@code micros}. */
    long decisionMicros(long micros) {
        return Bounds.micros(calm(micros, micros, bounds.lagMicros()) ? bounds.decision() : bounds.poorDecision());
    }

    /** By when something was committed that was decided at {@code micros}: faults in between put it off. */
    long committedBy(long micros) {
        long by = micros + bounds.lagMicros();
        for (Fault fault : history.faults()) {
            if (fault.touches(micros, by, 0)) {
                by = Math.max(by, fault.overMicros() + bounds.lagMicros());
            }
        }
        return by;
    }

    private void indexHolds() {
        Map<String, List<Operation>> makers = new LinkedHashMap<>();
        Map<String, List<Operation>> settlers = new HashMap<>();
        Map<String, Long> extended = new HashMap<>();
        Map<String, List<Operation>> orderers = new HashMap<>();
        for (Operation operation : history.operations()) {
            Request request = operation.request();
            if (request.kind() == Kind.CHECKOUT && effect(operation) != Effect.NOT_DONE) {
                cartReservations
                        .computeIfAbsent(request.target(), cart -> new ArrayList<>())
                        .add(operation);
                String id = ref(operation);
                if (!id.isEmpty()) {
                    orderers.computeIfAbsent(id, hold -> new ArrayList<>(1)).add(operation);
                }
            } else if (request.kind().reserves() && effect(operation) != Effect.NOT_DONE) {
                if (request.kind() == Kind.RESERVE_CART) {
                    cartReservations
                            .computeIfAbsent(request.target(), cart -> new ArrayList<>())
                            .add(operation);
                }
                String id = ref(operation);
                if (!id.isEmpty()) {
                    makers.computeIfAbsent(id, hold -> new ArrayList<>(1)).add(operation);
                }
            } else if (request.kind() == Kind.CONFIRM || request.kind() == Kind.RELEASE) {
                settlers.computeIfAbsent(request.target(), hold -> new ArrayList<>(1))
                        .add(operation);
            } else if (request.kind() == Kind.EXTEND) {
                long until = operation
                        .answer()
                        .filter(Answer::done)
                        .map(Answer::expiresMicros)
                        .orElse(operation.unknown() ? Long.MAX_VALUE : 0L);
                extended.merge(request.target(), until, Math::max);
            }
        }
        FinalState end = history.end();
        orderers.forEach((id, checkouts) -> {
            if (!makers.containsKey(id)) {
                makers.put(id, makersAmong(id, checkouts));
            }
            if (end == null) {
                // An order's hold lasts longer than its cart's.
                extended.put(id, Long.MAX_VALUE);
            }
        });
        Set<String> ids = new TreeSet<>(makers.keySet());
        if (end != null) {
            ids.addAll(end.holds().keySet());
        }
        for (String id : ids) {
            HoldRow row = end == null ? null : end.holds().get(id);
            List<Operation> made = makers.getOrDefault(id, List.of());
            Answer answer = made.stream()
                    .flatMap(operation -> operation.answer().stream())
                    .findFirst()
                    .orElse(null);
            long first = answer != null && answer.expiresMicros() > 0 ? answer.expiresMicros() : Long.MAX_VALUE;
            boolean everExtended = extended.containsKey(id);
            if (first == Long.MAX_VALUE && row != null && !everExtended) {
                first = row.expiresMicros();
            }
            long last = row != null
                    ? Math.max(row.expiresMicros(), answer == null ? 0 : answer.expiresMicros())
                    : Math.max(first, extended.getOrDefault(id, 0L));
            SortedMap<String, Integer> lines = answer != null && !answer.lines().isEmpty()
                    ? answer.lines()
                    : row != null ? row.lines() : new TreeMap<>();
            holds.put(
                    id,
                    new Hold(
                            id,
                            lines,
                            first,
                            last,
                            row != null ? row.cart() : answer != null ? answer.cart() : "",
                            row != null ? row.createdMicros() : answer != null ? answer.createdMicros() : 0,
                            row,
                            made,
                            settlers.getOrDefault(id, List.of()),
                            orderers.getOrDefault(id, List.of()).stream()
                                    .filter(checkout -> row == null
                                            ? toldSold(checkout)
                                            : !row.order().isEmpty()
                                                    && row.order().equals(order(checkout))
                                                    && (!checkout.ok() || toldSold(checkout)))
                                    .toList(),
                            orderers.getOrDefault(id, List.of())));
        }
    }

    /**
     * Of the checkouts whose order was to pay for a hold those that made it: it is as old as their order, or it was made and
     * sold in one moment, for money that came after the first hold's end. Others found it as their cart's.
     */
    private List<Operation> makersAmong(String id, List<Operation> checkouts) {
        FinalState end = history.end();
        HoldRow hold = end == null ? null : end.holds().get(id);
        if (hold == null) {
            String first = checkouts.stream()
                    .min(Comparator.comparingLong(checkout ->
                            checkout.answer().map(Answer::createdMicros).orElse(Long.MAX_VALUE)))
                    .map(this::order)
                    .orElse("");
            return checkouts.stream()
                    .filter(checkout -> order(checkout).equals(first))
                    .toList();
        }
        return checkouts.stream()
                .filter(checkout -> {
                    OrderRow row = end().orders().get(order(checkout));
                    return row != null
                            && (row.createdMicros() == hold.createdMicros()
                                    || (hold.createdMicros() == hold.expiresMicros()
                                            && hold.order().equals(order(checkout))));
                })
                .toList();
    }

    private void indexLedger() {
        for (Operation operation : history.operations()) {
            if (operation.request().kind() == Kind.ADJUST) {
                String id = ref(operation);
                if (!id.isEmpty()) {
                    adjustments.put(id, operation);
                }
            } else if (operation.request().kind() == Kind.CANCEL && effect(operation) != Effect.NOT_DONE) {
                cancels.computeIfAbsent(operation.request().target(), order -> new ArrayList<>(1))
                        .add(operation);
            }
        }
        FinalState end = history.end();
        if (end == null) {
            return;
        }
        Map<String, List<LedgerEntry>> bySku = new TreeMap<>();
        for (LedgerEntry entry : end.ledger()) {
            bySku.computeIfAbsent(entry.sku(), sku -> new ArrayList<>()).add(entry);
            byRef.computeIfAbsent(entry.ref(), ref -> new ArrayList<>(2)).add(entry);
        }
        bySku.forEach((sku, entries) -> {
            entries.sort(Comparator.comparingLong(LedgerEntry::version));
            Ledger ledger = new Ledger(sku, entries);
            long not = Long.MIN_VALUE;
            for (int i = 0; i < entries.size(); i++) {
                not = Math.max(not, notBefore(entries.get(i)));
                ledger.earliest[i] = not;
            }
            long by = Long.MAX_VALUE;
            for (int i = entries.size() - 1; i >= 0; i--) {
                by = Math.min(by, notAfter(entries.get(i)));
                ledger.latest[i] = by;
            }
            ledgers.put(sku, ledger);
        });
    }

    /** The operations that may have written an entry. */
    List<Operation> writers(LedgerEntry entry) {
        Hold hold = holds.get(entry.ref());
        return switch (entry.reason()) {
            case RESERVED -> hold == null ? List.of() : hold.makers();
            case CONFIRMED -> hold == null ? List.of() : sellers(hold);
            case RELEASED -> hold == null ? List.of() : releasers(hold);
            case ADJUSTED -> {
                Operation operation = adjustments.get(entry.ref());
                yield operation == null ? List.of() : List.of(operation);
            }
            case RESTOCKED -> cancels(entry.ref());
            case EXPIRED, INITIAL, COUNTED -> List.of();
        };
    }

    private static List<Operation> sellers(Hold hold) {
        List<Operation> sellers = new ArrayList<>(of(hold.settlers(), Kind.CONFIRM));
        sellers.addAll(hold.payers());
        return sellers;
    }

    /** A cart's hold may have been released by the cart's next one: whoever releases it afterwards finds it done. */
    private List<Operation> releasers(Hold hold) {
        List<Operation> releasers = new ArrayList<>(of(hold.settlers(), Kind.RELEASE));
        for (Operation next : cartReservations.getOrDefault(hold.cart(), List.of())) {
            boolean took = next.request().kind() == Kind.CHECKOUT && ref(next).equals(hold.id());
            if (!took
                    && hold.makers().stream()
                            .allMatch(maker -> !maker.unknown() && maker.completedMicros() < next.invokedMicros())) {
                releasers.add(next);
            }
        }
        return releasers;
    }

    /** Whether an entry may be the doing of a cart's next hold, which releases the one before, and of nobody who asked for it. */
    boolean replaceable(LedgerEntry entry) {
        Hold hold = holds.get(entry.ref());
        return entry.reason() == LedgerReason.RELEASED
                && hold != null
                && !hold.cart().isEmpty();
    }

    private static List<Operation> of(List<Operation> operations, Kind kind) {
        return operations.stream()
                .filter(operation -> operation.request().kind() == kind)
                .toList();
    }

    private long notBefore(LedgerEntry entry) {
        Hold hold = holds.get(entry.ref());
        long invoked = Long.MAX_VALUE;
        for (Operation operation : replaceable(entry) ? List.<Operation>of() : writers(entry)) {
            invoked = Math.min(invoked, operation.invokedMicros());
        }
        if (entry.reason() == LedgerReason.EXPIRED && hold != null && hold.row() != null) {
            // Guarded by PostgreSQL's own clock, which is better than the time that the node wrote.
            return hold.row().expiresMicros() - bounds.clockMicros();
        }
        long said = entry.atMicros() - decisionMicros(entry.atMicros());
        return invoked == Long.MAX_VALUE ? said : Math.max(said, invoked);
    }

    private long notAfter(LedgerEntry entry) {
        long by = committedBy(entry.atMicros());
        for (Operation operation : writers(entry)) {
            if (operation.ok()) {
                by = Math.min(by, operation.completedMicros());
            }
        }
        if (entry.reason() == LedgerReason.EXPIRED) {
            Hold hold = holds.get(entry.ref());
            for (Operation operation : hold == null ? List.<Operation>of() : hold.settlers()) {
                if (operation.ok() && operation.answer().map(Answer::state).orElse(null) == HoldState.EXPIRED) {
                    by = Math.min(by, operation.completedMicros());
                }
            }
        }
        return by;
    }
}
