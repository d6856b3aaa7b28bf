package io.storegrid.api.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.storegrid.api.contract.ContractDocument.Operation;
import io.storegrid.api.contract.WireRequest.Header;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes requests out of the document: good ones of every operation, and good ones with one thing wrong or odd. The same seed
 * and the same replies make the same requests. For one thread.
 */
final class RequestMaker {

    /** What the document promises about the answer. */
    enum Promise {
        /** All that the document asks for is there: not refused for its form. */
        WELL_FORMED,
        /** Something is there that the document rules out: refused. */
        REFUSED,
        /** Odd, and the document leaves open what comes of it. */
        OPEN
    }

    /** @param twist what is wrong or odd; empty when nothing is */
    record Made(Operation operation, WireRequest request, Promise promise, String twist) {}

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** End the node, have no end themselves, or take one of two members: they have tests of their own. */
    static final TreeSet<String> LEFT_OUT = new TreeSet<>(List.of("drain", "streamInventory", "redeliver"));

    /** Work for the whole grid; now and then is enough. */
    private static final TreeSet<String> SELDOM = new TreeSet<>(List.of(
            "reconcile", "verifyLedger", "checkInvariants", "docs", "docsFile", "contract", "metrics", "showTopology"));

    private static final int SELDOM_EVERY = 12;
    private static final int TWISTED_OF_100 = 55;
    private static final int BODY_BYTES_MAX = 1 << 20;
    private static final Pattern CLASS = Pattern.compile("\\^\\[([^]]+)](?:\\{(\\d+)(?:,(\\d+))?}|\\+)\\$");
    private static final List<String> WORDS = List.of(
            "Brigadeiro",
            "maçã",
            "coco",
            "pão de mel",
            "ﬁno",
            "日本語",
            "한국어 과자",
            "🍰🍫",
            "e\u0301clair",
            "İstanbul",
            "ß",
            "עוגה",
            "\u200bzero",
            "\ufdfa",
            "'; DROP TABLE product; --",
            "<b>&amp;</b>",
            "%s%n",
            "\\",
            "/",
            "~0~1",
            "null");

    private final ContractDocument document;
    private final Random random;
    /** Of the payment that the request at hand is about. */
    private String reference = "nobodys-reference";

    private final Known known;
    private final String prefix;
    private int made;

    /** @param prefix of the SKUs and keys that this maker invents */
    RequestMaker(ContractDocument document, Random random, Known known, String prefix) {
        this.document = document;
        this.random = random;
        this.known = known;
        this.prefix = prefix;
    }

    /** A request in the making; the twists change it before it is put on the wire. */
    private static final class Draft {
        String method = "";
        final Map<String, String> path = new LinkedHashMap<>();
        final List<String> query = new ArrayList<>();
        final List<Header> headers = new ArrayList<>();
        byte[] body = new byte[0];
        boolean chunked;

        @Nullable
        JsonNode json;

        JsonNode schema = JSON.missingNode();
        Promise promise = Promise.WELL_FORMED;
        String twist = "";

        void twisted(String how, Promise now) {
            twist = how;
            promise = now;
        }

        void replace(String name, @Nullable String value) {
            headers.removeIf(header -> header.name().equals(name));
            if (value != null) {
                headers.add(new Header(name, value));
            }
        }

        boolean has(String name) {
            return headers.stream().anyMatch(header -> header.name().equals(name));
        }

        void text(String text) {
            body = text.getBytes(UTF_8);
        }
    }

    Made next() {
        return next(TWISTED_OF_100);
    }

    /** A request with nothing wrong in its form. */
    Made nextGood() {
        return next(0);
    }

    private Made next(int twistedOf100) {
        made++;
        Operation operation = operation();
        Draft draft = draft(operation);
        if (random.nextInt(100) < twistedOf100) {
            twist(operation, draft);
        }
        String target = operation.template();
        for (Map.Entry<String, String> parameter : draft.path.entrySet()) {
            target = target.replace("{" + parameter.getKey() + "}", parameter.getValue());
        }
        if (!draft.query.isEmpty()) {
            target += "?" + String.join("&", draft.query);
        }
        WireRequest request = new WireRequest(draft.method, target, draft.headers, draft.body, draft.chunked);
        return new Made(operation, request, draft.promise, draft.twist);
    }

