package io.storegrid.compute.task;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.persistence.PortableSqlException;
import java.sql.SQLException;
import java.util.Optional;
import org.apache.ignite.Ignite;
import org.apache.ignite.lang.IgniteCallable;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;

/**
 * A question to PostgreSQL that a node without data has a node with data ask. Crosses the grid, and so does its answer.
 *
 * @param <P> the part of the other node that is asked, found by the name of its class
 * @param <T> the answer
 */
public abstract class StoreQuestion<P, T> implements IgniteCallable<T> {

    private static final long serialVersionUID = 1L;

    private final String part;

    @IgniteInstanceResource
    private transient @Nullable Ignite ignite;

    protected StoreQuestion(Class<P> part) {
        this.part = part.getName();
    }

    @Override
    @SuppressWarnings("unchecked")
    public final T call() throws SQLException {
        Ignite node = ignite;
        Object found = node == null ? null : node.cluster().nodeLocalMap().get(part);
        if (found == null) {
            throw new Fault(FaultCode.STORE_UNAVAILABLE, "the node that was asked is not up yet, or not any more");
        }
        try {
            return ask((P) found);
        } catch (SQLException e) {
            throw PortableSqlException.of(e);
        }
    }

    protected abstract T ask(P part) throws SQLException;

    /**
     * Puts a question to any node with data.
     *
     * @throws SQLException when PostgreSQL or every such node is away
     */
    public static <T> T put(Ignite ignite, StoreQuestion<?, T> question) throws SQLException {
        return put(ignite, question, TIMEOUT_MS);
    }

    /** As {@link #put(Ignite, StoreQuestion)}, for what takes longer: waits {@code timeoutMs} for the answer. */
    public static <T> T put(Ignite ignite, StoreQuestion<?, T> question, long timeoutMs) throws SQLException {
        try {
            return ignite.compute(ignite.cluster().forServers().forRandom())
                    .withTimeout(timeoutMs)
                    .call(question);
        } catch (RuntimeException e) {
            throw storeTrouble(e).orElseGet(() -> new SQLException("no node with data answers: " + e.getMessage(), e));
        }
    }

    /** What PostgreSQL threw on the node that was asked; Ignite wraps it several times on the way. */
    public static Optional<SQLException> storeTrouble(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException trouble) {
                return Optional.of(trouble);
            }
        }
        return Optional.empty();
    }

    /** Longer than the longest that PostgreSQL is waited for. */
    private static final long TIMEOUT_MS = 10_000;
}
