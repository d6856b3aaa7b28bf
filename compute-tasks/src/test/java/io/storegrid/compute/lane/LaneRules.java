package io.storegrid.compute.lane;

import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.ExpireHold;
import io.storegrid.domain.Answer;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Reservation;
import io.storegrid.persistence.StockSql;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.cache.processor.MutableEntry;
import org.jspecify.annotations.Nullable;

/**
 * The lane's own rules, opened for the model of the write protocol: deciding a batch, what its guards demand, which of two
 * pictures stays, which value a cache entry takes. Nothing is decided here.
 */
public final class LaneRules {

    private static final String SOME_SKU = "A";

    private LaneRules() {}

    /** What a lane has of one SKU: see {@link StockRow}. */
    public record Stock(String sku, @Nullable InventoryItem item, long due, boolean fresh) {}

    /** What a lane has of one reservation: see {@link HoldRow}. */
    public record Hold(String id, @Nullable Reservation hold, boolean withinTime, boolean fresh) {}

    /**
     * A batch, decided.
     *
     * @param answers one for each command in order; null when it was not decided in this batch
     * @param changes guarded changes of stock by SKU
     * @param settlements the states that holds are to end in, by id
     * @param made new holds
     * @param unreadStock SKUs to be read before all can be decided
     * @param unreadHolds reservations to be read before all can be decided
     * @param writes whether any row changes
     */
    public record Decision(
            List<@Nullable Answer> answers,
            Map<String, StockSql.Change> changes,
            Map<String, HoldState> settlements,
            List<Reservation> made,
            Set<String> unreadStock,
            Set<String> unreadHolds,
            boolean writes) {}

    /** Whether {@code command} is decided under row locks from the start. */
    public static boolean underLocks(Command command) {
        return Decider.kind(command).underLocks();
    }

    /** Decides {@code batch} as a lane does on these rows. */
    public static Decision decide(List<Command> batch, List<Stock> stock, List<Hold> holds, long atMicros) {
        WorkingSet rows = new WorkingSet(atMicros, sku -> 0);
        stock.forEach(one -> rows.put(one.sku(), new StockRow(one.sku(), one.item(), one.due(), one.fresh())));
        holds.forEach(one -> rows.put(one.id(), new HoldRow(one.hold(), one.withinTime(), one.fresh())));
        List<Member> members = new ArrayList<>();
        for (Command command : batch) {
            members.add(command instanceof ExpireHold ? new Member(command) : new Member(new Request(command)));
        }
        Plan plan = Plan.decide(members, rows);
        List<@Nullable Answer> answers = new ArrayList<>();
        members.forEach(member -> answers.add(plan.answers().get(member)));
        Map<String, StockSql.Change> changes = new HashMap<>();
        rows.stock().forEach((sku, row) -> {
            StockSql.Change change = row.change();
            if (change != null) {
                changes.put(sku, change);
            }
        });
        Map<String, HoldState> settlements = new HashMap<>();
        rows.holds().forEach((id, row) -> {
            if (row.settlement() != null) {
                settlements.put(id, Objects.requireNonNull(row.settlement()).state());
            }
        });
        return new Decision(
                answers,
                changes,
                settlements,
                List.copyOf(rows.made()),
                new HashSet<>(plan.unreadStock()),
                new HashSet<>(plan.unreadHolds()),
                BatchWriter.writes(plan));
    }

    /** The version of the picture that stays when a row was read; 0: there was none. */
    public static long pictureAfterRead(long known, long read) {
        Copies<InventoryItem> copies = copies(known);
        copies.loaded(SOME_SKU, item(read));
        return version(copies.row(SOME_SKU));
    }

    /** The version of the picture that stays after a commit of this lane; 0: there is none. */
    public static long pictureAfterCommit(long known, long committed) {
        Copies<InventoryItem> copies = copies(known);
        copies.moved(SOME_SKU, item(committed));
        return version(copies.row(SOME_SKU));
    }

    /** Whether a cache entry that shows {@code known} takes {@code value}; 0: the entry is empty. */
    public static boolean cacheTakes(long known, long value, boolean onEveryCopy) {
        ApplyNewest<InventoryItem> processor =
                onEveryCopy ? ApplyNewest.onEveryCopy(item(value)) : new ApplyNewest<>(item(value));
        return processor.process(new Entry(known == 0 ? null : item(known)));
    }

    private static Copies<InventoryItem> copies(long known) {
        Copies<InventoryItem> copies = new Copies<>(1);
        if (known != 0) {
            copies.loaded(SOME_SKU, item(known));
        }
        return copies;
    }

    private static InventoryItem item(long version) {
        return new InventoryItem(SOME_SKU, 0, 0, version);
    }

    private static long version(@Nullable InventoryItem item) {
        return item == null ? 0 : item.version();
    }

    /** One entry of a cache. */
    private static final class Entry implements MutableEntry<String, InventoryItem> {
        private @Nullable InventoryItem value;

        Entry(@Nullable InventoryItem value) {
            this.value = value;
        }

        @Override
        public String getKey() {
            return SOME_SKU;
        }

        @Override
        @SuppressWarnings("NullAway") // JSR 107 has no annotations; an empty entry is null there.
        public InventoryItem getValue() {
            return value;
        }

        @Override
        public boolean exists() {
            return value != null;
        }

        @Override
        public void remove() {
            value = null;
        }

        @Override
        public void setValue(InventoryItem newValue) {
            value = newValue;
        }

        @Override
        public <T> T unwrap(Class<T> type) {
            return type.cast(this);
        }
    }
}