    private Operation operation() {
        while (true) {
            Operation operation = pick(document.operations());
            boolean skipped = LEFT_OUT.contains(operation.id())
                    || (SELDOM.contains(operation.id()) && random.nextInt(SELDOM_EVERY) != 0);
            if (!skipped) {
                return operation;
            }
        }
    }

    private Draft draft(Operation operation) {
        Draft draft = new Draft();
        draft.method = operation.method();
        for (JsonNode parameter : operation.parameters()) {
            String name = parameter.get("name").asText();
            switch (parameter.get("in").asText()) {
                case "path" -> draft.path.put(name, encoded(pathValue(operation, name)));
                case "query" -> {
                    if (parameter.path("required").asBoolean() || random.nextInt(3) == 0) {
                        addQuery(draft, name, parameter.get("schema"));
                    }
                }
                default -> addHeader(operation, draft, name, parameter);
            }
        }
        if (operation.id().equals("listProducts") && random.nextInt(3) == 0) {
            goOn(draft);
        }
        if (operation.id().equals("showInventory") && draft.query.isEmpty() && random.nextInt(6) == 0) {
            draft.query.add("at=" + pick(List.of("2019-12-31T23:59:59.123456Z", "2020-02-29T00:00:00-03:00")));
        }
        addBody(operation, draft);
        return draft;
    }

    private static String kind(String template) {
        if (template.startsWith("/v1/carts")) {
            return "cart";
        } else if (template.startsWith("/v1/orders")) {
            return "ord";
        } else if (template.startsWith("/v1/webhooks")) {
            return "whk";
        }
        return template.startsWith("/v1/imports") ? "imp" : "rsv";
    }

    private String pathValue(Operation operation, String name) {
        if (name.equals("sku")) {
            boolean fresh = random.nextInt(8) == 0;
            String sku = known.any("sku");
            return fresh || sku == null ? prefix + "-" + random.nextInt(400) : sku;
        }
        if (name.equals("code")) {
            return pick(List.of("no-quorum", "insufficient-stock", "internal", "no-such-code"));
        }
        if (name.equals("file")) {
            return pick(List.of("swagger-ui.css", "init.js", "favicon-32x32.png", "nothing.js"));
        }
        if (operation.template().startsWith("/v1/customers")) {
            return Objects.requireNonNullElse(known.any("customer"), "ana");
        }
        if (operation.id().equals("recordPayment")) {
            String payment = known.any("payment");
            if (payment != null && random.nextInt(15) > 0) {
                reference = payment.substring(payment.indexOf(' ') + 1);
                return payment.substring(0, payment.indexOf(' '));
            }
        }
        String kind = kind(operation.template());
        String id = switch (operation.id()) {
            case "checkout" -> known.any("full") == null ? known.any("cart") : known.any("full");
            case "fulfilOrder" -> known.any("CONFIRMED");
            case "cancelOrder" -> random.nextInt(3) == 0 ? known.any("CONFIRMED") : known.any(kind);
            case "deliverOrder" -> known.any("FULFILLED");
            default -> known.any(kind);
        };
        return id == null || random.nextInt(15) == 0
                ? kind + "_" + "0".repeat(kind.equals("rsv") || kind.equals("ord") ? 36 : 32)
                : id;
    }

    private void addQuery(Draft draft, String name, JsonNode schema) {
        JsonNode type = document.resolved(schema);
        if (name.equals("cursor") || name.equals("at")) {
            return;
        }
        String value;
        if (name.equals("skus")) {
            List<String> skus = new ArrayList<>();
            int count = random.nextInt(20) == 0 ? 200 : 1 + random.nextInt(4);
            while (skus.size() < count) {
                skus.add(Objects.requireNonNullElse(known.any("sku"), prefix) + (count > 5 ? skus.size() : ""));
            }
            value = String.join(
                    ",",
                    skus.stream()
                            .map(sku -> sku.substring(0, Math.min(20, sku.length())))
                            .toList());
        } else if (name.equals("category")) {
            value = Objects.requireNonNullElse(known.any("category"), "Docinhos");
        } else {
            value = valid(type, name, 0).asText();
        }
        draft.query.add(name + "=" + encoded(value));
    }

