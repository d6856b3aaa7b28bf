package io.storegrid.torture.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a history so far says about the next line, value by value. See {@link CompactHistory}.
 *
 * <p>It is part of the format: a file can only be read with the expectations that it was written with. It looks at JSON and not
 * at the records that the JSON was made of, so that these may change; members that it does not know it expects to be as they
 * were in the line before.
 */
final class Foresight {

    // Bounds of how much is offered: larger ones find a little more and take longer.
    private static final int TARGETS_MAX = 60;
    private static final int RECENT_MAX = 24;
    private static final int NEXT_MAX = 100;
    private static final int OPEN_MAX = 20;
    private static final int MOMENTS_MAX = 5;
    private static final int KEY_DIGITS_MAX = 9;
    private static final int MILLIS_DIGITS = 12;
    private static final int HEX = 16;
    private static final long MILLISECOND = 1_000;
    private static final int PARTITION_DIGITS = 4;
    private static final int HOLD_ID_LENGTH = 40;
    private static final double LOAD_FACTOR = 0.75;
    private static final int TABLE_MIN = 16;
    private static final long SECOND = TimeUnit.SECONDS.toMicros(1);
    /** How long after its time a hold is expired, about. */
    private static final long SWEEP = SECOND / 4;

    private static final long CART_LIFE = TimeUnit.DAYS.toMicros(30);
    private static final JsonNode NOTHING = MissingNode.getInstance();

    /** What an answer's digest depends on, and a little more. */
    private static final List<String> DIGESTED = Stream.of(
                    "attempt.status",
                    "attempt.code",
                    "answer.reservation",
                    "answer.state",
                    "answer.createdMicros",
                    "answer.expiresMicros",
                    "answer.cart",
                    "answer.adjustment",
                    "answer.version",
                    "answer.lines",
                    "answer.stock",
                    "answer.shortages")
            .map("ATTEMPTED."::concat)
            .toList();

    /** An operation as far as it is known. */
    private static final class Op {
        private final long id;
        private final long client;
        private final String kind;
        private final JsonNode request;
        private long lastMicros;
        private String last = "";
        private int attempts;
        private long answeredStartMicros;
        private long answeredTookMicros;
        private JsonNode answer = NOTHING;

        Op(JsonNode invoked) {
            id = invoked.path("id").asLong();
            client = invoked.path("client").asLong();
            request = invoked.path("request");
            kind = request.path("kind").asText();
            lastMicros = invoked.path("micros").asLong();
        }
    }

    private static final class Client {
        private final LinkedHashSet<String> met = new LinkedHashSet<>();
        private String key = "";
        private String last = "";
        private String node = "";

        void meets(String id) {
            if (!id.isEmpty()) {
                met.remove(id);
                met.add(id);
            }
        }

        /** The last first. */
        List<String> latest() {
            List<String> latest = new ArrayList<>(met);
            Collections.reverse(latest);
            return latest.subList(0, Math.min(TARGETS_MAX, latest.size()));
        }
    }

    /** Things in the order in which they are expected, of which some may come early and some never. */
    private static final class Agenda {
        private final List<String> order;
        private final boolean[] gone;
        private final Map<String, Deque<Integer>> places = new HashMap<>();
        private int first;

        Agenda(List<String> order) {
            this.order = order;
            this.gone = new boolean[order.size()];
            for (int i = 0; i < order.size(); i++) {
                places.computeIfAbsent(order.get(i), any -> new ArrayDeque<>(2)).add(i);
            }
        }

        List<String> next(int most) {
            List<String> next = new ArrayList<>();
            for (int i = first; i < order.size() && next.size() < most; i++) {
                if (!gone[i]) {
                    next.add(order.get(i));
                }
            }
            return next;
        }

        void take(String thing) {
            Deque<Integer> left = places.get(thing);
            if (left != null && !left.isEmpty()) {
                gone[left.remove()] = true;
                while (first < gone.length && gone[first]) {
                    first++;
                }
            }
        }

