package io.storegrid.persistence;

import io.storegrid.domain.Versioned;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.cache.Cache;
import javax.cache.integration.CacheLoaderException;
import javax.cache.integration.CacheWriterException;
import org.apache.ignite.Ignite;
import org.apache.ignite.cache.store.CacheStoreAdapter;
import org.apache.ignite.lang.IgniteBiInClosure;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;

/**
 * What the four cache stores share: read-through, warm-up, and a fenced write-through for a plain {@code put}.
 *
 * <p>The lanes write first and apply to the caches past the store; this way is for whoever puts by hand. A put states the
 * row it is to become: it is written only over the version right before its own, so a stale copy is refused instead of
 * overwriting.
 *
 * <p>Never answers null for an error: Ignite would take that for "no such row". An error while loading must not reach
 * Ignite as a surprise either (it halts nodes during recovery, FACTS Ignite 3), so it is always a {@link
 * CacheLoaderException}. Thread-safe; connections are its own, per call.
 *
 * @param <V> the cached value
 */
abstract class RowCacheStore<V extends Versioned> extends CacheStoreAdapter<String, V> {

    /** How long a call waits for the node to find its database while it starts. */
    private static final long DATABASE_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    @IgniteInstanceResource
    private transient @Nullable Ignite ignite;

    /** Rows by key; absent ones left out. */
    abstract Map<String, V> read(Connection connection, Collection<String> keys) throws SQLException;

    /** Writes each value over the version before it, in one transaction, or throws and writes none. */
    abstract void write(Connection connection, List<V> values) throws SQLException;

    /** All rows that are worth having in memory. */
    abstract String warmUpQuery();

    /** Fills the parameters of {@link #warmUpQuery}. */
    void bindWarmUp(PreparedStatement statement) throws SQLException {}

    abstract V value(ResultSet row) throws SQLException;

    abstract String key(V value);

    @Override
    public @Nullable V load(String key) {
        return loadAll(List.of(key)).get(key);
    }

    @Override
    public Map<String, V> loadAll(Iterable<? extends String> keys) {
        List<String> list = new ArrayList<>();
        keys.forEach(list::add);
        try (Connection connection = database().reader()) {
            return read(connection, list);
        } catch (SQLException | RuntimeException e) {
            throw new CacheLoaderException("Read-through failed [keys=" + list.size() + "]", portable(e));
        }
    }

    @Override
    public void loadCache(IgniteBiInClosure<String, V> sink, @Nullable Object... arguments) {
        try (Connection connection = database().maintenance();
                PreparedStatement statement = connection.prepareStatement(warmUpQuery())) {
            // Inside a transaction and with a fetch size the driver streams; otherwise it would hold the whole table.
            connection.setAutoCommit(false);
            statement.setFetchSize(1_000);
            bindWarmUp(statement);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    V value = value(rows);
                    sink.apply(key(value), value);
                }
            }
            connection.rollback();
        } catch (SQLException | RuntimeException e) {
            throw new CacheLoaderException("Warm-up failed", portable(e));
        }
    }

    @Override
    public void write(Cache.Entry<? extends String, ? extends V> entry) {
        writeAll(List.of(entry));
    }

    @Override
    public void writeAll(Collection<Cache.Entry<? extends String, ? extends V>> entries) {
        TreeMap<String, V> byKey = new TreeMap<>();
        entries.forEach(entry -> byKey.put(entry.getKey(), entry.getValue()));
        try (Connection connection = database().writer()) {
            try {
                write(connection, List.copyOf(byKey.values()));
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        } catch (SQLException | RuntimeException e) {
            throw new CacheWriterException(
                    "Write-through refused [keys=" + byKey.keySet() + "]: " + e.getMessage(), portable(e));
        }
    }

    @Override
    public void delete(Object key) {
        throw new CacheWriterException("Rows are never removed by a cache [key=" + key + "]");
    }

    /** A store's failure is thrown on the node that owns the key, and read on the one that asked. */
    private static Exception portable(Exception failure) {
        return failure instanceof SQLException trouble ? PortableSqlException.of(trouble) : failure;
    }

    /** Throws unless every one of {@code values} was written. */
    static void requireAll(int written, List<? extends Versioned> values) {
        if (written != values.size()) {
            throw new IllegalStateException("not the version after the stored one [values=" + values + "]");
        }
    }

    private Database database() {
        Ignite node = ignite;
        if (node == null) {
            throw new IllegalStateException("a cache store outside a node");
        }
        long deadline = System.nanoTime() + DATABASE_WAIT_NANOS;
        while (true) {
            Object database = node.cluster().nodeLocalMap().get(Database.class.getName());
            if (database instanceof Database found) {
                return found;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("this node has no database yet");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }
}