    /** Goes on where a page ended. */
    private void goOn(Draft draft) {
        String page = known.any("page");
        if (page == null) {
            return;
        }
        String[] parts = page.split("\n", 2);
        draft.query.clear();
        int from = parts[0].indexOf('?');
        for (String pair :
                from < 0 ? new String[0] : parts[0].substring(from + 1).split("&", -1)) {
            if (!pair.startsWith("cursor=") && !pair.startsWith("limit=")) {
                draft.query.add(pair);
            }
        }
        draft.query.add("cursor=" + parts[1]);
        draft.query.add("limit=" + (1 + random.nextInt(3)));
    }

    private void addHeader(Operation operation, Draft draft, String name, JsonNode parameter) {
        String path = operation.template();
        for (Map.Entry<String, String> value : draft.path.entrySet()) {
            path = path.replace("{" + value.getKey() + "}", value.getValue());
        }
        boolean write = !operation.method().equals("GET");
        switch (name) {
            case "X-Request-Id" -> {
                if (random.nextInt(4) == 0) {
                    draft.headers.add(new Header(name, prefix + "-request-" + made));
                }
            }
            case "Idempotency-Key" -> {
                if (parameter.path("required").asBoolean() || random.nextInt(3) == 0) {
                    String old = known.any("key");
                    String key = old == null || random.nextInt(10) != 0 ? prefix + "-key-" + made : old;
                    known.add("key", key);
                    draft.headers.add(new Header(name, key));
                }
            }
            case "If-Match" -> {
                String tag = known.tag(path);
                boolean optional = !operation.id().equals("archiveProduct")
                        && !operation.id().equals("putProduct")
                        && !operation.id().equals("setInventory");
                if (!optional || random.nextInt(4) == 0) {
                    if (tag == null && operation.method().equals("PUT") && !optional) {
                        draft.headers.add(new Header("If-None-Match", "*"));
                    } else {
                        draft.headers.add(new Header(name, tag == null ? "\"1\"" : tag));
                    }
                }
            }
            default -> {
                // If-None-Match of a write was set above, with or against If-Match.
                String tag = known.tag(path);
                if (!write && tag != null && random.nextInt(3) == 0) {
                    draft.headers.add(new Header(name, pick(List.of(tag, "*", "\"0\", " + tag, "W/" + tag))));
                }
            }
        }
    }

    private void addBody(Operation operation, Draft draft) {
        JsonNode content = operation.requestContent();
        if (content.isMissingNode() || (!operation.bodyRequired() && random.nextInt(3) == 0)) {
            return;
        }
        List<String> types = new ArrayList<>();
        content.fieldNames().forEachRemaining(types::add);
        String type = pick(types);
        JsonNode schema = document.resolved(content.get(type).get("schema"));
        draft.replace("Content-Type", type);
        draft.chunked = random.nextInt(10) == 0;
        if (schema.has("contentSchema")) {
            draft.text(importLines(document.resolved(schema.get("contentSchema"))));
            return;
        }
        draft.schema = schema;
        draft.json = valid(schema, operation.id(), 0);
        draft.text(draft.json.toString());
    }

