package io.storegrid.load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.asLongAs;
import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.jmesPath;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.http.HttpRequestActionBuilder;
import io.storegrid.load.LoadSettings.Bounds;
import io.storegrid.load.LoadSettings.BoundsOf;
import io.storegrid.load.LoadSettings.Profile;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A drop: a new product of {@code -Dunits}, and {@code -Dshoppers} who want one each, {@code -Dusers} of them at any one
 * time. Exactly as many must be sold as there are, and afterwards the store is asked from outside whether it thinks so too:
 * by its stock as it is cached, by its stock as it is stored, by each of the holds, and by its invariants. All come at
 * once, so rate, ramp, duration and think mean nothing here.
 *
 * <p>{@code ./mvnw -pl gatling gatling:test -Dgatling.simulationClass=io.storegrid.load.DropSimulation}
 */
public final class DropSimulation extends StoreSimulation {

    /** Above what two cores gave that ran load, store and others' builds, so a quiet machine stays far below. */
    private static final BoundsOf WITH_HEAD_ROOM = new BoundsOf(new Bounds(500, 1_000), new Bounds(5_000, 8_000));

    private static final int TTL_S = 1_800;
    private static final String SOLD = "units sold";
    private static final String REFUSED = "shoppers told that it is sold out";

    private final String sku = "GOTA-" + UUID.randomUUID();
    private final AtomicInteger shopper = new AtomicInteger();

    public DropSimulation() {
        super(Profile.THOUSAND, WITH_HEAD_ROOM);
        new StoreClient(settings.target()).offer(sku, settings.units());
        setUp(scenario("shoppers")
                        .exec(next())
                        .exec(asLongAs(session -> session.getInt("shopper") < settings.shoppers())
                                .on(exec(want()).exec(next())))
                        .injectOpen(atOnceUsers(Math.min(settings.users(), settings.shoppers())))
                        .andThen(audit(Duration.ZERO, stock())))
                .protocols(protocol())
                .assertions(assertions("want one"));
    }

    private ChainBuilder next() {
        return exec(session -> session.remove("reservationId").set("shopper", shopper.getAndIncrement()));
    }

    private ChainBuilder want() {
        return exec(http("want one")
                        .post("/v1/reservations")
                        .header("Idempotency-Key", sku + "-#{shopper}")
                        .body(StringBody(
                                "{\"lines\":[{\"sku\":\"" + sku + "\",\"quantity\":1}],\"ttlSeconds\":" + TTL_S + "}"))
                        .check(status().in(Journeys.CREATED, Journeys.CONFLICT))
                        .checkIf((response, session) -> response.status().code() == Journeys.CREATED)
                        .then(jmesPath("id").saveAs("reservationId"))
                        .checkIf((response, session) -> response.status().code() == Journeys.CONFLICT)
                        .then(jmesPath("code").is("insufficient-stock")))
                .exec(session -> {
                    if (session.contains("reservationId")) {
                        tally.count(SOLD);
                        tally.promised(new Tally.Promise(string(session, "reservationId"), Map.of(sku, 1), "HELD"));
                    } else if (!session.isFailed()) {
                        tally.count(REFUSED);
                    }
                    return session.markAsSucceeded();
                });
    }

    private ChainBuilder stock() {
        return exec(stock("audit stock as stored", "fresh"), stock("audit stock as cached", "cached"));
    }

    private HttpRequestActionBuilder stock(String name, String consistency) {
        return http(name)
                .get("/v1/inventory/" + sku + "?consistency=" + consistency)
                .check(
                        status().is(200),
                        bodyString()
                                .transform(body -> tally.noted(
                                        name,
                                        Books.drop(
                                                body,
                                                settings.units(),
                                                settings.shoppers(),
                                                tally.counted(SOLD),
                                                tally.counted(REFUSED))))
                                .is(Books.SOUND));
    }

    @Override
    public void before() {
        System.out.printf(
                "%,d shoppers, %,d at any one time, want one of %,d units of %s at %s, p95 < %d ms, p99 < %d ms%n",
                settings.shoppers(),
                settings.users(),
                settings.units(),
                sku,
                settings.target(),
                settings.bounds().p95Ms(),
                settings.bounds().p99Ms());
    }
}
