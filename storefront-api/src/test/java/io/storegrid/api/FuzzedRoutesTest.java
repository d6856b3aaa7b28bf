package io.storegrid.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The fuzzer's target says yes to good requests and no to every planted defect. */
class FuzzedRoutesTest {

    private static final byte[] NOTHING = "\n\n\n\n\n\n\n\n".getBytes(UTF_8);

    private final FuzzedRoutes routes = new FuzzedRoutes();

    @Test
    void theSeedOfEveryRouteSucceeds() throws Exception {
        TreeSet<Integer> statuses = new TreeSet<>();
        for (byte[] seed : routes.seeds()) {
            statuses.add(routes.handle(seed));
        }
        assertEquals(new TreeSet<>(List.of(200, 201, 204, 304)), statuses);
    }

    @Test
    void aRefusalIsNoFinding() throws Exception {
        assertEquals(422, plant(ctx -> {
            throw Problem.of(ProblemCode.VALIDATION_FAILED).exception();
        }));
    }

    @Test
    void aDefectOfAParserIsAFinding() {
        assertThrows(NullPointerException.class, () -> plant(ctx -> Objects.requireNonNull(ctx.header("Absent"))));
        assertThrows(
                StackOverflowError.class,
                () -> plant(ctx -> {
                    throw new StackOverflowError();
                }));
    }

    @Test
    void aServerErrorIsAFinding() {
        assertThrows(AssertionError.class, () -> plant(ctx -> ctx.status(500)));
        assertThrows(
                AssertionError.class,
                () -> plant(ctx -> {
                    throw Problem.of(ProblemCode.INTERNAL).exception();
                }));
    }

    @Test
    void aReplyThatIsNoJsonIsAFinding() {
        assertThrows(
                Exception.class,
                () -> plant(ctx -> ctx.contentType("application/json").result("{\"a\":1,\"a\":2}".getBytes(UTF_8))));
    }

    @Test
    void aRefusalWithoutADocumentIsAFinding() {
        assertThrows(AssertionError.class, () -> plant(ctx -> ctx.status(404)));
    }

    private int plant(FuzzedRoutes.Call defect) throws Exception {
        return routes.handle("GET", "/planted", defect, NOTHING);
    }
}
