package io.storegrid.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.storegrid.api.launch.PackagedNode;
import io.storegrid.persistence.DatabaseSettings;
import io.storegrid.persistence.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long it takes to verify a long ledger, and in how much memory: the packaged node with a heap of 256 MB, asked by one
 * request; then once more with one entry changed, which has to be named. The entries lie in the order in which they came,
 * those of one SKU far from each other.
 */
final class LedgerBench {

    private static final int HEAP_MB = 256;
    private static final int SKUS = 10_000;
    private static final int VERSIONS_AT_ONCE = 100;
    private static final Pattern COLLECTED = Pattern.compile(" (\\d+)M->(\\d+)M\\(\\d+M\\)");

    private static final String ROWS = """
            INSERT INTO inventory (sku, on_hand, reserved, version)
            SELECT 'LED-' || to_char(n, 'FM000000'), 1000000 + %2$d - 1, 0, %2$d FROM generate_series(1, %1$d) AS n""";

    private static final String ENTRIES = """
            INSERT INTO stock_ledger (sku, version, delta_on_hand, delta_reserved, reason, ref, at, hash)
            SELECT sku, version, delta, 0, reason, ref, at, hash FROM (
                SELECT e.*, ledger_chain(
                           CASE WHEN e.version = %1$d THEN (
                               SELECT g.hash FROM stock_ledger g WHERE g.sku = e.sku AND g.version = e.version - 1) END,
                           ledger_entry(e.sku, e.version, e.delta, 0, e.reason,
                                        (extract(epoch FROM e.at) * 1000000)::bigint, e.ref))
                       OVER (PARTITION BY e.sku ORDER BY e.version ROWS UNBOUNDED PRECEDING) AS hash
                FROM (
                    SELECT i.sku, v AS version, CASE v WHEN 1 THEN 1000000 ELSE 1 END AS delta,
                           CASE v WHEN 1 THEN 'INITIAL' ELSE 'ADJUSTED' END AS reason, 'adj_' || v || '_' || i.sku AS ref,
                           timestamptz '2026-01-01T00:00:00Z' + v * interval '1 minute' AS at
                    FROM inventory i CROSS JOIN generate_series(%1$d::bigint, %2$d::bigint) AS v) AS e) AS chained
            ORDER BY version, sku""";

    private final Report report;
    private final long entries;

    LedgerBench(Report report, long entries) {
        this.report = report;
        this.entries = entries;
    }

    void run() {
        long versions = Math.max(1, entries / SKUS);
        report.section("Verifying a ledger of " + versions * SKUS + " entries, -Xmx" + HEAP_MB + "m");
        report.head("ledger", "verified", "entries", "seconds", "peak heap, MB", "named");
        try (TestDatabase database = TestDatabase.create()) {
            fill(database, versions);
            Path directory = Files.createTempDirectory("storegrid-ledger-");
            try {
                verify(directory, database, "as written");
                database.execute("UPDATE stock_ledger SET delta_on_hand = 2 WHERE sku = 'LED-007777' AND version = "
                        + Math.max(1, versions / 2));
                verify(directory, database, "one entry changed");
            } finally {
                IdleBench.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void fill(TestDatabase database, long versions) {
        database.execute(ROWS.formatted(SKUS, versions));
        for (long from = 1; from <= versions; from += VERSIONS_AT_ONCE) {
            database.execute(ENTRIES.formatted(from, Math.min(versions, from + VERSIONS_AT_ONCE - 1)));
        }
        database.execute("ANALYZE inventory, stock_ledger");
    }

    private void verify(Path directory, TestDatabase database, String what) throws IOException, InterruptedException {
        Path collections = Files.createTempFile(directory, "gc", ".log");
        DatabaseSettings settings = database.settings();
        PackagedNode launched = PackagedNode.launch(
                directory,
                List.of("-Xmx" + HEAP_MB + "m", "-Xlog:gc:file=" + collections),
                List.of(
                        "--name=ledger",
                        "--http-port=0",
                        "--discovery-port=" + PackagedNode.freePort(),
                        "--sample=never",
                        "--db-url=" + settings.url(),
                        "--db-user=" + settings.user()));
        try (PackagedNode node = PackagedNode.awaitUp(launched)) {
            HttpResponse<String> reply = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(
                                            URI.create("http://127.0.0.1:" + node.port() + "/v1/admin/ledger/verify"))
                                    .POST(HttpRequest.BodyPublishers.noBody())
                                    .timeout(Duration.ofHours(1))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            JsonNode found = new ObjectMapper().readTree(reply.body());
            report.row(
                    what,
                    found.path("verified").asText(),
                    found.path("entries").asLong(),
                    found.path("tookMs").asLong() / 1e3,
                    peakMb(collections),
                    found.path("problems").toString().replace('|', '/'));
        }
    }

    /** The most that a collection found in use. */
    private static long peakMb(Path collections) throws IOException {
        long peak = 0;
        for (String line : Files.readAllLines(collections)) {
            Matcher collected = COLLECTED.matcher(line);
            if (collected.find()) {
                peak = Math.max(peak, Long.parseLong(collected.group(1)));
            }
        }
        return peak;
    }
}
