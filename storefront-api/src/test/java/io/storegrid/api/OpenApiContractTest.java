package io.storegrid.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.api.problem.ProblemCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Keeps {@code openapi.yaml} and the live routes equal, in both directions, and the document sound in itself. */
class OpenApiContractTest {

    private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch", "head", "options");
    private static final Pattern PATH_PARAMETER = Pattern.compile("\\{([^}]+)}");
    private static final Pattern CODE = Pattern.compile("`([a-z-]+)`");

    private final Map<String, Object> document = load();

    @Test
    void listsExactlyTheRoutesThatAreServed(@TempDir Path spool) {
        TreeSet<String> documented = new TreeSet<>();
        operations((path, method, operation) -> documented.add(method.toUpperCase(Locale.ROOT) + " " + path));
        try (MemoryNode node = new MemoryNode(spool)) {
            assertEquals(documented, new TreeSet<>(node.api().routes()));
        }
    }

    @Test
    void resolvesEveryReference() {
        List<String> broken = new ArrayList<>();
        references(document, ref -> {
            if (resolve(ref) == null) {
                broken.add(ref);
            }
        });
        assertEquals(List.of(), broken);
    }

    @Test
    void usesEveryComponent() {
        TreeSet<String> used = new TreeSet<>();
        references(document, used::add);
        List<String> unused = new ArrayList<>();
        map(document, "components")
                .forEach((kind, all) -> map(document, "components", kind)
                        .keySet()
                        .forEach(name -> {
                            if (!used.contains("#/components/" + kind + "/" + name)) {
                                unused.add(kind + "/" + name);
                            }
                        }));
        assertEquals(List.of(), unused);
    }

    @Test
    void declaresEveryPathParameter() {
        operations((path, method, operation) -> {
            TreeSet<String> declared = new TreeSet<>();
            parameters(map(document, "paths", path)).forEach(parameter -> add(declared, parameter));
            parameters(operation).forEach(parameter -> add(declared, parameter));
            TreeSet<String> named = new TreeSet<>();
            Matcher matcher = PATH_PARAMETER.matcher(path);
            while (matcher.find()) {
                named.add(matcher.group(1));
            }
            assertEquals(named, declared, path);
        });
    }

    @Test
    void namesEachOperationOnce() {
        List<String> ids = new ArrayList<>();
        operations((path, method, operation) -> ids.add((String) operation.get("operationId")));
        assertEquals(ids.size(), new TreeSet<>(ids).size(), ids::toString);
    }

    @Test
    void listsExactlyTheProblemCodesThereAre() {
        assertEquals(
                Arrays.stream(ProblemCode.values()).map(ProblemCode::code).toList(),
                map(document, "components", "schemas", "ProblemCode").get("enum"));
    }

    @Test
    void putsEveryProblemUnderItsStatus() {
        operations((path, method, operation) -> map(operation, "responses").forEach((status, response) -> {
            if (status.compareTo("400") >= 0 && ((Map<?, ?>) response).containsKey("$ref")) {
                Matcher codes =
                        CODE.matcher((String) Objects.requireNonNull(((Map<?, ?>) response).get("description")));
                int found = 0;
                while (codes.find()) {
                    found++;
                    int of = ProblemCode.of(codes.group(1)).orElseThrow().status();
                    assertEquals(status, Integer.toString(of), path + " " + codes.group());
                }
                assertTrue(found > 0, path + " " + status);
            }
        }));
    }

    @Test
    void describesEverySuccess() {
        operations((path, method, operation) -> {
            assertTrue(operation.containsKey("summary"), path);
            assertTrue(map(operation, "responses").keySet().stream().anyMatch(status -> status.startsWith("2")), path);
        });
    }

    @FunctionalInterface
    private interface OperationVisitor {
        void visit(String path, String method, Map<String, Object> operation);
    }

    private void operations(OperationVisitor visitor) {
        map(document, "paths")
                .keySet()
                .forEach(path -> map(document, "paths", path).keySet().forEach(method -> {
                    if (METHODS.contains(method)) {
                        visitor.visit(path, method, map(document, "paths", path, method));
                    }
                }));
    }

    private List<Map<String, Object>> parameters(Map<String, Object> holder) {
        List<Map<String, Object>> found = new ArrayList<>();
        if (holder.get("parameters") instanceof List<?> list) {
            for (Object entry : list) {
                String ref = (String) Objects.requireNonNull(((Map<?, ?>) entry).get("$ref"));
                found.add(map(document, ref.substring(2).split("/", -1)));
            }
        }
        return found;
    }

    private static void add(Set<String> declared, Map<String, Object> parameter) {
        if ("path".equals(parameter.get("in"))) {
            declared.add((String) Objects.requireNonNull(parameter.get("name")));
        }
    }

    private void references(Object node, Consumer<String> visitor) {
        if (node instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                if ("$ref".equals(key)) {
                    visitor.accept((String) value);
                } else {
                    references(value, visitor);
                }
            });
        } else if (node instanceof List<?> list) {
            list.forEach(item -> references(item, visitor));
        }
    }

    private @Nullable Object resolve(String ref) {
        Object node = document;
        for (String step : ref.substring(2).split("/", -1)) {
            node = node instanceof Map<?, ?> map ? map.get(step) : null;
        }
        return ref.startsWith("#/") ? node : null;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<String, Object> from, String... steps) {
        Map<String, Object> node = from;
        for (String step : steps) {
            node = (Map<String, Object>) Objects.requireNonNull(node.get(step), step);
        }
        return node;
    }

    private static Map<String, Object> load() {
        try (InputStream in = Objects.requireNonNull(OpenApiContractTest.class.getResourceAsStream("/openapi.yaml"))) {
            return new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
