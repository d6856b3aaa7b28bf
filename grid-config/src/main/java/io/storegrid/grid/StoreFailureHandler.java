package io.storegrid.grid;

import java.sql.SQLException;
import java.util.function.Consumer;
import javax.cache.integration.CacheLoaderException;
import javax.cache.integration.CacheWriterException;
import org.apache.ignite.Ignite;
import org.apache.ignite.failure.AbstractFailureHandler;
import org.apache.ignite.failure.FailureContext;
import org.apache.ignite.failure.FailureType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what a critical failure inside Ignite does to this node. Trouble with PostgreSQL is no reason to leave: Ignite
 * takes an exception of a store during recovery for a failure of the node and would halt one node after another.
 * Everything else ends the node, because it may hang while it looks alive; its data are on the backups and in PostgreSQL.
 */
final class StoreFailureHandler extends AbstractFailureHandler {

    private static final Logger LOG = LoggerFactory.getLogger(StoreFailureHandler.class);
    private static final int CAUSES_MAX = 50;

    private final Consumer<String> end;

    /** @param end ends the node; is called on a thread of Ignite's and must not wait for Ignite */
    StoreFailureHandler(Consumer<String> end) {
        this.end = end;
    }

    @Override
    protected boolean handle(Ignite ignite, FailureContext context) {
        if (causedByStore(context.error())) {
            LOG.error("PostgreSQL failed inside the grid, the node goes on [type={}]", context.type(), context.error());
            return false;
        }
        LOG.error("This node cannot go on [type={}]", context.type(), context.error());
        end.accept(reason(context));
        return true;
    }

    /** For whoever reads the console. */
    private static String reason(FailureContext context) {
        String error = context.error() == null ? "" : ": " + context.error();
        return context.type() == FailureType.SEGMENTATION
                ? "the other nodes dropped this one, which they had not heard of for too long: it was paused, starved or cut off"
                        + error
                : context.type() + error;
    }

    static boolean causedByStore(Throwable error) {
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < CAUSES_MAX; depth++) {
            if (cause instanceof SQLException
                    || cause instanceof CacheLoaderException
                    || cause instanceof CacheWriterException) {
                return true;
            }
            for (Throwable suppressed : cause.getSuppressed()) {
                if (suppressed instanceof SQLException || suppressed instanceof CacheLoaderException) {
                    return true;
                }
            }
            cause = cause.getCause();
        }
        return false;
    }
}
