package io.storegrid.load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.doIf;
import static io.gatling.javaapi.core.CoreDsl.doIfOrElse;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.exitHereIfFailed;
import static io.gatling.javaapi.core.CoreDsl.jmesPath;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.core.CoreDsl.roundRobinSwitch;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.http.HttpRequestActionBuilder;
import io.storegrid.load.StoreClient.Product;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/**
 * What shoppers do, in pieces that the simulations put together. Every answer is checked, "sold out" is an answer like any
 * other, and a shopper whom anything else befalls goes home: the request has failed the run already.
 */
final class Journeys {

    static final int CREATED = 201;
    static final int CONFLICT = 409;

    /** Long enough to be settled by its shopper on a slow day. */
    static final int TTL_S = 600;
    /** Of holds that are left to expire. */
    static final int SHORT_TTL_S = 2;

    private static final int PAGE = 20;
    private static final String KEY = "Idempotency-Key";
    private static final String REPLAYED = "Idempotency-Replayed";
    private static final String LINES = "lines";
    private static final String RESERVATION = "reservationId";

    private final SkuPool skus;
    private final Tally tally;
    private final ChainBuilder think;

    Journeys(LoadSettings settings, SkuPool skus, Tally tally) {
        Duration think = settings.think();
        this.skus = skus;
        this.tally = tally;
        this.think = exitHereIfFailed().exec(pause(think.dividedBy(2), think.plus(think.dividedBy(2))));
    }

    /** A pause for thought; whom anything befell goes home. */
    ChainBuilder think() {
        return think;
    }

    /** A list and its next page, a search, a category and its cheapest, a product, its stock, several stocks. */
    ChainBuilder browse() {
        return exec(session -> {
                    Product product = skus.pick();
                    return session.set("sku", product.sku())
                            .set("skus", String.join(",", skus.order().keySet()))
                            .set("category", product.category())
                            .set("categoryQuery", URLEncoder.encode(product.category(), StandardCharsets.UTF_8))
                            .set("word", URLEncoder.encode(word(product.title()), StandardCharsets.UTF_8));
                })
                .exec(page("list", "?limit=" + PAGE, false)
                        .check(jmesPath("page.nextCursor").optional().saveAs("cursor")))
                .exec(think)
                .exec(doIf(session -> session.contains("cursor"))
                        .then(page("list next", "?limit=" + PAGE + "&cursor=#{cursor}", false)))
                .exec(think)
                .exec(page("search", "?limit=" + PAGE + "&q=#{word}", false))
                .exec(think)
                .exec(page("category", "?limit=" + PAGE + "&sort=price&category=#{categoryQuery}", true))
                .exec(think)
                .exec(http("product")
                        .get("/v1/products/#{sku}?include=availability")
                        .check(status().is(200), jmesPath("sku").isEL("#{sku}")))
                .exec(think)
                .exec(http("stock")
                        .get("/v1/inventory/#{sku}")
                        .check(
                                status().is(200),
                                bodyString()
                                        .transformWithSession((body, session) -> tally.noted(
                                                "stock", Books.stock(body, StoreSimulation.string(session, "sku"))))
                                        .is(Books.SOUND)))
                .exec(http("stocks")
                        .get("/v1/inventory?skus=#{skus}")
                        .check(status().is(200), jmesPath("length(missing)").is("0")))
                .exec(exitHereIfFailed());
    }

    /**
     * A cart is filled, changed and held, changed and held again, and then bought or thrown away, in turns. Each answer
     * must show exactly the lines that the shopper put there.
     */
    ChainBuilder cart() {
        return exec(session -> {
                    String first = skus.pick().sku();
                    String second = first;
                    while (second.equals(first)) {
                        second = skus.pick().sku();
                    }
                    return keys(session)
                            .set("first", first)
                            .set("second", second)
                            .set(LINES, Map.of());
                })
                .exec(http("open cart")
                        .post("/v1/carts")
                        .body(StringBody("{}"))
                        .check(status().is(CREATED), jmesPath("id").saveAs("cartId")))
                .exec(think)
                .exec(add("first", 2))
                .exec(think)
                .exec(add("second", 1))
                .exec(think)
                .exec(add("first", 1))
                .exec(think)
                .exec(wants("second", 3))
                .exec(cartCheck(
                        http("set").put("/v1/carts/#{cartId}/lines/#{second}").body(StringBody("{\"quantity\":3}"))))
                .exec(think)
                .exec(holdCart("holdKey"))
                .exec(think)
                .exec(wants("second", 0))
                .exec(cartCheck(http("remove").delete("/v1/carts/#{cartId}/lines/#{second}")))
                .exec(think)
                .exec(holdCart("holdAgainKey"))
                .exec(think)
                .exec(cartCheck(http("cart").get("/v1/carts/#{cartId}")))
                .exec(think)
                .exec(doIfOrElse(session -> session.contains(RESERVATION))
                        .then(roundRobinSwitch().on(exec(confirm(), discard()), exec(discard(), promise("RELEASED"))))
                        .orElse(discard()));
    }

