package io.storegrid.api.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** Messages of a {@code text/event-stream} (HTML standard, 9.2). */
final class ServerSentEvents {

    static final String MEDIA_TYPE = "text/event-stream";

    private static final byte[] SILENCE = ":\n\n".getBytes(UTF_8);

    private ServerSentEvents() {}

    /**
     * One message.
     *
     * @param id from where a client that has it goes on; null: the message changes nothing about that
     * @param data one line
     */
    static byte[] message(@Nullable String id, String type, byte[] data) {
        ByteArrayOutputStream message = new ByteArrayOutputStream(data.length + 64);
        if (id != null) {
            message.writeBytes(("id: " + id + "\n").getBytes(UTF_8));
        }
        message.writeBytes(("event: " + type + "\ndata: ").getBytes(UTF_8));
        message.writeBytes(data);
        message.writeBytes("\n\n".getBytes(UTF_8));
        return message.toByteArray();
    }

    /** A sign of life. */
    static byte[] heartbeat() {
        return SILENCE.clone();
    }

    /** A sign of life that moves the place to go on from: no data, so no client sees a message. */
    static byte[] heartbeat(String id) {
        return (":\nid: " + id + "\n\n").getBytes(UTF_8);
    }
}
