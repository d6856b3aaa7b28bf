package io.storegrid.compute.lane;

import io.storegrid.domain.Order;
import io.storegrid.domain.OrderEventType;
import io.storegrid.persistence.OrderSql;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One order while a batch is decided: what it was and every version it has gone through so far. */
final class OrderRow {

    private final @Nullable Order base;
    private final List<OrderSql.Entry> entries = new ArrayList<>(1);
    private @Nullable Order current;
    private long dueAtMicros;

    /** @param base the row, locked; null when there is none */
    OrderRow(@Nullable Order base) {
        this.base = base;
        this.current = base;
    }

    @Nullable
    Order current() {
        return current;
    }

    /**
     * Moves on to {@code next}.
     *
     * @param nextDueAtMicros when what remains to be done falls due; 0: nothing remains
     */
    Order become(Order next, OrderEventType type, @Nullable String detail, long nextDueAtMicros) {
        entries.add(new OrderSql.Entry(next, type, detail));
        current = next;
        dueAtMicros = nextDueAtMicros;
        return next;
    }

    /** What to write; null when nothing changed. */
    OrderSql.@Nullable Change change() {
        return entries.isEmpty() ? null : new OrderSql.Change(base, entries, dueAtMicros);
    }
}
