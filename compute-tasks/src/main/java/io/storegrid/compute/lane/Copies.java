package io.storegrid.compute.lane;

import io.storegrid.domain.Versioned;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A lane's pictures of rows, least recently used ones dropped first. A picture comes into being only by a read from
 * PostgreSQL, is moved on by what PostgreSQL returned, newest version wins, and is dropped when the partition moves and
 * after any error (PROTOCOL 18–20). Used by the lane's thread only.
 *
 * @param <V> the row
 */
final class Copies<V extends Versioned> {

    private final Map<String, V> rows;

    Copies(int max) {
        rows = new LinkedHashMap<>(256, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > max;
            }
        };
    }

    @Nullable
    V row(String key) {
        return rows.get(key);
    }

    /** A row that was read from PostgreSQL just now. */
    void loaded(String key, V row) {
        V known = rows.get(key);
        if (known == null || known.version() <= row.version()) {
            rows.put(key, row);
        }
    }

    /** What a row became by a commit; no picture is made of it where there was none. */
    void moved(String key, V row) {
        V known = rows.get(key);
        if (known != null && known.version() < row.version()) {
            rows.put(key, row);
        }
    }

    void drop(Collection<String> keys) {
        keys.forEach(rows::remove);
    }

    void dropAll() {
        rows.clear();
    }

    int size() {
        return rows.size();
    }
}
