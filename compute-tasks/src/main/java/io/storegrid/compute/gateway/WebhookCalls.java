package io.storegrid.compute.gateway;

import io.storegrid.domain.PublishedEvent;
import io.storegrid.domain.Webhook;
import org.jspecify.annotations.Nullable;

/** How a webhook is told of an event: signed, over HTTP, and never anywhere it may not go. Blocking, thread-safe. */
public interface WebhookCalls {

    /** Longer than any call takes. */
    long CALL_MAX_MS = 6_000;

    /**
     * What came of a call.
     *
     * @param status what the receiver answered; 0: nothing
     * @param error why it is not a success; null: it is one
     */
    record Result(int status, @Nullable String error, int tookMs) {

        public boolean delivered() {
            return error == null;
        }
    }

    /** Tells {@code webhook} of {@code event}, once. Never throws for what the receiver does. */
    Result call(Webhook webhook, PublishedEvent event) throws InterruptedException;
}
