package io.storegrid.compute.lane;

import io.storegrid.domain.Versioned;
import javax.cache.processor.EntryProcessor;
import javax.cache.processor.MutableEntry;

/**
 * Sets a cache entry to a value that PostgreSQL returned, unless it shows a newer one (PROTOCOL 20). Crosses the grid.
 *
 * @param <V> the row
 */
public final class ApplyNewest<V extends Versioned> implements EntryProcessor<String, V, Boolean> {

    private final V value;
    private final boolean copiesToo;

    public ApplyNewest(V value) {
        this(value, false);
    }

    private ApplyNewest(V value, boolean copiesToo) {
        this.value = value;
        this.copiesToo = copiesToo;
    }

    /** Sets the entry also when it shows this very version, so that a backup that fell behind its primary is set too. */
    public static <V extends Versioned> ApplyNewest<V> onEveryCopy(V value) {
        return new ApplyNewest<>(value, true);
    }

    /** Whether the entry was set. */
    @Override
    public Boolean process(MutableEntry<String, V> entry, Object... arguments) {
        V known = entry.getValue();
        if (known != null && (copiesToo ? known.version() > value.version() : known.version() >= value.version())) {
            return false;
        }
        entry.setValue(value);
        return true;
    }
}
