package io.storegrid.torture.history;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Appends to a history, one line of JSON for each event. A line is handed to the operating system before the method returns,
 * so whatever becomes of the harness, the file tells everything up to then. Thread-safe.
 */
public final class HistoryWriter implements AutoCloseable {

    static final ObjectMapper MAPPER = new ObjectMapper();

    /** What a line is about; its name is the line's member {@code event}. */
    enum Event {
        HEADER,
        INVOKED,
        ATTEMPTED,
        GAVE_UP,
        FAULT,
        PROCESS,
        PROBE,
        OVERDUE,
        END,
        STOCK,
        HOLD,
        LEDGER,
        KEY,
        CART,
        COPY,
        ORDER,
        PAYMENT
    }

    /** The beginning of an operation. */
    record Invoked(long id, int client, long micros, Request request) {}

    /** @param answer null when the attempt was not definitive */
    record Attempted(long id, Attempt attempt, @Nullable Answer answer) {}

    record GaveUp(long id, long micros) {}

    record End(long takenMicros) {}

    /** A row and what it is found by. */
    record Row<T>(String key, T row) {}

    private final Writer lines;
    private final AtomicLong ids = new AtomicLong();

    /** @param file created or emptied */
    public HistoryWriter(Path file) throws IOException {
        this.lines = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
    }

    /** First of all. */
    public void header(History.Header header) {
        write(Event.HEADER, header);
    }

    /** Before the first attempt is sent; returns the operation's id. */
    public long invoked(int client, Request request, long micros) {
        long id = ids.incrementAndGet();
        write(Event.INVOKED, new Invoked(id, client, micros, request));
        return id;
    }

    /** After an attempt that settled nothing. */
    public void attempted(long id, Attempt attempt) {
        write(Event.ATTEMPTED, new Attempted(id, attempt, null));
    }

    /** After a definitive attempt; the first one completes the operation, later ones are for comparison. */
    public void answered(long id, Answer answer) {
        write(Event.ATTEMPTED, new Attempted(id, answer.attempt(), answer));
    }

    /** When the client's patience ends; somebody may still ask again under the same key. */
    public void gaveUp(long id, long micros) {
        write(Event.GAVE_UP, new GaveUp(id, micros));
    }

    /** When all is known about it. */
    public void fault(Fault fault) {
        write(Event.FAULT, fault);
    }

    /** When it ended or, for those that live, at the end. */
    public void process(History.ProcessRun process) {
        write(Event.PROCESS, process);
    }

    public void probe(History.Probe probe) {
        write(Event.PROBE, probe);
    }

    public void overdue(History.OverdueHold hold) {
        write(Event.OVERDUE, hold);
    }

    /** Last of all. */
    public void end(FinalState end) {
        write(Event.END, new End(end.takenMicros()));
        end.stock().forEach((sku, row) -> write(Event.STOCK, new Row<>(sku, row)));
        end.holds().forEach((id, row) -> write(Event.HOLD, new Row<>(id, row)));
        end.ledger().forEach(entry -> write(Event.LEDGER, entry));
        end.keys().forEach((key, row) -> write(Event.KEY, new Row<>(key, row)));
        end.carts().forEach((id, row) -> write(Event.CART, new Row<>(id, row)));
        end.copies().forEach(copy -> write(Event.COPY, copy));
        end.orders().forEach((id, row) -> write(Event.ORDER, new Row<>(id, row)));
        end.payments().forEach(row -> write(Event.PAYMENT, row));
    }

    /** Makes a file that is complete a {@link CompactHistory}, and removes the long one; returns the short one. */
    public static Path compressed(Path file) throws IOException {
        Path shorter = file.resolveSibling(
                file.getFileName().toString().replaceFirst("\\.jsonl$", "") + CompactHistory.ENDING);
        try (InputStream from = Files.newInputStream(file);
                OutputStream into = new BufferedOutputStream(Files.newOutputStream(shorter))) {
            CompactHistory.write(from, into);
        }
        // Reading compares the sum of what is read with that of what was written: not before that the long one may go.
        try (InputStream written = Files.newInputStream(shorter);
                InputStream lines = CompactHistory.lines(written)) {
            lines.transferTo(OutputStream.nullOutputStream());
        }
        Files.delete(file);
        return shorter;
    }

    private void write(Event event, Object value) {
        ObjectNode line = MAPPER.createObjectNode().put("event", event.name());
        line.set("of", MAPPER.valueToTree(value));
        String text;
        try {
            text = MAPPER.writeValueAsString(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        synchronized (lines) {
            try {
                lines.write(text);
                lines.write('\n');
                if (event.compareTo(Event.END) < 0) {
                    lines.flush();
                }
            } catch (IOException e) {
                throw new UncheckedIOException("the history cannot be written", e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (lines) {
            lines.close();
        }
    }
}
