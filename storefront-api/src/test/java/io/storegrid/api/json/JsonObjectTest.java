package io.storegrid.api.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonObjectTest {

    private final FieldErrors errors = new FieldErrors();

    private JsonObject object(String text) throws MalformedJson {
        return JsonObject.of(StrictJson.parse(text.getBytes(StandardCharsets.UTF_8)), errors);
    }

    private List<String> pointers() {
        return errors.list().stream().map(FieldErrors.FieldError::pointer).toList();
    }

    @Test
    void takesWhatIsThere() throws MalformedJson {
        JsonObject object = object(
                "{\"s\":\"olá\",\"n\":7,\"o\":{\"x\":1},\"l\":[{\"y\":2}],\"t\":[\"a\"],\"m\":{\"k\":\"v\"},\"p\":\"a\\nb\"}");
        assertEquals("olá", object.line("s", 1, 3));
        assertEquals(7, object.integer("n", 1, 7));
        JsonObject inner = object.object("o");
        assertEquals(1, inner.integer("x", 0, 1));
        inner.done();
        assertEquals(2, object.objects("l", 1, 1).get(0).integer("y", 0, 9));
        assertEquals(List.of("a"), object.optionalLines("t", 1, 1));
        assertEquals(Map.of("k", "v"), object.optionalTexts("m", 1, 1, 1));
        assertEquals("a\nb", object.optionalProse("p", 9));
        object.done();
        assertEquals(List.of(), pointers());
    }

    @Test
    void treatsNullAndAbsentAlike() throws MalformedJson {
        JsonObject object = object("{\"a\":null,\"b\":null}");
        assertNull(object.optionalLine("a", 1, 9));
        assertNull(object.optionalLine("c", 1, 9));
        assertEquals(5, object.optionalInteger("b", 1, 9, 5));
        assertEquals(0, object.integer("a", 0, 9));
        object.done();
        assertEquals(List.of("/a"), pointers());
    }

    @Test
    void notesEveryErrorWithItsPointer() throws MalformedJson {
        JsonObject object = object("{\"l\":[{\"q\":0},7,{\"q\":\"1\",\"r\":1}],\"t\":[1,\"\"],\"x~/y\":1}");
        for (JsonObject line : object.objects("l", 1, 5)) {
            line.integer("q", 1, 9);
            line.done();
        }
        object.optionalLines("t", 5, 5);
        object.line("s", 1, 2);
        object.done();
        assertEquals(List.of("/l/1", "/l/0/q", "/l/2/q", "/l/2/r", "/t/0", "/t/1", "/s", "/x~0~1y"), pointers());
    }

    @ParameterizedTest(name = "{0} is refused")
    @CsvSource({"\\u0000", "a\\u007fb", "\\ud800", "\\udc00x", "\\ud800\\ud800", "a\\nb", "\\u0085"})
    void refusesTextThatCannotBeKept(String escaped) throws MalformedJson {
        object("{\"a\":\"" + escaped + "\"}").line("a", 1, 99);
        assertEquals(List.of("/a"), pointers());
    }

    @Test
    void countsCharactersNotHalves() throws MalformedJson {
        assertEquals("🍫🍫", object("{\"a\":\"🍫🍫\"}").line("a", 1, 2));
        assertEquals(List.of(), pointers());
    }

    @Test
    void keepsABoundedNumberOfErrors() throws MalformedJson {
        StringBuilder many = new StringBuilder("{\"a0\":1");
        for (int i = 1; i < 300; i++) {
            many.append(",\"a").append(i).append("\":1");
        }
        object(many + "}").done();
        assertEquals(FieldErrors.KEPT_MAX, errors.list().size());
    }
}