    /** Holds an order of 1 to 4 lines. Afterwards the session says whether it is held. */
    ChainBuilder reserve(int ttlS) {
        return exec(session -> order(session, ttlS))
                .exec(http("reserve")
                        .post("/v1/reservations")
                        .header(KEY, "#{reserveKey}")
                        .body(StringBody("#{body}"))
                        .check(status().in(CREATED, CONFLICT).saveAs("reserved"))
                        .checkIf((response, session) -> response.status().code() == CREATED)
                        .then(
                                jmesPath("id").saveAs(RESERVATION),
                                jmesPath("state").is("HELD"))
                        .checkIf((response, session) -> response.status().code() == CONFLICT)
                        .then(jmesPath("code").is("insufficient-stock")))
                .exec(exitHereIfFailed())
                .exec(counted("held", "sold out"))
                .exec(think);
    }

    /** Asks for the same order under the same key: the same answer must come, and say that it is a record. */
    ChainBuilder replayReserve() {
        return exec(http("replay reserve")
                        .post("/v1/reservations")
                        .header(KEY, "#{reserveKey}")
                        .body(StringBody("#{body}"))
                        .check(
                                status().is(session -> session.getInt("reserved")),
                                header(REPLAYED).is("true"))
                        .checkIf((response, session) -> response.status().code() == CREATED)
                        .then(jmesPath("id").isEL("#{" + RESERVATION + "}")))
                .exec(exitHereIfFailed())
                .exec(count("replays"));
    }

    /** The rest of a journey, for those who hold something. */
    ChainBuilder ifHeld(ChainBuilder rest) {
        return exec(doIf(session -> session.contains(RESERVATION)).then(rest));
    }

    ChainBuilder confirm() {
        return exec(http("confirm")
                        .post("/v1/reservations/#{" + RESERVATION + "}/confirm")
                        .header(KEY, "#{confirmKey}")
                        .check(status().is(200), jmesPath("state").is("CONFIRMED")))
                .exec(exitHereIfFailed())
                .exec(promise("CONFIRMED"));
    }

    ChainBuilder replayConfirm() {
        return exec(http("replay confirm")
                        .post("/v1/reservations/#{" + RESERVATION + "}/confirm")
                        .header(KEY, "#{confirmKey}")
                        .check(
                                status().is(200),
                                header(REPLAYED).is("true"),
                                jmesPath("state").is("CONFIRMED")))
                .exec(exitHereIfFailed())
                .exec(count("replays"));
    }

    ChainBuilder release() {
        return exec(http("release")
                        .post("/v1/reservations/#{" + RESERVATION + "}/release")
                        .check(status().is(200), jmesPath("state").is("RELEASED")))
                .exec(exitHereIfFailed())
                .exec(promise("RELEASED"));
    }

    ChainBuilder extend() {
        return exec(http("extend")
                        .post("/v1/reservations/#{" + RESERVATION + "}/extend")
                        .body(StringBody("{\"ttlSeconds\":" + 2 * TTL_S + "}"))
                        .check(status().is(200), jmesPath("state").is("HELD")))
                .exec(think);
    }

    /** The shopper forgets the hold, the store must not. */
    ChainBuilder leaveToExpire() {
        return exec(promise("EXPIRED"), count("left to expire"));
    }

    /** Notes how the shopper's hold was acknowledged to have ended. */
    ChainBuilder promise(String state) {
        return exec(session -> {
            tally.promised(
                    new Tally.Promise(StoreSimulation.string(session, RESERVATION), lines(session, "held"), state));
            return session;
        });
    }

    ChainBuilder count(String what) {
        return exec(session -> {
            tally.count(what);
            return session;
        });
    }

