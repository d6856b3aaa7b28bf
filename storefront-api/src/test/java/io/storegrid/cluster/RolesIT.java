package io.storegrid.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.storegrid.api.ApiClient;
import io.storegrid.api.ApiClient.Reply;
import io.storegrid.api.launch.PackagedNode;
import io.storegrid.grid.TestGrid;
import io.storegrid.persistence.DatabaseSettings;
import io.storegrid.persistence.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A grid of two nodes, one of role {@code data} and one of role {@code api}: what each does and leaves alone. */
@Timeout(180)
class RolesIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Test
    void oneKeepsTheDataAndTheOtherServes() throws Exception {
        int discovery = PackagedNode.freePort();
        try (TestDatabase database = TestDatabase.create()) {
            DatabaseSettings settings = database.settings();
            try (PackagedNode data = startData(discovery, settings);
                    PackagedNode api = start("api", "--role=api", "--join=127.0.0.1:" + discovery)) {
                ApiClient operators = new ApiClient(data.port());
                ApiClient shoppers = new ApiClient(api.port());
                TestGrid.await(LIMIT, "both to be ready", () -> ready(operators) && ready(shoppers));
                assertEquals(404, operators.get("/v1/products").send().status());
                assertTrue(operators.get("/metrics").send().body().contains("storegrid_lane_depth"));
                assertTrue(shoppers.get("/metrics").send().body().contains("http_server_requests_in_flight"));
                sell(shoppers);
                JsonNode nodes =
                        shoppers.get("/v1/admin/topology").send().json().path("nodes");
                assertEquals(256, nodes.at("/0/primaryPartitions").asInt(), nodes::toString);
                assertEquals("api", nodes.at("/1/role").asText(), nodes::toString);
                assertEquals(0, nodes.at("/1/primaryPartitions").asInt(), nodes::toString);
                assertEquals(0, connections(database, api), "connections of the node without data");
                assertTrue(connections(database, data) > 0, "connections of the node with data");

                data.kill();
                TestGrid.await(LIMIT, "the node without data to say that nobody has any", () -> !ready(shoppers));
                Reply refused = reserve(shoppers, 1);
                assertEquals(503, refused.status(), refused::toString);
                assertEquals("no-quorum", refused.code());
                assertEquals(503, shoppers.get("/health/ready").send().status());
                assertEquals(503, shoppers.get("/v1/admin/topology").send().status());
                assertEquals(
                        503, shoppers.get("/v1/inventory/BEM-CASADO").send().status());
                assertEquals(200, shoppers.get("/health/live").send().status());

                try (PackagedNode again = startData(discovery, settings)) {
                    TestGrid.await(LIMIT, "the node without data to have a grid again", () -> ready(shoppers));
                    TestGrid.await(
                            LIMIT,
                            "a sale in the grid that came back",
                            () -> reserve(shoppers, 1).status() == 201);
                    assertTrue(again.alive());
                    follows(shoppers);
                }
            }
        }
    }

    /**
     * Changes show in the list long before the next comparison of all products. The first one may be found by the comparison
     * that follows every change of nodes; those behind it are not.
     */
    private static void follows(ApiClient shoppers) {
        for (String sku : List.of("QUINDIM", "COCADA", "PAVE")) {
            Reply put = shoppers.put("/v1/products/" + sku)
                    .ifNew()
                    .json("{\"title\":\"" + sku + "\",\"description\":\"\",\"category\":\"Doces\","
                            + "\"price\":{\"amountMinor\":450,\"currency\":\"BRL\"}}")
                    .send();
            assertEquals(201, put.status(), put::toString);
            TestGrid.await(
                    LIMIT,
                    sku + " in the list",
                    () -> shoppers.get("/v1/products").send().body().contains(sku));
        }
    }

    private PackagedNode startData(int discovery, DatabaseSettings settings) throws IOException {
        return start(
                "data",
                "--role=data",
                "--discovery-port=" + discovery,
                "--sample=never",
                "--db-url=" + settings.url(),
                "--db-user=" + settings.user());
    }

    private static void sell(ApiClient shoppers) {
        Reply imported = shoppers.post("/v1/imports")
                .key()
                .body(
                        "application/x-ndjson",
                        ("{\"sku\":\"BEM-CASADO\",\"title\":\"Bem-casado\",\"category\":\"Doces\","
                                        + "\"price\":{\"amountMinor\":300,\"currency\":\"BRL\"},\"onHand\":5}\n")
                                .getBytes(StandardCharsets.UTF_8))
                .send();
        assertEquals(202, imported.status(), imported::toString);
        String id = imported.json().path("id").asText();
        TestGrid.await(
                LIMIT,
                "the import to be done",
                () -> "DONE"
                        .equals(shoppers.get("/v1/imports/" + id)
                                .send()
                                .json()
                                .path("state")
                                .asText()));
        Reply held = reserve(shoppers, 3);
        assertEquals(201, held.status(), held::toString);
        String hold = held.json().path("id").asText();
        assertEquals(409, reserve(shoppers, 3).status());
        assertEquals(
                200,
                shoppers.post("/v1/reservations/" + hold + "/confirm")
                        .key()
                        .send()
                        .status());
        JsonNode fresh = shoppers.get("/v1/inventory/BEM-CASADO?consistency=fresh")
                .send()
                .json();
        assertEquals(2, fresh.path("onHand").asInt(), fresh::toString);
        assertEquals(
                404, shoppers.get("/v1/inventory/NADA?consistency=fresh").send().status());
        JsonNode ledger =
                shoppers.get("/v1/inventory/BEM-CASADO/ledger?limit=2").send().json();
        assertEquals("CONFIRMED", ledger.at("/items/0/reason").asText(), ledger::toString);
        assertEquals(
                ledger.at("/head/hash").asText(), ledger.at("/items/0/hash").asText(), ledger::toString);
        JsonNode first = shoppers.get("/v1/inventory/BEM-CASADO/ledger?limit=2&cursor="
                        + ledger.at("/page/nextCursor").asText())
                .send()
                .json();
        assertEquals("INITIAL", first.at("/items/0/reason").asText(), first::toString);
        assertEquals(5, first.at("/items/0/onHand").asInt(), first::toString);
        JsonNode then = shoppers.get(
                        "/v1/inventory/BEM-CASADO?at=" + first.at("/items/0/at").asText())
                .send()
                .json();
        assertEquals(5, then.path("onHand").asInt(), then::toString);
        JsonNode verified = shoppers.post("/v1/admin/ledger/verify").send().json();
        assertTrue(verified.path("verified").asBoolean(), verified::toString);
        assertEquals(3, verified.path("entries").asInt(), verified::toString);
        JsonNode books = shoppers.get("/v1/admin/invariants").send().json();
        assertTrue(books.path("hold").asBoolean(), books::toString);
        JsonNode compared = shoppers.post("/v1/admin/reconcile").send().json();
        assertTrue(compared.path("compared").asLong() > 0, compared::toString);
        assertEquals(0, compared.path("ahead").asLong(-1), compared::toString);
    }

    private static Reply reserve(ApiClient api, int quantity) {
        return api.post("/v1/reservations")
                .key(UUID.randomUUID().toString())
                .json("{\"lines\":[{\"sku\":\"BEM-CASADO\",\"quantity\":" + quantity + "}]}")
                .send();
    }

    /** By the ports that the process has open, as PostgreSQL sees them. */
    private static int connections(TestDatabase database, PackagedNode node) throws Exception {
        List<String> ports = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT client_port FROM pg_stat_activity WHERE datname = current_database()")) {
            while (rows.next()) {
                ports.add("%04X".formatted(rows.getInt(1)));
            }
        }
        List<String> inodes = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/net/tcp"))) {
            String[] fields = line.strip().split("\\s+", -1);
            if (fields.length > 9
                    && fields[1].contains(":")
                    && ports.contains(fields[1].split(":", 2)[1])) {
                inodes.add("socket:[" + fields[9] + "]");
            }
        }
        int open = 0;
        try (var descriptors = Files.list(Path.of("/proc", Long.toString(node.pid()), "fd"))) {
            for (Path descriptor : descriptors.toList()) {
                try {
                    if (inodes.contains(Files.readSymbolicLink(descriptor).toString())) {
                        open++;
                    }
                } catch (NoSuchFileException e) {
                    assertTrue(e.getFile().startsWith("/proc/"), "closed in the meantime");
                }
            }
        }
        return open;
    }

    private static boolean ready(ApiClient api) {
        return api.get("/health/ready").send().status() == 200;
    }

    private PackagedNode start(String name, String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of("--name=" + name, "--http-port=0", "--memory=128MB"));
        all.addAll(List.of(options));
        return PackagedNode.awaitUp(PackagedNode.launch(Files.createDirectories(directory.resolve(name)), all));
    }
}
