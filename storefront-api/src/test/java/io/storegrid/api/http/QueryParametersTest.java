package io.storegrid.api.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.ProblemException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryParametersTest {

    private static QueryParameters query(String text) {
        return QueryParameters.of(text, "q", "limit", "skus", "sort");
    }

    @Test
    void decodes() {
        assertEquals("pão de mel", query("q=p%C3%A3o+de%20mel&").text("q"));
        assertEquals("a=b", query("q=a=b").text("q"));
        assertNull(query("q=+").text("q"));
        assertNull(QueryParameters.of((String) null, "q").text("q"));
    }

    @Test
    void readsLimitsAndSkusAndChoices() {
        assertEquals(50, query("").limit());
        assertEquals(50, query("limit=").limit());
        assertEquals(200, query("limit=200").limit());
        assertEquals(1, query("limit=001").limit());
        assertEquals(List.of("B", "A"), query("skus=B,A,B").skus());
        assertEquals(List.of(), query("skus=").skus());
        assertEquals(1, query("skus=" + "A,".repeat(199) + "A").skus().size());
        assertEquals(2, query("sort=b").choice("sort", Map.of("a", 1, "b", 2), 0));
        assertEquals(0, query("").choice("sort", Map.of("a", 1), 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x=1",
                "q=%",
                "q=%4",
                "q=%zz",
                "q=%ff",
                "%71%71=1",
                "q=1&q=2",
                "limit=0",
                "limit=201",
                "limit=+5",
                "limit=1e1",
                "limit=٣",
                "skus=,",
                "skus=a/b",
                "sort=c",
                "q=%07"
            })
    void refuses(String text) {
        assertRefused(text);
    }

    @Test
    void countsWhatIsNamedAndNotWhatIsLeft() {
        assertRefused("skus=" + "A,".repeat(200) + "A");
    }

    @Test
    void countsCharactersAndNotTheirHalves() {
        String cake = "%F0%9F%8D%B0";
        assertEquals("\ud83c\udf70".repeat(200), query("q=" + cake.repeat(200)).text("q"));
        assertRefused("q=" + cake.repeat(201));
    }

    private static void assertRefused(String text) {
        ProblemException refusal = assertThrows(ProblemException.class, () -> {
            QueryParameters query = query(text);
            query.text("q");
            query.limit();
            query.skus();
            query.choice("sort", Map.of("a", 1), 0);
        });
        assertEquals(ProblemCode.INVALID_PARAMETER, refusal.problem().code());
    }
}
