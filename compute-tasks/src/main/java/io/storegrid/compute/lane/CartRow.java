package io.storegrid.compute.lane;

import io.storegrid.domain.Cart;
import io.storegrid.persistence.CartSql;
import org.jspecify.annotations.Nullable;

/** One cart while a batch is decided: what it was and what it has become so far. */
final class CartRow {

    private final @Nullable Cart base;
    private final boolean fresh;
    private @Nullable Cart current;

    /**
     * @param base the row; null when there is none, or none is known
     * @param fresh whether this was read from PostgreSQL after every member of the batch had entered the lane
     */
    CartRow(@Nullable Cart base, boolean fresh) {
        this.base = base;
        this.fresh = fresh;
        this.current = base;
    }

    @Nullable
    Cart current() {
        return current;
    }

    boolean fresh() {
        return fresh;
    }

    Cart become(Cart next) {
        current = next;
        return next;
    }

    /** What to write; null when nothing changed. */
    CartSql.@Nullable Change change() {
        Cart after = current;
        return after == null || (base != null && after.equals(base)) ? null : new CartSql.Change(base, after);
    }
}
