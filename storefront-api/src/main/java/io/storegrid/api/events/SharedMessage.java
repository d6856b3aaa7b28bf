package io.storegrid.api.events;

import io.storegrid.domain.PublishedEvent;

/** An event and its message, made once for all who get it. */
final class SharedMessage {

    private final PublishedEvent event;
    private final byte[] bytes;

    SharedMessage(PublishedEvent event) {
        this.event = event;
        this.bytes = ServerSentEvents.message(event.resume().text(), event.type(), CloudEvents.json(event));
    }

    PublishedEvent event() {
        return event;
    }

    byte[] bytes() {
        return bytes;
    }
}
