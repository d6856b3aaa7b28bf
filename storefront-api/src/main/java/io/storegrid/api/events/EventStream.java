package io.storegrid.api.events;

import io.storegrid.compute.Fault;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One client that listens. What it missed or has to begin with is read page by page, and the next page only after the client
 * took the last; so what is kept for a client has a bound. Thread-safe.
 */
abstract class EventStream implements AsyncReply.Source {

    private final EventStreams streams;
    private final Deque<byte[]> backlog = new ArrayDeque<>();
    private @Nullable AsyncReply reply;
    private boolean reading;
    private boolean heartbeatDue;

    EventStream(EventStreams streams) {
        this.streams = streams;
    }

    /** To be called once, before anything else can. */
    final void attach(AsyncReply to) {
        reply = to;
    }

    final AsyncReply reply() {
        return Objects.requireNonNull(reply);
    }

    /** Whether there is something to be read before what is live. Called under this stream's lock. */
    abstract boolean behind();

    /** Reads the next page of that, at most a few hundred messages. May block; called by one thread at a time. */
    abstract Collection<byte[]> read();

    /** The next live message; null when there is none. Called under this stream's lock. */
    abstract byte @Nullable [] live();

    /** A sign of life of a stream with nothing to say. {@code reached}: everything up to there was offered before this call. */
    abstract byte[] heartbeat(@Nullable String reached);

    @Override
    public final byte @Nullable [] next() {
        // Before the lock: what was offered until then is in, so an empty stream has told it all.
        String reached = streams.reached();
        synchronized (this) {
            byte[] first = backlog.poll();
            if (first != null) {
                heartbeatDue = false;
                return first;
            }
            if (behind()) {
                if (!reading) {
                    reading = true;
                    streams.read(this);
                }
            } else {
                byte[] message = live();
                if (message != null) {
                    heartbeatDue = false;
                    return message;
                }
            }
            if (heartbeatDue) {
                heartbeatDue = false;
                return behind() ? ServerSentEvents.heartbeat() : heartbeat(reached);
            }
            return null;
        }
    }

    /** Reads on; false when PostgreSQL is away and it has to be tried again. */
    final boolean readOn() {
        Collection<byte[]> page;
        try {
            page = read();
        } catch (Fault e) {
            return false;
        }
        synchronized (this) {
            backlog.addAll(page);
            reading = false;
        }
        reply().wake();
        return true;
    }

    /** Has a sign of life sent, unless something else is. */
    final void beat() {
        synchronized (this) {
            heartbeatDue = true;
        }
        reply().wake();
    }

    @Override
    public final void ended() {
        streams.gone(this);
    }
}