    /** Bad lines among the good ones are no fault of the request: they are reported. */
    private String importLines(JsonNode schema) {
        StringBuilder lines = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            JsonNode line = valid(schema, "line", 0);
            String text = line.toString();
            lines.append(
                            switch (random.nextInt(6)) {
                                case 0 -> text.substring(0, text.length() / 2);
                                case 1 -> "{\"odd\\u0000\\ud800\":1}";
                                case 2 -> "nul\u0000";
                                default -> text;
                            })
                    .append(pick(List.of("\n", "\r\n", "\n\n")));
        }
        return lines.toString();
    }

    // What is valid

    private JsonNode valid(JsonNode wanted, String name, int depth) {
        JsonNode schema = document.resolved(wanted);
        if (schema.has("enum")) {
            return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
        }
        return switch (schema.path("type").asText()) {
            case "integer" -> JSON.numberNode(integer(schema, name));
            case "boolean" -> JSON.booleanNode(random.nextBoolean());
            case "array" -> array(schema, name, depth);
            case "object" -> object(schema, depth);
            default -> JSON.textNode(string(schema, name));
        };
    }

    private long integer(JsonNode schema, String name) {
        long min = schema.path("minimum").asLong(0);
        long max = schema.path("maximum").asLong(1_000_000);
        long value = switch (random.nextInt(12)) {
            case 0 -> min;
            case 1 -> max;
            case 2 -> min + (long) (random.nextDouble() * (max - min));
            default ->
                name.equals("ttlSeconds")
                        ? 1 + random.nextInt(100)
                        : name.equals("onHand") ? random.nextInt(500) : Math.max(min, 1) + random.nextInt(3);
        };
        return value == 0 && schema.has("not") ? 1 : Math.min(value, max);
    }

    private ArrayNode array(JsonNode schema, String name, int depth) {
        int min = schema.path("minItems").asInt(0);
        int max = schema.path("maxItems").asInt(5);
        int size = random.nextInt(15) == 0 ? max : Math.min(max, min + random.nextInt(4));
        ArrayNode array = JSON.arrayNode();
        for (int i = 0; i < size; i++) {
            array.add(valid(schema.get("items"), name, depth + 1));
        }
        return array;
    }

    private ObjectNode object(JsonNode schema, int depth) {
        ObjectNode object = JSON.objectNode();
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(member -> required.add(member.asText()));
        schema.path("properties").properties().forEach(member -> {
            if (required.contains(member.getKey()) || random.nextInt(5) < 3) {
                object.set(member.getKey(), valid(member.getValue(), member.getKey(), depth + 1));
            }
        });
        JsonNode free = schema.path("additionalProperties");
        if (free.isObject()) {
            int size = random.nextInt(20) == 0 ? schema.path("maxProperties").asInt(3) : random.nextInt(4);
            for (int i = 0; i < size; i++) {
                object.set(
                        text(1, schema.at("/propertyNames/maxLength").asInt(20) - 4) + i,
                        valid(free, "free", depth + 1));
            }
        }
        return object;
    }

    private String string(JsonNode schema, String name) {
        switch (name) {
            case "paymentMethod" -> {
                return pick(List.of("pix", "card", "boleto", "dinheiro", "sim:decline"));
            }
            case "reference" -> {
                return reference;
            }
            case "customerId" -> {
                return pick(List.of("ana", "bruno", "carla", "joão & filhos"));
            }
            case "email" -> {
                return pick(List.of("ana@exemplo.com.br", "joão+pães@padaria.example", "a@b"));
            }
            case "sku" -> {
                String sku = known.any("sku");
                if (sku != null && random.nextInt(10) != 0) {
                    return sku;
                }
            }
            case "fromCartId", "cartId" -> {
                String cart = known.any("cart");
                return cart == null || random.nextInt(15) == 0 ? "cart_" + "0".repeat(32) : cart;
            }
            case "currency" -> {
                return random.nextInt(12) == 0 ? "USD" : "BRL";
            }
            case "url" -> {
                return pick(List.of("https://1.1.1.1/pedidos", "https://[2606:4700:4700::1111]:8443/?a=b"));
            }
            case "mediaUrls" -> {
                return pick(List.of("/media/a.webp", "https://example.org/a?b=c", "http://example.org/%C3%A7", "/"));
            }
            default -> {
                // As the schema says.
            }
        }
        Matcher form = CLASS.matcher(schema.path("pattern").asText());
        int min = schema.path("minLength").asInt(0);
        int max = schema.path("maxLength").asInt(60);
        if (form.matches()) {
            int least = form.group(2) == null ? 1 : Integer.parseInt(form.group(2));
            int most = form.group(2) == null ? max : form.group(3) == null ? least : Integer.parseInt(form.group(3));
            return ofClass(form.group(1), random.nextInt(10) == 0 ? most : least + random.nextInt(most - least + 1));
        }
        return text(min, max);
    }

    private String ofClass(String characters, int length) {
        Pattern one = Pattern.compile("[" + characters + "]");
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            String c = String.valueOf((char) (' ' + random.nextInt(95)));
            if (one.matcher(c).matches()) {
                text.append(c);
            }
        }
        return text.toString();
    }

    /** Text of {@code min} to {@code max} characters, at both bounds now and then. */
    private String text(int min, int max) {
        StringBuilder text = new StringBuilder();
        int parts = random.nextInt(4) + (min > 0 ? 1 : 0);
        for (int i = 0; i < parts; i++) {
            text.append(text.isEmpty() ? "" : " ").append(pick(WORDS));
        }
        if (random.nextInt(15) == 0) {
            String word = pick(WORDS);
            while (text.codePointCount(0, text.length()) < max) {
                text.append(word);
            }
        }
        String all = text.toString();
        int length = all.codePointCount(0, all.length());
        return length <= max ? all : all.substring(0, all.offsetByCodePoints(0, max));
    }

    // What is not

    private void twist(Operation operation, Draft draft) {
        boolean body = draft.body.length > 0;
        int kind = random.nextInt(body ? 10 : 6);
        switch (kind) {
            case 0 -> twistPath(operation, draft);
            case 1 -> twistQuery(operation, draft);
            case 2 -> twistKey(operation, draft);
            case 3 -> twistConditions(operation, draft);
            case 4 -> twistMethod(draft);
            case 5 -> twistHead(draft);
            case 6 -> twistBytes(draft);
            case 7 -> twistMediaType(draft);
            default -> twistJson(draft);
        }
    }

    private void twistPath(Operation operation, Draft draft) {
        if (draft.path.isEmpty()) {
            return;
        }
        String name = pick(List.copyOf(draft.path.keySet()));
        String odd = pick(List.of(
                "%00",
                "%C3%A7",
                "%F0%9F%8D%B0",
                "a%20b",
                "%25",
                "%C3",
                "%zz",
                "%",
                "x".repeat(300),
                "%0A",
                "%2F",
                "a%2Fb",
                "%5C",
                "\\",
                "a;v=1",
                ";",
                "*",
                "..",
                ".",
                "%2e%2e",
                "a+b",
                "[",
                "\u00ff",
                "a|b",
                "{id}",
                "-"));
        draft.path.put(name, odd);
        // A lone hyphen is a SKU, a semicolon ends the segment for the server, dots are taken away by it.
        // A customer may be called anything.
        boolean open = List.of("-", "a;v=1", ";", "..", ".", "%2e%2e").contains(odd)
                || operation.template().startsWith("/v1/customers");
        draft.twisted("path " + name + "=" + odd, open ? Promise.OPEN : Promise.REFUSED);
    }

    private void twistQuery(Operation operation, Draft draft) {
        // What has nothing to refuse does not look at its query.
        Promise strict =
                operation.response(400).isMissingNode() || !operation.template().startsWith("/v1")
                        ? Promise.OPEN
                        : Promise.REFUSED;
        String odd = pick(List.of(
                "surprise=1",
                "%zz=1",
                "limit=%",
                "limit=0",
                "limit=201",
                "limit=1.0",
                "limit=-1",
                "sort=up",
                "cursor=AAAA",
                "cursor=" + "A".repeat(3_000),
                "q=" + "a".repeat(201),
                "q=%00",
                "category=%C3",
                "skus=a,,b",
                "skus=%20",
                "skus=" + "a,".repeat(201) + "b",
                "consistency=maybe",
                "at=yesterday",
                "at=2021-02-29T00:00:00Z",
                "at=9999-12-31T23:59:59Z",
                "include=all",
                "q=a&q=b",
                "=",
                "&&=&",
                "x=" + "y".repeat(9_000),
                "\u00ff=1",
                "[=1"));
        draft.query.add(odd);
        draft.twisted("query " + odd.substring(0, Math.min(30, odd.length())), strict);
    }

    private void twistKey(Operation operation, Draft draft) {
        boolean takesKey = operation.parameters().stream()
                .anyMatch(parameter -> parameter.get("name").asText().equals("Idempotency-Key"));
        if (!takesKey) {
            return;
        }
        boolean required = operation.parameters().stream()
                .anyMatch(parameter -> parameter.get("name").asText().equals("Idempotency-Key")
                        && parameter.path("required").asBoolean());
        String odd =
                pick(List.of("", "two words", "x".repeat(256), "x".repeat(4_000), "\u00e7", "tab\there", "-", "--"));
        switch (odd) {
            case "-" -> {
                draft.replace("Idempotency-Key", null);
                draft.twisted("no key", required ? Promise.REFUSED : Promise.WELL_FORMED);
            }
            case "--" -> {
                draft.replace("Idempotency-Key", "once-" + made);
                draft.headers.add(new Header("Idempotency-Key", "twice-" + made));
                draft.twisted("two keys", Promise.REFUSED);
            }
            default -> {
                draft.replace("Idempotency-Key", odd);
                draft.twisted("key " + odd.length(), Promise.REFUSED);
            }
        }
    }

    private void twistConditions(Operation operation, Draft draft) {
        String odd = pick(List.of(
                "7",
                "\"",
                "\"7\", \"8\"",
                "W/\"7\"",
                "\"-1\"",
                "\"\"",
                "\"x\"",
                "\"99999999999999999999\"",
                "*",
                "",
                "\"\u00ff\"",
                "\"07\"",
                "-"));
        boolean write = List.of("archiveProduct", "putProduct", "setInventory").contains(operation.id());
        draft.replace("If-None-Match", null);
        draft.replace("If-Match", odd.equals("-") ? null : odd);
        draft.replace("Idempotency-Key", draft.has("Idempotency-Key") ? prefix + "-fresh-" + made : null);
        draft.twisted("If-Match " + odd, write ? Promise.REFUSED : Promise.OPEN);
        if (!write && operation.method().equals("GET")) {
            draft.replace("If-Match", null);
            draft.replace("If-None-Match", odd);
        }
        if (write && odd.equals("*") && random.nextBoolean()) {
            draft.replace("If-None-Match", "*");
        }
    }

    private void twistMethod(Draft draft) {
        draft.method = pick(List.of(
                "HEAD", "PATCH", "OPTIONS", "TRACE", "BREW", "get", "PROPFIND", "DELETE", "PUT", "POST", "GET"));
        draft.twisted("method " + draft.method, Promise.OPEN);
    }

    private void twistHead(Draft draft) {
        Header odd = pick(List.of(
                new Header("X-Request-Id", "two words"),
                new Header("X-Request-Id", "x".repeat(200)),
                new Header("X-Request-Id", "\u00ff\u0001"),
                new Header("X-HTTP-Method-Override", "DELETE"),
                new Header("Accept", "text/html"),
                new Header("Accept", "image/png;q=0"),
                new Header("Accept", "\u00ff"),
                new Header("Accept-Encoding", "gzip, br;q=0"),
                new Header("Range", "bytes=0-1"),
                new Header("Cookie", "a=b; =; \u00ff"),
                new Header("Authorization", "Basic !!!"),
                new Header("Expect", "100-continue"),
                new Header("Expect", "a miracle"),
                new Header("Connection", "close"),
                new Header("Upgrade", "websocket"),
                new Header("X-Forwarded-For", "' OR 1=1"),
                new Header("Host", "elsewhere.example"),
                new Header("Origin", "https://elsewhere.example"),
                new Header("If-Modified-Since", "yesterday"),
                new Header("If-Unmodified-Since", "yesterday"),
                new Header("X-Long", "x".repeat(9_000)),
                new Header("Content-Type", "application/json"),
                new Header("Content-Length", "5"),
                new Header("Content-Length", "-1"),
                new Header("Transfer-Encoding", "gzip"),
                new Header("Bad Name", "x"),
                new Header("X-Bad", "a\u0000b")));
        if (odd.name().equals("Content-Length") && draft.body.length == 0) {
            // The server would wait half a minute for the bytes that it says.
            return;
        }
        draft.headers.add(odd);
        draft.twisted(
                "header " + odd.name() + " "
                        + odd.value().substring(0, Math.min(20, odd.value().length())),
                Promise.OPEN);
    }

    private void twistMediaType(Draft draft) {
        String odd = pick(List.of(
                "-",
                "text/plain",
                "application/xml",
                "json",
                "",
                "application/json; charset=iso-8859-1",
                "*/*",
                "application/json, text/plain",
                "\u00ff",
                "gzip",
                "Application/JSON; Charset=\"UTF-8\""));
        switch (odd) {
            case "-" -> draft.replace("Content-Type", null);
            case "gzip" -> draft.headers.add(new Header("Content-Encoding", "gzip"));
            default -> draft.replace("Content-Type", odd);
        }
        boolean fine = odd.startsWith("App") && draft.json != null;
        draft.twisted("media type " + odd, fine ? Promise.WELL_FORMED : Promise.REFUSED);
    }

    private void twistBytes(Draft draft) {
        boolean json = draft.json != null;
        byte[] body = draft.body;
        int kind = random.nextInt(9);
        switch (kind) {
            case 0 -> draft.body = Arrays.copyOf(body, random.nextInt(body.length));
            case 1 -> draft.body = ("\ufeff" + new String(body, UTF_8)).getBytes(UTF_8);
            case 2 -> draft.text(new String(body, UTF_8) + pick(List.of("{}", "]", "x", "\u0000", "//")));
            case 3 -> {
                draft.body = body.clone();
                draft.body[random.nextInt(body.length)] = (byte) 0xff;
            }
            case 4 -> {
                draft.body = new byte[1 + random.nextInt(60)];
                random.nextBytes(draft.body);
                draft.body[0] = (byte) 0xc0;
            }
            case 5 -> draft.body = new String(body, UTF_8).getBytes(java.nio.charset.StandardCharsets.UTF_16);
            case 6 -> draft.text("[".repeat(random.nextInt(5_000) + 20));
            case 7 ->
                draft.text(
                        pick(List.of("[]", "7", "\"{}\"", "null", "true", "{", "NaN", "{\"a\":01}", "{'a':1}", " ")));
            default -> {
                if (random.nextInt(20) == 0) {
                    draft.body = Arrays.copyOf(body, BODY_BYTES_MAX + 1 + random.nextInt(1_000));
                    Arrays.fill(draft.body, body.length, draft.body.length, (byte) ' ');
                } else {
                    draft.body = "{\"a\":\"\u00e7\"}".getBytes(ISO_8859_1);
                }
            }
        }
        // Cut to nothing, an optional body is an absent one; lines of an import are refused one by one.
        draft.twisted("bytes " + kind, json && draft.body.length > 0 ? Promise.REFUSED : Promise.OPEN);
    }

    private void twistJson(Draft draft) {
        JsonNode json = draft.json;
        if (json == null || !json.isObject()) {
            return;
        }
        ObjectNode whole = json.deepCopy();
        ObjectNode object = whole;
        List<ObjectNode> inner = new ArrayList<>();
        objects(whole, inner);
        if (random.nextBoolean()) {
            object = pick(inner);
        }
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        int kind = random.nextInt(7);
        if (names.isEmpty() && kind != 1) {
            kind = 1;
        }
        String name = names.isEmpty() ? "" : pick(names);
        switch (kind) {
            case 0 -> object.remove(name);
            case 1 ->
                object.set(
                        pick(List.of(
                                "surprise", "", "\u0000", "a/b~c", "x".repeat(2_000), "SKU", "__proto__", "\ud800")),
                        odd());
            case 2, 3 -> object.set(name, odd());
            case 4 -> object.set(name, number());
            case 5 -> {
                String text = whole.toString();
                int at = text.indexOf('"');
                String member = object.get(name).toString();
                draft.text("{\"" + "twice" + "\":1,\"twice\":" + member + "," + text.substring(Math.max(at, 1)));
                draft.twisted("a member twice", Promise.REFUSED);
                return;
            }
            default -> {
                String mark = "@number@";
                object.put(name, mark);
                draft.text(whole.toString()
                        .replace(
                                "\"" + mark + "\"",
                                pick(List.of(
                                        "1.0",
                                        "1e3",
                                        "-0.0",
                                        "01",
                                        "+1",
                                        ".5",
                                        "1.",
                                        "0x10",
                                        "Infinity",
                                        "1" + "0".repeat(400),
                                        "1e999999999",
                                        "-"))));
                draft.twisted("a number that is no integer", Promise.REFUSED);
                return;
            }
        }
        draft.text(whole.toString());
        boolean fits = document.validator(draft.schema).validate(whole).isEmpty();
        // Null for a member that may be left out is as good as leaving it out, which a schema would have to say each
        // time.
        boolean nulls = whole.toString().contains("null");
        draft.twisted("json " + kind + " " + name, fits || nulls ? Promise.OPEN : Promise.REFUSED);
    }

    private void objects(JsonNode node, List<ObjectNode> found) {
        if (node instanceof ObjectNode object) {
            found.add(object);
        }
        node.forEach(child -> objects(child, found));
    }

    private JsonNode odd() {
        return switch (random.nextInt(12)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.booleanNode(true);
            case 2 -> JSON.arrayNode();
            case 3 -> JSON.objectNode();
            case 4 -> JSON.textNode("");
            case 5 -> JSON.textNode(" ");
            case 6 -> JSON.textNode("a\u0000b");
            case 7 -> JSON.textNode("\ud83c");
            case 8 -> JSON.textNode("x".repeat(5_000));
            case 9 -> JSON.textNode("1");
            case 10 -> JSON.arrayNode().add(JSON.arrayNode().add(1));
            default -> number();
        };
    }

    private JsonNode number() {
        return JSON.numberNode(pick(List.of(
                0L,
                -1L,
                10_001L,
                1_801L,
                1_000_000_001L,
                -1_000_000_001L,
                Long.MAX_VALUE,
                Long.MIN_VALUE,
                10_000_000_001L)));
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }
}
