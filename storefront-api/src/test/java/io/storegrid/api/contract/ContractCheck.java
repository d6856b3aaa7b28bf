package io.storegrid.api.contract;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.storegrid.api.contract.ContractDocument.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Holds replies against the document: what a reply has and the document does not say is a finding. Thread-safe. */
public final class ContractCheck {

    /** What answers a path or method that the document does not have. */
    private static final Set<Integer> UNDOCUMENTED = Set.of(400, 404, 405, 414, 431);

    private static final String PROBLEM = "application/problem+json";
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final ContractDocument document;

    public ContractCheck(ContractDocument document) {
        this.document = document;
    }

    /** All that {@code reply} to {@code request} has against it; empty when it is as documented. */
    public List<String> findings(WireRequest request, WireReply reply) {
        List<String> findings = new ArrayList<>();
        int status = reply.status();
        if (status >= 500) {
            findings.add("status " + status);
        }
        for (String mark : List.of("x-request-id", "x-served-by")) {
            if (reply.header(mark).isEmpty()) {
                findings.add("no " + mark);
            }
        }
        if ((status == 429 || status == 503) && reply.header("retry-after").isEmpty()) {
            findings.add("no retry-after");
        }
        boolean head = request.method().equals("HEAD");
        Optional<Operation> operation = document.operation(request.method(), request.path());
        if (operation.isEmpty()) {
            checkUndocumented(reply, head, findings);
        } else {
            checkDocumented(operation.get(), reply, head, findings);
        }
        return findings;
    }

    private void checkUndocumented(WireReply reply, boolean head, List<String> findings) {
        int status = reply.status();
        if (!UNDOCUMENTED.contains(status)) {
            findings.add("status " + status + " where nothing is documented");
        }
        if (status == 405 && reply.header("allow").orElse("").isEmpty()) {
            findings.add("405 without Allow");
        }
        if (!mediaType(reply).equals(PROBLEM)) {
            findings.add("a refusal as " + mediaType(reply));
        } else if (!head) {
            JsonNode body = json(reply, findings);
            if (body != null) {
                checkProblem(body, reply, findings);
            }
        }
    }

    private void checkDocumented(Operation operation, WireReply reply, boolean head, List<String> findings) {
        int status = reply.status();
        JsonNode documented = operation.response(status);
        if (documented.isMissingNode()) {
            findings.add("status " + status + " is not documented for " + operation);
            return;
        }
        documented
                .path("headers")
                .properties()
                .forEach(header -> checkHeader(header.getKey(), document.resolved(header.getValue()), reply, findings));
        JsonNode content = documented.path("content");
        if (content.isMissingNode()) {
            if (reply.body().length > 0) {
                findings.add("a body where none is documented");
            }
            return;
        }
        String type = mediaType(reply);
        JsonNode media = content.has(type) ? content.get(type) : content.path("*/*");
        if (media.isMissingNode()) {
            findings.add("content type '" + type + "' is not documented for " + operation + " " + status);
            return;
        }
        if (head) {
            return;
        }
        if (type.endsWith("json")) {
            JsonNode body = json(reply, findings);
            if (body == null) {
                return;
            }
            document.validator(media.get("schema"))
                    .validate(body)
                    .forEach(message -> findings.add("body: " + message.getMessage()));
            if (type.equals(PROBLEM)) {
                checkProblem(body, reply, findings);
                String code = body.path("code").asText();
                if (!operation.description(status).contains("`" + code + "`")) {
                    findings.add("code " + code + " is not documented for " + operation + " " + status);
                }
            }
        }
    }

    private void checkHeader(String name, JsonNode header, WireReply reply, List<String> findings) {
        Optional<String> value = reply.header(name.toLowerCase(Locale.ROOT));
        if (value.isEmpty()) {
            if (header.path("required").asBoolean()) {
                findings.add("no " + name);
            }
            return;
        }
        JsonNode schema = header.path("schema");
        boolean digits =
                schema.path("type").asText().equals("integer") && value.get().matches("[0-9]{1,9}");
        JsonNode given = digits ? IntNode.valueOf(Integer.parseInt(value.get())) : TextNode.valueOf(value.get());
        document.validator(schema).validate(given).forEach(message -> findings.add(name + ": " + message.getMessage()));
    }

    private static void checkProblem(JsonNode body, WireReply reply, List<String> findings) {
        if (body.path("status").asInt() != reply.status()) {
            findings.add("a problem of status " + body.path("status") + " under " + reply.status());
        }
        String code = body.path("code").asText();
        if (!body.path("type").asText().equals("/problems/" + code)) {
            findings.add("a problem of type " + body.path("type"));
        }
        if (!body.path("requestId").asText().equals(reply.header("x-request-id").orElse(""))) {
            findings.add("another request id in the document");
        }
        String detail = body.path("detail").asText();
        if (detail.isBlank() || detail.contains("Exception") || detail.contains("\tat ")) {
            findings.add("detail: " + detail);
        }
    }

    private static @Nullable JsonNode json(WireReply reply, List<String> findings) {
        try {
            return STRICT.readTree(reply.body());
        } catch (IOException e) {
            findings.add("no JSON: " + e.getMessage());
            return null;
        }
    }

    private static String mediaType(WireReply reply) {
        String type = reply.header("content-type").orElse("");
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).trim();
    }
}
