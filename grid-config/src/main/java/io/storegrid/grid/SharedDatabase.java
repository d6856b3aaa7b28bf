package io.storegrid.grid;

import io.storegrid.persistence.DatabaseSettings;
import io.storegrid.persistence.StartupFailure;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterGroup;
import org.apache.ignite.lang.IgniteCallable;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;

/**
 * The embedded PostgreSQL that the nodes of one machine use together. Every node that uses it tells whoever joins, so the
 * grid still knows it when the node that started it is gone. It listens on loopback and has no password, so what is told
 * is its URL and role.
 */
final class SharedDatabase {

    private static final long ANSWER_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private SharedDatabase() {}

    /** Has this node tell {@code settings} to those that ask. */
    static void share(Ignite ignite, DatabaseSettings settings) {
        String[] told = {settings.url(), Objects.requireNonNullElse(settings.user(), "")};
        ignite.cluster().nodeLocalMap().put(SharedDatabase.class.getName(), told);
    }

    /** What the other nodes use; {@link StartupFailure} when none of them shares anything. */
    static DatabaseSettings ask(Ignite ignite) {
        ClusterGroup others = ignite.cluster().forServers().forRemotes();
        long deadline = System.nanoTime() + ANSWER_LIMIT_NANOS;
        // A node that has only just started may not know yet.
        while (!others.nodes().isEmpty()) {
            Optional<String[]> told = ignite.compute(others).broadcast(new Question()).stream()
                    .filter(answer -> answer.length > 0)
                    .findFirst();
            if (told.isPresent()) {
                String user = told.get()[1];
                return new DatabaseSettings(told.get()[0], user.isEmpty() ? null : user, null);
            }
            if (System.nanoTime() - deadline > 0) {
                break;
            }
            LockSupport.parkNanos(ASK_AGAIN_NANOS);
        }
        throw new StartupFailure("No node of the grid shares an embedded database, name one with --db-url [nodes="
                + others.nodes().stream().map(NodeAttributes::name).toList()
                + "]");
    }

    /** Asks one node; the answer is empty, or URL and role. Crosses the grid. */
    static final class Question implements IgniteCallable<String[]> {

        private static final long serialVersionUID = 1L;

        @IgniteInstanceResource
        private transient @Nullable Ignite ignite;

        @Override
        public String[] call() {
            Object told =
                    Objects.requireNonNull(ignite).cluster().nodeLocalMap().get(SharedDatabase.class.getName());
            return told instanceof String[] answer ? answer : new String[0];
        }
    }
}
