package io.storegrid.api;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever the bytes of a request are, they are parsed or refused: {@link FuzzedRoutes} under Jazzer, which looks at the
 * branches taken to find bytes that lead somewhere new. Its seed is printed ({@code INFO: Seed}); what it finds is written
 * beside the seeds of this test and is tried first from then on.
 *
 * <p>One target for all routes, because one JVM can fuzz one.
 */
class RequestFuzzTest {

    private static final FuzzedRoutes ROUTES = new FuzzedRoutes();

    @DictionaryEntries({
        "null",
        "true",
        "1e3",
        "1.0",
        "-0",
        "9223372036854775808",
        "\\u0000",
        "\\ud800",
        "\\udc00",
        "\"lines\":[",
        "\"quantity\":",
        "\"sku\":",
        "\"ttlSeconds\":",
        "\"attributes\":{",
        "\"mediaUrls\":[",
        "\"onHand\":",
        "%00",
        "%C3",
        "cursor=",
        "limit=200",
        "sort=title",
        "sort=price",
        "&&",
        "W/\"",
        "*",
        "application/json",
        "charset="
    })
    @MethodSource("seeds")
    @FuzzTest
    void isParsedOrRefused(byte[] request) throws Exception {
        ROUTES.handle(request);
    }

    static Stream<byte[]> seeds() {
        return ROUTES.seeds().stream();
    }
}
