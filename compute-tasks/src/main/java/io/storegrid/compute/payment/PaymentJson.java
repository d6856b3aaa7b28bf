package io.storegrid.compute.payment;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.storegrid.compute.payment.PaymentAnswer.Result;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.Money;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The protocol's messages as JSON in UTF-8 (docs/payments.md). Unknown members are skipped, wrong ones refused. */
final class PaymentJson {

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private static final int REASON_LENGTH_MAX = 200;

    private PaymentJson() {}

    /** All but the reference, which stands in the path. */
    static byte[] write(PaymentRequest request) {
        ObjectNode json = JSON.createObjectNode();
        json.put("orderId", request.orderId());
        json.put("method", request.method());
        write(json, "amount", request.amount());
        if (request.callbackUrl() != null) {
            json.put("callbackUrl", request.callbackUrl().toString());
        }
        return bytes(json);
    }

    static PaymentRequest readRequest(String reference, byte[] body) throws IOException {
        JsonNode json = object(body);
        try {
            String callback = text(json, "callbackUrl");
            return new PaymentRequest(
                    reference,
                    needed(json, "orderId"),
                    needed(json, "method"),
                    amount(json),
                    callback == null ? null : URI.create(callback));
        } catch (InvariantViolation | IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    static byte[] write(PaymentAnswer answer) {
        ObjectNode json = JSON.createObjectNode();
        json.put("result", answer.result().name());
        write(json, "amount", answer.amount());
        json.put("reason", answer.reason());
        return bytes(json);
    }

    /** @throws IOException when the body is no answer to that question */
    static PaymentAnswer readAnswer(PaymentOperation operation, PaymentRequest request, byte[] body)
            throws IOException {
        JsonNode json = object(body);
        String word = needed(json, "result");
        Result result = Arrays.stream(Result.values())
                .filter(known -> known.name().equals(word) && operation.canEndIn(known))
                .findFirst()
                .orElseThrow(() -> new IOException("a result that is none of this operation's"));
        String reason = text(json, "reason");
        String shortReason = reason == null ? "" : reason.substring(0, Math.min(reason.length(), REASON_LENGTH_MAX));
        if (result != Result.APPROVED && result != Result.REFUNDED) {
            return PaymentAnswer.without(result, request.amount().currency(), shortReason);
        }
        try {
            return new PaymentAnswer(result, amount(json), shortReason);
        } catch (InvariantViolation e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** What a provider posts when it knows an answer later. */
    static byte[] writeCallback(String reference, Result result, Money amount) {
        ObjectNode json = JSON.createObjectNode();
        json.put("reference", reference);
        json.put("result", result.name());
        write(json, "amount", amount);
        return bytes(json);
    }

    static ObjectNode newObject() {
        return JSON.createObjectNode();
    }

    static ArrayNode newArray() {
        return JSON.createArrayNode();
    }

    static void write(ObjectNode json, String name, Money amount) {
        json.putObject(name).put("amountMinor", amount.amountMinor()).put("currency", amount.currency());
    }

    static byte[] bytes(JsonNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode object(byte[] body) throws IOException {
        JsonNode json = JSON.readTree(body);
        if (json == null || !json.isObject()) {
            throw new IOException("not a JSON object");
        }
        return json;
    }

    private static Money amount(JsonNode json) throws IOException {
        JsonNode minor = json.path("amount").path("amountMinor");
        JsonNode currency = json.path("amount").path("currency");
        if (!minor.isIntegralNumber() || !minor.canConvertToLong() || minor.longValue() < 0 || !currency.isTextual()) {
            throw new IOException("no amount in minor units of a currency");
        }
        return new Money(minor.longValue(), currency.textValue());
    }

    private static String needed(JsonNode json, String name) throws IOException {
        String text = text(json, name);
        if (text == null) {
            throw new IOException("no " + name);
        }
        return text;
    }

    private static @Nullable String text(JsonNode json, String name) throws IOException {
        JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw new IOException(name + " is not a text");
        }
        return value.textValue();
    }
}