        /** What comes after it is next. */
        void goOnAfter(String thing) {
            Deque<Integer> at = places.get(thing);
            first = at == null ? first : at.element() + 1;
        }
    }

    /** A change of one SKU's stock that the ledger should have. */
    private record Due(long micros, String ref) {}

    private final Map<String, JsonNode> seen = new HashMap<>();
    private final Map<Long, Op> ops = new HashMap<>();
    private final Map<String, Op> opsByKey = new LinkedHashMap<>();
    private final LinkedHashMap<Long, Op> open = new LinkedHashMap<>();
    private final Deque<Op> answered = new ArrayDeque<>();
    private final TreeSet<Long> skippedIds = new TreeSet<>();
    private final LinkedHashMap<Long, Client> clients = new LinkedHashMap<>();
    private final Map<String, JsonNode> entities = new LinkedHashMap<>();
    private final Map<String, Op> adjustments = new LinkedHashMap<>();
    private final Map<String, Op> settlements = new HashMap<>();
    private final Map<String, JsonNode> digests = new HashMap<>();
    private final Map<String, JsonNode> stock = new HashMap<>();
    private final Deque<Long> moments = new ArrayDeque<>();
    private final Map<String, JsonNode> rows = new LinkedHashMap<>();
    private final Map<String, Agenda> agendas = new HashMap<>();
    private final Map<String, Long> entryMicros = new HashMap<>();
    private final Map<String, Integer> entries = new HashMap<>();
    private final Map<String, String> followers = new HashMap<>();
    private String event = "";
    private String row = "";
    private long lastId;
    private long lastMicros;
    private long lastEntryMicros;
    private long lastEntryVersion;
    private String lastSku = "";
    private String lastNode = "";
    private String lastCopy = "";
    private String lastCache = "";
    private final Map<String, String> lastResult = new HashMap<>();
    private Op op = new Op(NOTHING);
    private Client client = new Client();
    private JsonNode entity = NOTHING;

    /** Members are coded in the order of their turns: first what says most about the others. */
    static int turn(String member) {
        return switch (member) {
            case "ref" -> 1;
            case "reason" -> 2;
            case "deltaOnHand", "deltaReserved", "atMicros", "createdMicros", "expiresMicros", "row", "fields" -> 3;
            case "digest" -> 4;
            default -> 0;
        };
    }

    /** A condition on which the kind of the next line depends. */
    Object nextLine() {
        return event + Math.min(open.size(), OPEN_MAX);
    }

    void begin(String name) {
        event = name;
        seen.clear();
        entity = NOTHING;
    }

    /** The row of a table that is coded next. */
    void row(String name) {
        row = name;
    }

    /** A value of this line. */
    void saw(String path, JsonNode value) {
        seen.put(path, value);
        switch (path) {
            case "INVOKED.client" -> client = clients.computeIfAbsent(value.asLong(), any -> new Client());
            case "ATTEMPTED.id" -> {
                op = ops.getOrDefault(value.asLong(), new Op(NOTHING));
                client = clients.computeIfAbsent(op.client, any -> new Client());
            }
            case "ATTEMPTED.answer.reservation" -> entity = entities.getOrDefault(value.asText(), entity);
            case "ATTEMPTED.answer.cart" -> {
                if (text("ATTEMPTED.answer.state").isEmpty()) {
                    entity = entities.getOrDefault(value.asText(), entity);
                }
            }
            case "OVERDUE.reservation", "HOLD.key", "CART.key" ->
                entity = entities.getOrDefault(value.asText(), NOTHING);
            case "KEY.key" -> op = opsByKey.getOrDefault(value.asText(), new Op(NOTHING));
            case "KEY.row.ref", "LEDGER.ref" -> entity = rows.getOrDefault(value.asText(), NOTHING);
            default -> {}
        }
    }

