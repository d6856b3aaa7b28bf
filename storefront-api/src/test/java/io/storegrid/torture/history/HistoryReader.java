package io.storegrid.torture.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.storegrid.torture.history.FinalState.CartRow;
import io.storegrid.torture.history.FinalState.HoldRow;
import io.storegrid.torture.history.FinalState.KeyRow;
import io.storegrid.torture.history.FinalState.StockRow;
import io.storegrid.torture.history.HistoryWriter.Attempted;
import io.storegrid.torture.history.HistoryWriter.End;
import io.storegrid.torture.history.HistoryWriter.Event;
import io.storegrid.torture.history.HistoryWriter.GaveUp;
import io.storegrid.torture.history.HistoryWriter.Invoked;
import io.storegrid.torture.history.HistoryWriter.Row;
import io.storegrid.torture.history.Operation.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads what {@link HistoryWriter} wrote; of a file that was cut off, all but its last line. */
public final class HistoryReader {

    private static final TypeReference<Row<StockRow>> STOCK = new TypeReference<>() {};
    private static final TypeReference<Row<HoldRow>> HOLD = new TypeReference<>() {};
    private static final TypeReference<Row<KeyRow>> KEY = new TypeReference<>() {};
    private static final TypeReference<Row<CartRow>> CART = new TypeReference<>() {};
    private static final TypeReference<Row<FinalState.OrderRow>> ORDER = new TypeReference<>() {};

    /** An operation that is being put together. */
    private static final class Draft {
        private final Invoked invoked;
        private final List<Attempt> attempts = new ArrayList<>(1);
        private final List<Answer> answers = new ArrayList<>(1);
        private long gaveUpMicros;

        Draft(Invoked invoked) {
            this.invoked = invoked;
        }

        Operation operation() {
            Answer first = answers.isEmpty() ? null : answers.get(0);
            Outcome outcome = first == null ? Outcome.UNKNOWN : first.done() ? Outcome.OK : Outcome.REFUSED;
            return new Operation(
                    invoked.id(),
                    invoked.client(),
                    invoked.request(),
                    invoked.micros(),
                    first == null ? 0 : first.attempt().endMicros(),
                    gaveUpMicros,
                    outcome,
                    attempts,
                    answers);
        }
    }

    private final Map<Long, Draft> drafts = new LinkedHashMap<>();
    private final List<Fault> faults = new ArrayList<>();
    private final List<History.ProcessRun> processes = new ArrayList<>();
    private final List<History.Probe> probes = new ArrayList<>();
    private final List<History.OverdueHold> overdue = new ArrayList<>();
    private final TreeMap<String, StockRow> stock = new TreeMap<>();
    private final Map<String, HoldRow> holds = new HashMap<>();
    private final List<FinalState.LedgerEntry> ledger = new ArrayList<>();
    private final Map<String, KeyRow> keys = new HashMap<>();
    private final Map<String, CartRow> carts = new HashMap<>();
    private final List<FinalState.Copy> copies = new ArrayList<>();
    private final Map<String, FinalState.OrderRow> orders = new HashMap<>();
    private final List<FinalState.PaymentRow> payments = new ArrayList<>();
    private History.@Nullable Header header;
    private @Nullable End end;

    private HistoryReader() {}

    /**
     * Reads a whole file.
     *
     * @param file plain, or compressed when its name ends in {@code .gz}, or a {@link CompactHistory} by its name
     * @throws IOException also when a line that is not the last one is no event
     */
    public static History read(Path file) throws IOException {
        HistoryReader reader = new HistoryReader();
        try (InputStream bytes = Files.newInputStream(file);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(plain(bytes, file), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                String next = lines.readLine();
                try {
                    reader.take(line);
                } catch (JsonProcessingException e) {
                    if (next != null) {
                        throw new IOException("not an event: " + line, e);
                    }
                }
                line = next;
            }
        }
        return reader.history();
    }

    private static InputStream plain(InputStream bytes, Path file) throws IOException {
        if (file.toString().endsWith(CompactHistory.ENDING)) {
            return CompactHistory.lines(bytes);
        }
        return file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
    }

    private void take(String line) throws JsonProcessingException {
        JsonNode json = HistoryWriter.MAPPER.readTree(line);
        JsonNode of = json.path("of");
        switch (Event.valueOf(json.path("event").asText())) {
            case HEADER -> header = as(of, History.Header.class);
            case INVOKED -> {
                Invoked invoked = as(of, Invoked.class);
                drafts.put(invoked.id(), new Draft(invoked));
            }
            case ATTEMPTED -> {
                Attempted attempted = as(of, Attempted.class);
                Draft draft = draft(attempted.id());
                draft.attempts.add(attempted.attempt());
                if (attempted.answer() != null) {
                    draft.answers.add(attempted.answer());
                }
            }
            case GAVE_UP -> {
                GaveUp gaveUp = as(of, GaveUp.class);
                draft(gaveUp.id()).gaveUpMicros = gaveUp.micros();
            }
            case FAULT -> faults.add(as(of, Fault.class));
            case PROCESS -> processes.add(as(of, History.ProcessRun.class));
            case PROBE -> probes.add(as(of, History.Probe.class));
            case OVERDUE -> overdue.add(as(of, History.OverdueHold.class));
            case END -> end = as(of, End.class);
            case STOCK -> put(stock, as(of, STOCK));
            case HOLD -> put(holds, as(of, HOLD));
            case LEDGER -> ledger.add(as(of, FinalState.LedgerEntry.class));
            case KEY -> put(keys, as(of, KEY));
            case CART -> put(carts, as(of, CART));
            case COPY -> copies.add(as(of, FinalState.Copy.class));
            case ORDER -> put(orders, as(of, ORDER));
            case PAYMENT -> payments.add(as(of, FinalState.PaymentRow.class));
        }
    }

    private Draft draft(long id) {
        Draft draft = drafts.get(id);
        if (draft == null) {
            throw new IllegalStateException("operation " + id + " was never invoked");
        }
        return draft;
    }

    private static <T> T as(JsonNode node, Class<T> type) throws JsonProcessingException {
        return HistoryWriter.MAPPER.treeToValue(node, type);
    }

    private static <T> T as(JsonNode node, TypeReference<T> type) {
        return HistoryWriter.MAPPER.convertValue(node, type);
    }

    private static <T> void put(Map<String, T> rows, Row<T> row) {
        rows.put(row.key(), row.row());
    }

    private History history() throws IOException {
        if (header == null) {
            throw new IOException("a history without a header");
        }
        faults.sort(Comparator.comparingLong(Fault::beganMicros));
        return new History(
                header,
                drafts.values().stream()
                        .map(Draft::operation)
                        .sorted(Comparator.comparingLong(Operation::invokedMicros)
                                .thenComparingLong(Operation::id))
                        .toList(),
                faults,
                processes,
                probes,
                overdue,
                end == null
                        ? null
                        : new FinalState(
                                end.takenMicros(), stock, holds, ledger, keys, carts, copies, orders, payments));
    }
}
