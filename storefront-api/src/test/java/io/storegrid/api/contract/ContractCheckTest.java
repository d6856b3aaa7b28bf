package io.storegrid.api.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.javalin.Javalin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The check says yes to what is documented and no to every planted lie. */
class ContractCheckTest {

    private static final String INVENTORY = """
            {"sku":"A1","onHand":5,"reserved":1,"available":4,"version":2,"asOf":"2026-11-23T12:00:00.5Z"}""";

    private static final String PROBLEM = """
            {"type":"/problems/inventory-not-found","title":"t","status":404,"detail":"No stock.","instance":"/v1/inventory/A1",
             "code":"inventory-not-found","requestId":"r-1"}""";

    private final ContractCheck check = new ContractCheck(new ContractDocument());

    @Test
    void whatIsDocumentedIsNoFinding() {
        assertEquals(List.of(), findings(200, "application/json", INVENTORY));
        assertEquals(List.of(), findings(404, "application/problem+json", PROBLEM));
    }

    @ParameterizedTest(name = "{2} for {1} under {0}: {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | \"onHand\":5              | \"onHand\":\"5\"            | onHand",
                "200 | \"onHand\":5,             |                             | required",
                "200 | \"sku\":\"A1\"            | \"sku\":\"A 1\"             | pattern",
                "200 | 2026-11-23T12:00:00.5Z    | yesterday                   | date-time",
                "200 | }                         | ,\"sku\":\"A1\"}            | no JSON",
                "200 | }                         | } {}                        | no JSON",
                "404 | \"status\":404            | \"status\":400              | status",
                "404 | \"inventory-not-found\"   | \"product-not-found\"       | not documented",
                "404 | \"r-1\"                   | \"r-2\"                     | request id",
                "404 | No stock.                 | java.lang.NullPointerException | detail",
            })
    void aPlantedLieInABodyIsFound(int status, String there, String instead, String found) {
        String type = status == 200 ? "application/json" : "application/problem+json";
        String lie = (status == 200 ? INVENTORY : PROBLEM).replace(there, instead == null ? "" : instead);
        List<String> findings = findings(status, type, lie);
        assertTrue(String.join("; ", findings).contains(found), findings::toString);
    }

    @ParameterizedTest(name = "{0} as {1}: {2}")
    @CsvSource({
        "500, application/problem+json, status 500",
        "503, application/problem+json, no retry-after",
        "202, application/json, not documented",
        "200, text/html, content type",
        "404, application/json, content type",
        "304, application/json, a body"
    })
    void aPlantedStatusOrMediaTypeIsFound(int status, String type, String found) {
        List<String> findings = findings(status, type, INVENTORY);
        assertTrue(String.join("; ", findings).contains(found), findings::toString);
    }

    @Test
    void aMissingHeaderIsFound() {
        for (String header : List.of("x-request-id", "x-served-by", "etag", "cache-control")) {
            Map<String, List<String>> headers = headers("application/json");
            headers.remove(header);
            List<String> findings = check.findings(request(), new WireReply(200, headers, INVENTORY.getBytes(UTF_8)));
            assertFalse(findings.isEmpty(), header);
        }
    }

    @Test
    void aNodeThatAnswersOtherwiseIsFoundOut() throws Exception {
        Javalin liar = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.routes.before(ctx -> ctx.header("X-Request-Id", "r-1")
                    .header("X-Served-By", "liar")
                    .header("Cache-Control", "no-store"));
            config.routes.get("/health/live", ctx -> ctx.status(500));
            config.routes.get(
                    "/v1/categories",
                    ctx -> ctx.status(203).contentType("application/json").result("{\"items\":[]}"));
            config.routes.get(
                    "/v1/admin/topology",
                    ctx -> ctx.contentType("application/json").result("{\"version\":1}"));
        });
        liar.start(0);
        try {
            ContractDrive drive = new ContractDrive(liar.port(), 1);
            drive.run(1, 2_000, System.nanoTime() + TimeUnit.SECONDS.toNanos(10));
            String findings = String.join("\n", drive.findings());
            assertTrue(findings.contains("GET /health/live: status #"), findings);
            assertTrue(findings.contains("GET /v1/categories: status # is not documented"), findings);
            assertTrue(findings.contains("accepted: query"), findings);
        } finally {
            liar.stop();
        }
    }

    private List<String> findings(int status, String type, String body) {
        return check.findings(request(), new WireReply(status, headers(type), body.getBytes(UTF_8)));
    }

    private static WireRequest request() {
        return new WireRequest("GET", "/v1/inventory/A1", List.of(), new byte[0], false);
    }

    private static Map<String, List<String>> headers(String type) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        headers.put("content-type", List.of(type));
        headers.put("x-request-id", List.of("r-1"));
        headers.put("x-served-by", List.of("node-one"));
        headers.put("etag", List.of("\"2\""));
        headers.put("cache-control", List.of("no-store"));
        return headers;
    }
}
