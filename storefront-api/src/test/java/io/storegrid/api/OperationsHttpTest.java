package io.storegrid.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.api.ApiClient.Reply;
import io.storegrid.api.problem.ProblemCode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Health, metrics, documents and the operator's routes over HTTP. */
class OperationsHttpTest extends HttpFixture {

    @Test
    void tellsHealth() {
        assertStatus(200, api.get("/health/live").send());
        Reply ready = assertStatus(200, api.get("/health/ready").send());
        assertTrue(ready.json().get("ready").asBoolean());
        node.operations().degraded(true);
        assertTrue(assertStatus(200, api.get("/health/ready").send())
                .json()
                .get("degraded")
                .asBoolean());
        assertStatus(202, api.post("/v1/admin/drain").send());
        Reply draining = assertStatus(503, api.get("/health/ready").send());
        assertEquals("1", draining.header("Retry-After").orElse(""));
        assertEquals("notDraining", draining.json().at("/checks/1/name").asText());
        assertTrue(!draining.json().at("/checks/1/holds").asBoolean());
        assertStatus(200, api.get("/health/live").send());
    }

    @Test
    void countsRequestsByRoute() {
        assertStatus(404, api.get("/v1/products/NONE1").send());
        assertStatus(404, api.get("/v1/products/NONE2").send());
        assertStatus(404, api.get("/nowhere/at/all").send());
        assertStatus(201, api.post("/v1/carts").json("{}").send());
        Reply metrics = assertStatus(200, api.get("/metrics").send());
        assertTrue(metrics.header("Content-Type").orElse("").startsWith("text/plain"), metrics::toString);
        String text = metrics.body();
        assertTrue(
                text.contains(
                        "http_server_requests_seconds_count{method=\"GET\",route=\"/v1/products/{sku}\",status=\"404\"} 2"),
                text);
        assertTrue(text.contains("route=\"unmatched\",status=\"404\"} 1"), text);
        assertTrue(text.contains("route=\"/v1/carts\",status=\"201\",le=\"0.005\"}"), text);
        assertTrue(text.contains("http_server_requests_in_flight 1.0"), text);
        assertTrue(text.contains("http_server_request_body_bytes_sum 2.0"), text);
        assertTrue(!text.contains("NONE1"), text);
    }

    @Test
    void servesTheContractAndItsPage() {
        Reply contract = assertStatus(200, api.get("/openapi.yaml").send());
        assertTrue(contract.body().startsWith("openapi: 3.1"));
        Reply page = assertStatus(200, api.get("/docs").send());
        assertTrue(page.header("Content-Security-Policy").orElse("").contains("script-src 'self'"));
        assertTrue(!page.body().contains("http://") && !page.body().contains("https://"), page.body());
        for (String file : page.body().split("\"", -1)) {
            if (file.startsWith("/")) {
                assertStatus(200, api.get(file).send());
            }
        }
        assertProblem(ProblemCode.ROUTE_NOT_FOUND, api.get("/docs/nothing.js").send());
    }

    @ParameterizedTest
    @EnumSource(ProblemCode.class)
    void hasAPageForEveryProblem(ProblemCode code) {
        Reply json = assertStatus(200, api.get(code.type()).send());
        assertEquals(code.code(), json.json().get("code").asText());
        Reply html = assertStatus(
                200, api.get(code.type()).header("Accept", "text/html,*/*").send());
        assertTrue(html.body().contains("<h1>" + code.title() + "</h1>"));
    }

    @Test
    void hasNoPageForOtherCodes() {
        assertProblem(ProblemCode.ROUTE_NOT_FOUND, api.get("/problems/nonsense").send());
    }

    @Test
    void answersOperators() {
        Reply topology = assertStatus(200, api.get("/v1/admin/topology").send());
        assertEquals("node one", topology.json().at("/nodes/0/name").asText());
        assertEquals(1024, topology.json().at("/nodes/0/primaryPartitions").asInt());
        Reply affinity = assertStatus(200, api.get("/v1/admin/affinity/A1").send());
        assertEquals("node one", affinity.json().get("primary").asText());
        assertProblem(
                ProblemCode.INVALID_PARAMETER,
                api.get("/v1/admin/affinity/a%20b").send());
        assertEquals(
                1,
                assertStatus(200, api.post("/v1/admin/reconcile").send())
                        .json()
                        .get("repaired")
                        .asInt());
        assertTrue(assertStatus(200, api.get("/v1/admin/invariants").send())
                .json()
                .get("hold")
                .asBoolean());
    }

    /** Whoever is still sending when a node stops is told to repeat it elsewhere, not that they were too slow. */
    @Test
    void aRequestThatAStopCutsOffIsToBeRepeated(@TempDir Path spool) throws Exception {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(20_000);
            try (MemoryNode leaving = new MemoryNode(spool)) {
                socket.connect(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), leaving.api().port()));
                String head =
                        "POST /v1/carts HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{";
                socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                // By then it is being read.
                for (int i = 0; i < 20; i++) {
                    assertStatus(200, leaving.client().get("/health/live").send());
                }
            }
            String reply = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(reply.startsWith("HTTP/1.1 503 ") && reply.contains("\"code\":\"draining\""), reply);
            assertTrue(reply.contains("Retry-After: "), reply);
        }
    }
}
