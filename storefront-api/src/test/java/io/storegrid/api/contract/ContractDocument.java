package io.storegrid.api.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** {@code openapi.yaml} as it is shipped, its references resolved where they are met. Thread-safe. */
public final class ContractDocument {

    private static final List<String> METHODS = List.of("get", "put", "post", "delete");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final JsonNode root;
    private final List<Operation> operations = new ArrayList<>();
    private final Map<JsonNode, JsonSchema> schemas = new HashMap<>();

    /** One method of one path. */
    public final class Operation {

        private final String method;
        private final String template;
        private final JsonNode node;
        private final List<JsonNode> parameters = new ArrayList<>();

        private Operation(String method, String template, JsonNode path, JsonNode node) {
            this.method = method;
            this.template = template;
            this.node = node;
            path.path("parameters").forEach(parameter -> parameters.add(resolved(parameter)));
            node.path("parameters").forEach(parameter -> parameters.add(resolved(parameter)));
        }

        public String id() {
            return node.get("operationId").asText();
        }

        public String method() {
            return method;
        }

        public String template() {
            return template;
        }

        /** Parameters of the path, the query and the head, resolved. */
        public List<JsonNode> parameters() {
            return parameters;
        }

        /** The body's media types and their schemas; missing when the operation takes none. */
        public JsonNode requestContent() {
            return node.path("requestBody").path("content");
        }

        public boolean bodyRequired() {
            return node.path("requestBody").path("required").asBoolean();
        }

        /** What is documented for {@code status}, resolved; missing when nothing is. */
        JsonNode response(int status) {
            return resolved(node.path("responses").path(Integer.toString(status)));
        }

        /** What the operation itself says of {@code status}: the problem codes, for refusals. */
        String description(int status) {
            return node.path("responses")
                    .path(Integer.toString(status))
                    .path("description")
                    .asText();
        }

        /** Whether {@code path} is one of this operation's. */
        boolean matches(String path) {
            String[] wanted = template.split("/", -1);
            String[] given = path.split("/", -1);
            boolean all = wanted.length == given.length;
            for (int i = 0; all && i < wanted.length; i++) {
                all = wanted[i].startsWith("{") ? !given[i].isEmpty() : wanted[i].equals(given[i]);
            }
            return all;
        }

        @Override
        public String toString() {
            return method + " " + template;
        }
    }

    public ContractDocument() {
        try (InputStream in = Objects.requireNonNull(ContractDocument.class.getResourceAsStream("/openapi.yaml"))) {
            Object loaded = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
            root = MAPPER.valueToTree(loaded);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        root.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    if (METHODS.contains(method.getKey())) {
                        operations.add(new Operation(
                                method.getKey().toUpperCase(Locale.ROOT),
                                path.getKey(),
                                path.getValue(),
                                method.getValue()));
                    }
                }));
    }

    public List<Operation> operations() {
        return operations;
    }

    /** The operation with that id. */
    public Operation operation(String id) {
        return operations.stream()
                .filter(operation -> operation.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** The operation that a request is one of; HEAD is GET's. */
    Optional<Operation> operation(String method, String path) {
        String asked = method.equals("HEAD") ? "GET" : method;
        return operations.stream()
                .filter(operation -> operation.method().equals(asked) && operation.matches(path))
                .findFirst();
    }

    /** {@code node}, or what it refers to. */
    public JsonNode resolved(JsonNode node) {
        JsonNode reference = node.get("$ref");
        return reference == null ? node : resolved(root.at(reference.asText().substring(1)));
    }

    /** A validator for one schema of this document. */
    synchronized JsonSchema validator(JsonNode schema) {
        return schemas.computeIfAbsent(schema, wanted -> {
            // References lead from the root of a schema, so each gets the components that it may refer to.
            ObjectNode whole = wanted.deepCopy();
            whole.set("components", root.get("components"));
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(
                            whole,
                            SchemaValidatorsConfig.builder()
                                    .formatAssertionsEnabled(true)
                                    .losslessNarrowing(false)
                                    .build());
        });
    }
}
