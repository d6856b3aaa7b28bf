package io.storegrid.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.storegrid.api.ApiClient.Reply;
import io.storegrid.api.json.JsonText;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ledger over HTTP: pages of it, the stock as it was, its verification. */
class LedgerHttpTest extends HttpFixture {

    private static final String FIRST = JsonText.time(MemoryStore.FIRST_ENTRY_MICROS);
    private static final String BEFORE = JsonText.time(MemoryStore.FIRST_ENTRY_MICROS - 1);

    /** Stock of five versions. */
    private void five() throws Exception {
        stocked("A1", 10);
        for (int i = 0; i < 4; i++) {
            assertStatus(
                    201,
                    api.post("/v1/inventory/A1/adjustments")
                            .key()
                            .json("{\"delta\":1,\"reason\":\"mais\"}")
                            .send());
        }
    }

    @Test
    void pagesGoBackToTheFirstEntry() throws Exception {
        five();
        List<Long> versions = new ArrayList<>();
        String path = "/v1/inventory/A1/ledger?limit=2";
        while (!path.isEmpty()) {
            JsonNode page = assertStatus(200, api.get(path).send()).json();
            assertEquals("A1", page.path("sku").asText());
            assertEquals(5, page.at("/head/version").asLong());
            assertEquals(64, page.at("/head/hash").asText().length());
            assertEquals(2, page.at("/page/limit").asInt());
            page.path("items").forEach(item -> versions.add(item.path("version").asLong()));
            String next = page.at("/page/nextCursor").asText();
            path = next.isEmpty() ? "" : "/v1/inventory/A1/ledger?limit=2&cursor=" + next;
        }
        assertEquals(List.of(5L, 4L, 3L, 2L, 1L), versions);
        JsonNode newest = assertStatus(200, api.get("/v1/inventory/A1/ledger").send())
                .json()
                .at("/items/0");
        assertEquals(14, newest.path("onHand").asLong(), newest::toString);
        assertEquals("ADJUSTED", newest.path("reason").asText());
        assertEquals(FIRST, newest.path("at").asText());
    }

    @Test
    void aCursorIsOfOneSku() throws Exception {
        five();
        stocked("B1", 1);
        String cursor = assertStatus(
                        200, api.get("/v1/inventory/A1/ledger?limit=2").send())
                .json()
                .at("/page/nextCursor")
                .asText();
        assertFalse(cursor.isEmpty());
        assertProblem(
                ProblemCode.INVALID_CURSOR,
                api.get("/v1/inventory/B1/ledger?cursor=" + cursor).send());
        assertProblem(
                ProblemCode.INVALID_CURSOR,
                api.get("/v1/products?cursor=" + cursor).send());
        assertProblem(
                ProblemCode.INVALID_PARAMETER,
                api.get("/v1/inventory/A1/ledger?limit=201").send());
        assertProblem(
                ProblemCode.INVENTORY_NOT_FOUND,
                api.get("/v1/inventory/NADA/ledger").send());
        assertProblem(
                ProblemCode.INVENTORY_NOT_FOUND,
                api.get("/v1/inventory/a%20b/ledger").send());
    }

    @Test
    void showsTheStockAsItWas() throws Exception {
        stocked("A1", 10);
        Reply then = assertStatus(200, api.get("/v1/inventory/A1?at=" + FIRST).send());
        assertEquals(10, then.json().path("onHand").asLong());
        assertEquals(FIRST, then.json().path("asOf").asText());
        assertStatus(
                200, api.get("/v1/inventory/A1?at=2026-08-30T18:00:00%2B02:00").send());
        assertProblem(
                ProblemCode.INVENTORY_NOT_FOUND,
                api.get("/v1/inventory/A1?at=" + BEFORE).send());
        assertProblem(
                ProblemCode.INVENTORY_NOT_FOUND,
                api.get("/v1/inventory/NADA?at=" + FIRST).send());
        assertProblem(
                ProblemCode.INVENTORY_NOT_FOUND,
                api.get("/v1/inventory/a%20b?at=" + FIRST).send());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "yesterday",
                "2026-01-01",
                "2026-01-01T00:00Z",
                "2026-02-30T00:00:00Z",
                "2026-01-01T24:00:01Z",
                "2026-01-01T00:00:00",
                "2026-01-01T00:00:00+02:00",
                "1790000000",
                "2999-01-01T00:00:00Z",
                "2026-01-01T00:00:00Z&consistency=fresh",
                "2026-01-01T00:00:00Z&consistency=cached"
            })
    void refusesWhatIsNoMomentOfThePast(String at) throws Exception {
        stocked("A1", 10);
        assertProblem(
                ProblemCode.INVALID_PARAMETER,
                api.get("/v1/inventory/A1?at=" + at).send());
    }

    @Test
    void tellsThatTheStoreIsAway() throws Exception {
        stocked("A1", 10);
        node.store().failsWith(new Fault(FaultCode.STORE_UNAVAILABLE, "away"));
        assertProblem(
                ProblemCode.STORE_UNAVAILABLE,
                api.get("/v1/inventory/A1/ledger").send());
        assertProblem(
                ProblemCode.STORE_UNAVAILABLE,
                api.get("/v1/inventory/A1?at=" + FIRST).send());
    }

    @Test
    void verifiesAllOrOne() throws Exception {
        JsonNode all =
                assertStatus(200, api.post("/v1/admin/ledger/verify").send()).json();
        assertFalse(all.path("verified").asBoolean(true), all::toString);
        assertEquals("A1", all.at("/problems/0/sku").asText());
        assertEquals(3, all.at("/problems/0/version").asLong());
        JsonNode one = assertStatus(
                        200, api.post("/v1/admin/ledger/verify?sku=B1").send())
                .json();
        assertTrue(one.path("verified").asBoolean(), one::toString);
        assertEquals(7, one.path("entries").asLong());
        assertEquals(64, one.path("heads").asText().length());
        assertProblem(
                ProblemCode.INVENTORY_NOT_FOUND,
                api.post("/v1/admin/ledger/verify?sku=NADA").send());
        assertProblem(
                ProblemCode.INVALID_PARAMETER,
                api.post("/v1/admin/ledger/verify?sku=a%20b").send());
    }
}