    private JsonNode at(String path) {
        return seen.getOrDefault(path, NOTHING);
    }

    private String text(String path) {
        JsonNode value = at(path);
        return value.isNull() ? "" : value.asText();
    }

    Expectation expect(String path) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            return new Expectation();
        }
        String member = path.substring(dot + 1);
        return switch (event) {
            case "HEADER" -> member.equals("firstStock") ? new Expectation().asTable() : new Expectation();
            case "INVOKED" -> invoked(member);
            case "ATTEMPTED" -> attempted(member);
            case "HOLD" -> hold(member);
            case "CART" -> cart(member);
            case "LEDGER" -> ledger(member);
            case "KEY" -> key(member);
            case "COPY" -> copy(member);
            case "GAVE_UP" -> gaveUp(member);
            default -> other(member);
        };
    }

    private Expectation other(String member) {
        Expectation expected = new Expectation();
        if (member.endsWith("Micros")) {
            return member.equals("expiresMicros")
                    ? expected.of(entity.path("expiresMicros"))
                    : expected.near(lastMicros);
        }
        return expected;
    }

    // Operations

    private Expectation invoked(String member) {
        String kind = text("INVOKED.request.kind");
        Expectation expected = new Expectation().when(kind);
        switch (member) {
            case "id" -> {
                skippedIds.stream().limit(RECENT_MAX).forEach(expected::of);
                for (int i = 1; i < RECENT_MAX; i++) {
                    expected.of(lastId + i);
                }
            }
            case "client" -> {
                Set<Long> waiting = new LinkedHashSet<>(clients.keySet());
                open.values().forEach(one -> waiting.remove(one.client));
                expected.when(waiting.size());
                waiting.forEach(expected::of);
            }
            case "micros" -> expected.near(lastMicros);
            case "request.kind" -> expected.when(client.last);
            case "request.key" -> expected.of(following(client.key)).of("");
            case "request.lines" -> expected.asTable();
            case "request.lines.*" -> expected.ofFew();
            case "request.target" -> {
                boolean cart = kind.endsWith("LINE") || kind.equals("RESERVE_CART");
                boolean none = !cart
                        && Stream.of("CONFIRM", "RELEASE", "EXTEND", "READ_HOLD")
                                .noneMatch(kind::equals);
                client.latest().stream()
                        .filter(id -> !none && id.startsWith("cart_") == cart)
                        .forEach(expected::of);
                expected.of("");
            }
            case "request.ttlSeconds", "request.delta" -> expected.ofFew();
            default -> {}
        }
        return expected;
    }

    private Expectation gaveUp(String member) {
        Expectation expected = new Expectation();
        if (member.equals("id")) {
            open.keySet().forEach(expected::of);
        }
        return expected.near(lastMicros);
    }

    /** A key with the next number. */
    private static String following(String key) {
        int digits = key.length();
        while (digits > 0 && Character.isDigit(key.charAt(digits - 1))) {
            digits--;
        }
        return digits == key.length() || key.length() - digits > KEY_DIGITS_MAX
                ? ""
                : key.substring(0, digits) + (Integer.parseInt(key.substring(digits)) + 1);
    }

    private Expectation attempted(String member) {
        int status = at("ATTEMPTED.attempt.status").asInt();
        long start = at("ATTEMPTED.attempt.startMicros").asLong();
        long end = at("ATTEMPTED.attempt.endMicros").asLong();
        String result = op.kind + status + text("ATTEMPTED.attempt.code");
        Expectation expected = new Expectation().when(result);
        String target = op.request.path("target").asText();
        switch (member) {
            case "id" -> {
                expected.when(open.size());
                open.keySet().forEach(expected::of);
                answered.forEach(one -> expected.of(one.id));
            }
            case "attempt.node" -> expected.when(client.node + op.attempts);
            case "attempt.startMicros" -> expected.near(op.lastMicros).when(op.last);
            case "attempt.endMicros" ->
                expected.near(Math.max(lastMicros, start)).when(start > lastMicros);
            case "attempt.status" ->
                expected.ofFew().when(op.kind + lastResult.getOrDefault(text("ATTEMPTED.attempt.node"), ""));
            case "attempt.code" -> expected.when(status + lastResult.getOrDefault(text("ATTEMPTED.attempt.node"), ""));
            case "answer.attempt" -> expected.of(at("ATTEMPTED.attempt"));
            case "answer.replayed" -> expected.when(result + Math.min(op.attempts, 2) + op.answer.isMissingNode());
            case "answer.reservation" ->
                expected.of(target.startsWith("rsv_") ? op.request.path("target") : NOTHING)
                        .of(op.answer.path("reservation"))
                        .of("")
                        .of(entities.getOrDefault(target, NOTHING).path("reservation"))
                        .near(start)
                        .suffixBy(firstSku());
            case "answer.state" -> expected.of(op.answer.path("state"));
            case "answer.createdMicros" -> {
                expected.of(entity.path("createdMicros"));
                if (entity.isMissingNode()) {
                    if (!text("ATTEMPTED.answer.reservation").isEmpty()
                            || !text("ATTEMPTED.answer.cart").isEmpty()) {
                        moments.forEach(expected::of);
                    }
                    expected.of(0);
                }
                expected.near(Math.max(start, moment(text("ATTEMPTED.answer.reservation"))))
                        .when(result + bits(end - start));
            }
            case "answer.expiresMicros" -> {
                long created = at("ATTEMPTED.answer.createdMicros").asLong();
                long ttl = op.request.path("ttlSeconds").asLong() * SECOND;
                long life = text("ATTEMPTED.answer.cart").isEmpty()
                                || !text("ATTEMPTED.answer.state").isEmpty()
                        ? ttl
                        : CART_LIFE;
                expected.of(op.answer.path("expiresMicros"))
                        .of(entity.path("expiresMicros"))
                        .of(created + life)
                        .of(0)
                        .near(start + life)
                        .when(result + bits(end - start) + entity.isMissingNode());
            }
            case "answer.cart" ->
                expected.of(target.startsWith("cart_") ? op.request.path("target") : NOTHING)
                        .of(op.answer.path("cart"))
                        .of(entity.path("cart"))
                        .of("")
                        .near(start);
            case "answer.adjustment" ->
                expected.of(op.answer.path("adjustment")).of("").near(start);
            case "answer.version" -> {
                if (entity.isMissingNode()) {
                    expected.of(1).of(0);
                } else {
                    expected.near(entity.path("version").asLong());
                }
            }
            case "answer.lines" -> {
                expected.asTable().of(op.answer.path("lines"));
                if (entity.isMissingNode()) {
                    expected.of(entities.getOrDefault(target, NOTHING).path("lines"));
                } else {
                    expected.of(changed(entity.path("lines")));
                }
                expected.of(entity.path("lines")).of(op.request.path("lines"));
            }
            case "answer.stock" ->
                expected.asTable().of(op.answer.path("stock")).named(names(op.request.path("lines")));
            case "answer.shortages" -> expected.asTable().of(op.answer.path("shortages"));
            case "answer.shortages.*.requested" ->
                expected.of(op.request.path("lines").path(row));
            case "answer.digest" ->
                expected.of(op.answer.path("digest")).of(digests.get(content())).of(likelyDigest());
            default -> {
                if (member.startsWith("answer.stock.*.")) {
                    long known = stock.getOrDefault(row, NOTHING)
                            .path(member.substring(member.lastIndexOf('.') + 1))
                            .asLong();
                    expected.near(known);
                }
            }
        }
        return expected;
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** The SKU whose partition a new hold is in. */
    private String firstSku() {
        JsonNode asked = op.request.path("lines");
        return firstName(
                asked.isEmpty()
                        ? entities.getOrDefault(op.request.path("target").asText(), NOTHING)
                                .path("lines")
                        : asked);
    }

    /** A cart's lines after the operation. */
    private JsonNode changed(JsonNode lines) {
        if (!op.kind.endsWith("_LINE") || !lines.isObject()) {
            return NOTHING;
        }
        String sku = firstName(op.request.path("lines"));
        int units = op.request.path("lines").path(sku).asInt();
        TreeMap<String, Integer> sorted = new TreeMap<>();
        lines.fieldNames()
                .forEachRemaining(name -> sorted.put(name, lines.path(name).asInt()));
        switch (op.kind) {
            case "ADD_LINE" -> sorted.merge(sku, units, Integer::sum);
            case "SET_LINE" -> sorted.put(sku, units);
            default -> sorted.remove(sku);
        }
        ObjectNode changed = HistoryWriter.MAPPER.createObjectNode();
        sorted.forEach(changed::put);
        return changed;
    }

    private static String firstName(JsonNode object) {
        return object.isEmpty() ? "" : object.fieldNames().next();
    }

    /** The moment that the id tells, in microseconds; 0 for none. */
    private static long moment(String id) {
        int from = id.indexOf('_') + 1;
        if (id.length() < from + MILLIS_DIGITS) {
            return 0;
        }
        long millis = 0;
        for (int i = from; i < from + MILLIS_DIGITS; i++) {
            int digit = Character.digit(id.charAt(i), HEX);
            if (digit < 0) {
                return 0;
            }
            millis = millis * HEX + digit;
        }
        return millis * MILLISECOND;
    }

    private JsonNode likelyDigest() {
        String digest = LikelyBody.digest(
                text("ATTEMPTED.answer.reservation"),
                text("ATTEMPTED.answer.state"),
                text("ATTEMPTED.answer.cart"),
                at("ATTEMPTED.answer.createdMicros").asLong(),
                at("ATTEMPTED.answer.expiresMicros").asLong(),
                CART_LIFE,
                at("ATTEMPTED.answer.version").asLong(),
                at("ATTEMPTED.answer.lines"));
        return digest == null ? NOTHING : TextNode.valueOf(digest);
    }

    private static int bits(long value) {
        return Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, value));
    }

    /** The answer without its digest. */
    private String content() {
        StringBuilder content = new StringBuilder();
        for (String member : DIGESTED) {
            content.append(at(member)).append(' ');
        }
        return content.toString();
    }

    // Rows

    private Expectation hold(String member) {
        Expectation expected = new Expectation();
        switch (member) {
            case "key" ->
                inHashOrder(expected, "HOLD", () -> entities.keySet().stream().filter(id -> id.startsWith("rsv_")));
            case "row.state" -> expected.when(entity.path("state").asText());
            case "row.version" ->
                expected.near(entity.path("version").asLong())
                        .when(entity.path("state").asText() + text("HOLD.row.state"));
            case "row.lines" -> expected.asTable().of(entity.path("lines"));
            case "row.cart", "row.createdMicros", "row.expiresMicros" -> expected.of(entity.path(member.substring(4)));
            default -> {}
        }
        return expected;
    }

    private Expectation cart(String member) {
        Expectation expected = new Expectation();
        switch (member) {
            case "key" ->
                inHashOrder(expected, "CART", () -> entities.keySet().stream().filter(id -> id.startsWith("cart_")));
            case "row.reservation" -> expected.of(entity.path("reservation"));
            case "row.version" -> expected.near(entity.path("version").asLong());
            case "row.lines" -> expected.asTable().of(entity.path("lines"));
            default -> {}
        }
        return expected;
    }

    private Expectation key(String member) {
        String result = op.kind
                + op.answer.path("attempt").path("status").asInt()
                + op.answer.path("state").asText();
        Expectation expected = new Expectation().when(result);
        switch (member) {
            case "key" -> inHashOrder(expected, "KEY", () -> opsByKey.keySet().stream());
            case "row.outcome" ->
                expected.when(result + op.answer.path("attempt").path("code").asText());
            case "row.ref" ->
                expected.of(op.answer.path("adjustment"))
                        .of(op.answer.path("reservation"))
                        .of(op.answer.path("cart"))
                        .of(op.request.path("target"))
                        .of("");
            case "row.createdMicros" -> {
                Long decided = decidedMicros(op.answer, text("KEY.row.ref"));
                expected.near(decided == null ? op.answeredStartMicros : decided)
                        .when(result + bits(op.answeredTookMicros) + (decided == null));
            }
            default -> {}
        }
        return expected;
    }

    /** When the operation was decided, as far as the answer or the ledger tells. */
    private @Nullable Long decidedMicros(JsonNode answer, String ref) {
        if (!answer.path("attempt").path("code").asText().isEmpty()) {
            return null;
        }
        return switch (op.kind) {
            case "RESERVE", "RESERVE_CART", "CREATE_CART" ->
                answer.path("createdMicros").asLong();
            case "EXTEND" ->
                answer.path("expiresMicros").asLong()
                        - op.request.path("ttlSeconds").asLong() * SECOND;
            case "ADD_LINE", "SET_LINE", "REMOVE_LINE" ->
                answer.path("expiresMicros").asLong() - CART_LIFE;
            default -> entryMicros.get(ref + reason(op.kind));
        };
    }

    private static String reason(String kind) {
        return switch (kind) {
            case "CONFIRM" -> "CONFIRMED";
            case "RELEASE" -> "RELEASED";
            case "ADJUST" -> "ADJUSTED";
            default -> "";
        };
    }

    private void inHashOrder(Expectation expected, String what, Supplier<Stream<String>> known) {
        agendas.computeIfAbsent(what, any -> new Agenda(inHashOrder(known.get().toList())))
                .next(RECENT_MAX)
                .forEach(expected::of);
    }

    /** As a {@link HashMap} of these would give them. */
    private static List<String> inHashOrder(List<String> things) {
        int size = TABLE_MIN;
        while (size * LOAD_FACTOR < things.size()) {
            size *= 2;
        }
        int mask = size - 1;
        List<String> order = new ArrayList<>(things);
        order.sort(Comparator.comparingInt(thing -> (thing.hashCode() ^ thing.hashCode() >>> Character.SIZE) & mask));
        return order;
    }

    private Expectation ledger(String member) {
        Expectation expected = new Expectation();
        String sku = text("LEDGER.sku");
        String ref = text("LEDGER.ref");
        String reason = text("LEDGER.reason");
        switch (member) {
            case "sku" -> expected.of(lastSku);
            case "version" -> expected.of(sku.equals(lastSku) ? lastEntryVersion + 1 : 1);
            case "ref" ->
                agendas.computeIfAbsent("LEDGER" + sku, any -> new Agenda(due(sku)))
                        .next(NEXT_MAX)
                        .forEach(expected::of);
            case "reason" -> {
                int before = entries.getOrDefault(ref + sku, 0);
                expected.when(
                        ref.indexOf('_') + "" + before + entity.path("state").asText());
            }
            case "deltaOnHand", "deltaReserved" -> {
                long units = entity.path("lines").path(sku).asLong();
                Op adjustment = adjustments.get(ref);
                expected.of(0)
                        .of(units)
                        .of(-units)
                        .of(adjustment == null ? NOTHING : adjustment.request.path("delta"))
                        .when(reason);
            }
            case "atMicros" -> {
                Long entry = entryMicros.get(ref + reason);
                Op settlement = adjustments.getOrDefault(ref, settlements.get(ref));
                expected.when(reason);
                if (reason.equals("RESERVED")) {
                    expected.of(entity.path("createdMicros"));
                }
                expected.of(entry == null ? NOTHING : LineCoder.number(entry)).of(lastEntryMicros);
                if (reason.equals("EXPIRED")) {
                    expected.near(Math.max(entity.path("expiresMicros").asLong(), lastEntryMicros))
                            .when(reason + (entry == null));
                } else if (settlement != null) {
                    expected.near(settlement.answeredStartMicros)
                            .when(reason + bits(settlement.answeredTookMicros) + (entry == null));
                }
            }
            default -> {}
        }
        return expected;
    }

    /** The changes of one SKU's stock that the rows and answers tell of, each when it should have been. */
    private List<String> due(String sku) {
        List<Due> due = new ArrayList<>();
        rows.forEach((id, hold) -> {
            if (hold.has("state") && hold.path("lines").has(sku)) {
                due.add(new Due(hold.path("createdMicros").asLong(), id));
                Op settlement = settlements.get(id);
                switch (hold.path("state").asText()) {
                    case "EXPIRED" -> due.add(new Due(hold.path("expiresMicros").asLong() + SWEEP, id));
                    case "HELD" -> {}
                    default -> {
                        if (settlement != null) {
                            due.add(new Due(settlement.answeredStartMicros, id));
                        }
                    }
                }
            }
        });
        adjustments.forEach((id, adjustment) -> {
            if (adjustment.request.path("lines").has(sku)) {
                due.add(new Due(adjustment.answeredStartMicros, id));
            }
        });
        due.sort(Comparator.comparingLong(Due::micros));
        return due.stream().map(Due::ref).toList();
    }

    private Expectation copy(String member) {
        Expectation expected = new Expectation();
        switch (member) {
            case "node" -> expected.of(lastNode);
            case "cache" -> expected.of(lastCache);
            case "key" -> {
                String follower = followers.get(lastCopy);
                if (follower != null) {
                    expected.of(follower);
                }
                agendas.computeIfAbsent("COPY", any -> new Agenda(inPartitions(rows.keySet())))
                        .next(RECENT_MAX)
                        .forEach(expected::of);
            }
            case "fields" -> expected.of(fields(rows.getOrDefault(text("COPY.key"), NOTHING)));
            default -> {}
        }
        return expected;
    }

    /** By partition where an id tells it, and within one by hash: the order of the grid's trees. */
    private static List<String> inPartitions(Collection<String> ids) {
        List<String> order = new ArrayList<>(ids);
        order.sort(Comparator.comparing((String id) ->
                        id.length() == HOLD_ID_LENGTH ? id.substring(HOLD_ID_LENGTH - PARTITION_DIGITS) : "")
                .thenComparingInt(String::hashCode));
        return order;
    }

    /** What a copy of the row should say. */
    private static JsonNode fields(JsonNode row) {
        ObjectNode fields = HistoryWriter.MAPPER.createObjectNode();
        TreeMap<String, String> sorted = new TreeMap<>();
        row.fieldNames().forEachRemaining(name -> {
            JsonNode value = row.path(name);
            sorted.put(
                    name,
                    value.isObject()
                            ? value.toString()
                                    .replace("\"", "")
                                    .replace(":", "=")
                                    .replace(",", ", ")
                            : value.asText());
        });
        if (sorted.containsKey("state")) {
            sorted.remove("cart");
            sorted.remove("createdMicros");
        }
        sorted.forEach(fields::put);
        return fields;
    }

    // What is learnt of a whole line

    void learn(JsonNode of) {
        switch (event) {
            case "INVOKED" -> learnInvoked(of);
            case "ATTEMPTED" -> learnAttempted(of);
            case "GAVE_UP" -> open.remove(of.path("id").asLong());
            case "STOCK", "HOLD", "CART" -> {
                String key = of.path("key").asText();
                rows.put(key, of.path("row"));
                took(event, key);
            }
            case "KEY" -> took(event, of.path("key").asText());
            case "LEDGER" -> {
                lastSku = of.path("sku").asText();
                lastEntryVersion = of.path("version").asLong();
                lastEntryMicros = of.path("atMicros").asLong();
                String ref = of.path("ref").asText();
                entryMicros.put(ref + of.path("reason").asText(), lastEntryMicros);
                entries.merge(ref + lastSku, 1, Integer::sum);
                took("LEDGER" + lastSku, ref);
            }
            case "COPY" -> {
                String key = of.path("key").asText();
                if (!lastCopy.isEmpty()) {
                    followers.put(lastCopy, key);
                }
                lastCopy = key;
                lastNode = of.path("node").asText();
                lastCache = of.path("cache").asText();
                Agenda agenda = agendas.get("COPY");
                if (agenda != null) {
                    agenda.goOnAfter(key);
                }
            }
            default -> {}
        }
    }

    private void took(String what, String thing) {
        Agenda agenda = agendas.get(what);
        if (agenda != null) {
            agenda.take(thing);
        }
    }

    private void learnInvoked(JsonNode of) {
        Op invoked = new Op(of);
        ops.put(invoked.id, invoked);
        open.put(invoked.id, invoked);
        skippedIds.remove(invoked.id);
        for (long id = Math.max(lastId + 1, invoked.id - RECENT_MAX); id < invoked.id; id++) {
            skippedIds.add(id);
        }
        lastId = Math.max(lastId, invoked.id);
        String key = invoked.request.path("key").asText();
        if (!key.isEmpty()) {
            client.key = key;
            opsByKey.putIfAbsent(key, invoked);
        }
        client.last = invoked.kind;
        lastMicros = Math.max(lastMicros, invoked.lastMicros);
    }

    private void learnAttempted(JsonNode of) {
        JsonNode attempt = of.path("attempt");
        long start = attempt.path("startMicros").asLong();
        long end = attempt.path("endMicros").asLong();
        lastMicros = Math.max(lastMicros, end);
        op.lastMicros = end;
        op.attempts++;
        op.last = attempt.path("status").asText() + attempt.path("code").asText();
        client.node = attempt.path("node").asText();
        lastResult.put(client.node, op.last);
        // The one that went longest without an attempt is first, of operations and of clients.
        boolean wasOpen = open.remove(op.id) != null;
        JsonNode answer = of.path("answer");
        if (!answer.isObject()) {
            if (wasOpen) {
                open.put(op.id, op);
            }
            return;
        }
        clients.remove(op.client);
        clients.put(op.client, client);
        digests.put(content(), answer.path("digest"));
        if (op.answer.isMissingNode()) {
            op.answer = answer;
            op.answeredStartMicros = start;
            op.answeredTookMicros = end - start;
        }
        answered.remove(op);
        answered.addFirst(op);
        if (answered.size() > RECENT_MAX) {
            answered.removeLast();
        }
        String reservation = answer.path("reservation").asText();
        String cart = answer.path("cart").asText();
        String adjustment = answer.path("adjustment").asText();
        client.meets(cart);
        client.meets(reservation);
        if (!adjustment.isEmpty()) {
            adjustments.putIfAbsent(adjustment, op);
        }
        answer.path("stock")
                .fieldNames()
                .forEachRemaining(sku -> stock.put(sku, answer.path("stock").path(sku)));
        boolean hold = !reservation.isEmpty() && answer.path("state").isTextual();
        String id = hold ? reservation : cart;
        if (!id.isEmpty()
                && answer.path("version").asLong()
                        >= entities.getOrDefault(id, NOTHING).path("version").asLong()) {
            entities.put(id, answer);
        }
        if (hold && (op.kind.equals("CONFIRM") || op.kind.equals("RELEASE"))) {
            settlements.putIfAbsent(reservation, op);
        }
        long created = answer.path("createdMicros").asLong();
        if (created > 0 && !moments.contains(created)) {
            moments.addFirst(created);
            if (moments.size() > MOMENTS_MAX) {
                moments.removeLast();
            }
        }
    }
}
