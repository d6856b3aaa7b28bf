package io.storegrid.grid;

import io.storegrid.compute.StoreCaches;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.StartupFailure;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cache.CachePeekMode;
import org.apache.ignite.lang.IgniteFuture;
import org.apache.ignite.lang.IgniteFutureTimeoutException;

/**
 * Fills the caches from PostgreSQL when a grid begins; nodes that join later get their share from the others. Not needed
 * for correctness, every miss is read through, but a shop should not open cold.
 */
final class WarmUp {

    private static final long PROGRESS_EVERY_MS = 500;

    private final Ignite ignite;
    private final Database database;
    private final Consumer<String> progress;

    WarmUp(Ignite ignite, Database database, Consumer<String> progress) {
        this.ignite = ignite;
        this.database = database;
        this.progress = progress;
    }

    /** Fills every cache that is empty; {@link StartupFailure} when PostgreSQL fails meanwhile. */
    void run() {
        StringBuilder loaded = new StringBuilder();
        long start = System.nanoTime();
        for (String name : StoreCaches.NAMES) {
            IgniteCache<Object, Object> cache = ignite.cache(name);
            if (cache.size(CachePeekMode.PRIMARY) == 0) {
                load(cache);
            }
            loaded.append(loaded.isEmpty() ? "" : ", ")
                    .append(grouped(cache.size(CachePeekMode.PRIMARY)))
                    .append(' ')
                    .append(name);
        }
        progress.accept("warm-up: " + loaded + " in memory after "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
    }

    private void load(IgniteCache<Object, Object> cache) {
        try {
            IgniteFuture<Void> load = cache.loadCacheAsync(null);
            String total = "";
            while (true) {
                try {
                    load.get(PROGRESS_EVERY_MS, TimeUnit.MILLISECONDS);
                    return;
                } catch (IgniteFutureTimeoutException e) {
                    total = total.isEmpty() ? total(cache.getName()) : total;
                    progress.accept(
                            "warm-up: " + grouped(cache.size(CachePeekMode.PRIMARY)) + total + " " + cache.getName());
                }
            }
        } catch (IgniteException | javax.cache.CacheException e) {
            throw new StartupFailure(
                    "The warm-up failed [cache=" + cache.getName() + ", cause=" + rootMessage(e) + "]", e);
        }
    }

    /** For people only: how many rows there are to come, when PostgreSQL can say so quickly. */
    private String total(String cache) {
        String table = switch (cache) {
            case StoreCaches.PRODUCTS -> "product";
            case StoreCaches.INVENTORY -> "inventory";
            default -> "";
        };
        if (table.isEmpty()) {
            return " of the";
        }
        try (Connection connection = database.reader();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
            return rows.next() ? " of " + grouped(rows.getLong(1)) : " of the";
        } catch (SQLException e) {
            return " of the";
        }
    }

    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.toString().lines().findFirst().orElse("unknown");
    }
}