    /** A new order with new keys in the session. */
    Session order(Session session, int ttlS) {
        Map<String, Integer> order = skus.order();
        return keys(session)
                .set("held", order)
                .set("body", "{\"lines\":" + SkuPool.json(order) + ",\"ttlSeconds\":" + ttlS + "}");
    }

    private static Session keys(Session session) {
        Session fresh = session.remove(RESERVATION);
        for (String key : new String[] {"reserveKey", "confirmKey", "holdKey", "holdAgainKey"}) {
            fresh = fresh.set(key, UUID.randomUUID().toString());
        }
        return fresh;
    }

    private ChainBuilder counted(String held, String soldOut) {
        return exec(session -> {
            tally.count(session.contains(RESERVATION) ? held : soldOut);
            return session;
        });
    }

    private HttpRequestActionBuilder page(String name, String query, boolean ofCategory) {
        return http(name)
                .get("/v1/products" + query)
                .check(
                        status().is(200),
                        bodyString()
                                .transformWithSession((body, session) -> tally.noted(
                                        name + " " + session.getString("word"),
                                        Books.page(
                                                body,
                                                PAGE,
                                                ofCategory ? StoreSimulation.string(session, "category") : "")))
                                .is(Books.SOUND));
    }

    private ChainBuilder add(String which, int quantity) {
        return exec(session -> {
                    Integer before = lines(session, LINES).get(StoreSimulation.string(session, which));
                    return wanted(session, which, (before == null ? 0 : before) + quantity);
                })
                .exec(cartCheck(http("add")
                        .post("/v1/carts/#{cartId}/lines")
                        .body(StringBody("{\"sku\":\"#{" + which + "}\",\"quantity\":" + quantity + "}"))));
    }

    private static ChainBuilder wants(String which, int quantity) {
        return exec(session -> wanted(session, which, quantity));
    }

    private static Session wanted(Session session, String which, int quantity) {
        Map<String, Integer> lines = new LinkedHashMap<>(lines(session, LINES));
        String sku = StoreSimulation.string(session, which);
        if (quantity == 0) {
            lines.remove(sku);
        } else {
            lines.put(sku, quantity);
        }
        return session.set(LINES, lines);
    }

    private HttpRequestActionBuilder cartCheck(HttpRequestActionBuilder request) {
        return request.check(
                status().is(200),
                bodyString()
                        .transformWithSession((body, session) -> tally.noted(
                                "cart " + session.getString("cartId"), Books.cart(body, lines(session, LINES))))
                        .is(Books.SOUND));
    }

    private ChainBuilder holdCart(String key) {
        return exec(http("hold cart")
                        .put("/v1/carts/#{cartId}/reservation")
                        .header(KEY, "#{" + key + "}")
                        .body(StringBody("{\"ttlSeconds\":" + TTL_S + "}"))
                        .check(status().in(200, CREATED, CONFLICT).saveAs("reserved"))
                        .checkIf((response, session) -> response.status().code() == CONFLICT)
                        .then(jmesPath("code").is("insufficient-stock"))
                        .checkIf((response, session) -> response.status().code() != CONFLICT)
                        .then(
                                jmesPath("id").saveAs(RESERVATION),
                                bodyString()
                                        .transformWithSession((body, session) -> tally.noted(
                                                "cart " + session.getString("cartId"),
                                                Books.cart(body, lines(session, LINES))))
                                        .is(Books.SOUND)))
                .exec(exitHereIfFailed())
                .exec(session ->
                        session.getInt("reserved") == CONFLICT ? session : session.set("held", lines(session, LINES)))
                .exec(counted("carts held", "carts sold out"));
    }

    private static ChainBuilder discard() {
        return exec(http("drop cart").delete("/v1/carts/#{cartId}").check(status().is(204)))
                .exec(exitHereIfFailed());
    }

    private static Map<String, Integer> lines(Session session, String name) {
        Map<String, Integer> lines = session.getMap(name);
        if (lines == null) {
            throw new IllegalStateException("no " + name + " in the session");
        }
        return lines;
    }

    /** The longest of the first three words, such as a shopper would type. */
    private static String word(String title) {
        String longest = "";
        String[] words = title.toLowerCase(Locale.ROOT).split("[^\\p{L}]+", 4);
        for (int i = 0; i < Math.min(3, words.length); i++) {
            longest = words[i].length() > longest.length() ? words[i] : longest;
        }
        return longest;
    }
}
