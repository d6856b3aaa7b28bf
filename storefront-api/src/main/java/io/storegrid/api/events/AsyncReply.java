package io.storegrid.api.events;

import io.javalin.http.Context;
import io.storegrid.api.http.HttpMetrics;
import io.storegrid.api.http.Replies;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reply without an end, written as its client reads it: bytes are fetched from a source only when the connection takes
 * them, so a client that does not read costs no thread and no more memory than its source keeps back. Thread-safe.
 *
 * <p>One thread at a time writes: whoever calls {@link #wake} while nobody does, or the server's when a full connection has
 * room again. The state is BLOCKED <em>before</em> the connection is asked whether it takes more: when it says no, the server
 * may call back on another thread at once.
 */
final class AsyncReply implements WriteListener {

    private static final Logger LOG = LoggerFactory.getLogger(AsyncReply.class);

    /** Where the bytes come from. */
    interface Source {

        /** The next bytes; null when there are none now. Called by one thread at a time; must not block. */
        byte @Nullable [] next();

        /** The reply is over, whoever ended it. Called once. */
        void ended();
    }

    private enum State {
        /** The server has not said yet that it takes bytes. */
        NEW,
        /** Everything was handed over. */
        IDLE,
        WRITING,
        /** The connection takes no more; the server will say when it does. */
        BLOCKED,
        ENDED
    }

    private final Source source;
    private final ServletOutputStream out;
    private final EndPoint connection;
    private final CompletableFuture<Boolean> over = new CompletableFuture<>();
    private State state = State.NEW;
    private boolean woken;
    private boolean unflushed;
    private long blockedNanos;

    private AsyncReply(Source source, ServletOutputStream out, EndPoint connection) {
        this.source = source;
        this.out = out;
        this.connection = connection;
    }

    /** Begins the reply to {@code ctx}, whose handler must write nothing after this. */
    static AsyncReply begin(Context ctx, Source source) {
        HttpServletRequest request = ctx.req();
        try {
            AsyncReply reply = new AsyncReply(source, ctx.res().getOutputStream(), connection(request));
            ctx.status(200)
                    .contentType(ServerSentEvents.MEDIA_TYPE)
                    .header("Cache-Control", Replies.NEVER)
                    .header("X-Accel-Buffering", "no");
            HttpMetrics.answered(ctx);
            // Begun here, and not left to Javalin, which would end it with the deadline of a request.
            AsyncContext async = request.startAsync();
            async.setTimeout(0);
            async.addListener(reply.new Watch());
            ctx.future(() -> {
                reply.out.setWriteListener(reply);
                return reply.over;
            });
            return reply;
        } catch (IOException e) {
            throw new IllegalStateException("a response without a body", e);
        }
    }

    /** Whatever ends the exchange ends the reply, so that no stream is counted that is not there. */
    private final class Watch implements AsyncListener {

        @Override
        public void onComplete(AsyncEvent event) {
            end();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            end();
        }

        @Override
        public void onError(AsyncEvent event) {
            end();
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // It is begun once.
        }
    }

    private static EndPoint connection(HttpServletRequest request) {
        Request core = ServletContextRequest.getServletContextRequest(request);
        return core.getConnectionMetaData().getConnection().getEndPoint();
    }

    /** Says that the source has bytes. Writes what the connection takes, on the caller's thread, and never waits. */
    void wake() {
        synchronized (this) {
            if (state != State.IDLE) {
                woken = true;
                return;
            }
            state = State.WRITING;
        }
        write();
    }

    @Override
    public void onWritePossible() {
        synchronized (this) {
            if (state == State.ENDED) {
                return;
            }
            state = State.WRITING;
        }
        write();
    }

    @Override
    public void onError(Throwable failure) {
        LOG.debug("A stream broke off", failure);
        end();
    }

    private void write() {
        try {
            while (ready()) {
                byte[] bytes = source.next();
                if (bytes != null) {
                    unflushed = true;
                    out.write(bytes);
                } else if (unflushed) {
                    unflushed = false;
                    out.flush();
                } else if (idle()) {
                    return;
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("A stream broke off", e);
            end();
        }
    }

    private boolean ready() {
        synchronized (this) {
            if (state == State.ENDED) {
                return false;
            }
            state = State.BLOCKED;
            blockedNanos = System.nanoTime();
        }
        if (!out.isReady()) {
            return false;
        }
        synchronized (this) {
            if (state == State.ENDED) {
                return false;
            }
            state = State.WRITING;
            return true;
        }
    }

    private synchronized boolean idle() {
        if (woken) {
            woken = false;
            return false;
        }
        if (state == State.WRITING) {
            state = State.IDLE;
        }
        return true;
    }

    /** Nanoseconds since the connection took the last bytes; 0 while it takes all there are. */
    synchronized long stalledNanos() {
        return state == State.BLOCKED ? System.nanoTime() - blockedNanos : 0;
    }

    /** Ends the reply; what the client has not read yet is lost to it. */
    void abort() {
        connection.close();
        end();
    }

    /** Ends the reply in order where the connection takes its end, and like {@link #abort} where it does not. */
    void end() {
        boolean blocked;
        synchronized (this) {
            if (state == State.ENDED) {
                return;
            }
            blocked = state == State.BLOCKED;
            state = State.ENDED;
        }
        if (blocked) {
            connection.close();
        }
        source.ended();
        over.complete(true);
    }
}
