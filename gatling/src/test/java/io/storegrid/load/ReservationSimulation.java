package io.storegrid.load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.constantConcurrentUsers;
import static io.gatling.javaapi.core.CoreDsl.doIf;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jmesPath;
import static io.gatling.javaapi.core.CoreDsl.percent;
import static io.gatling.javaapi.core.CoreDsl.randomSwitch;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;
import java.util.UUID;

/**
 * Shoppers who hold 1 to 4 products and then buy them or think better of it, half and half. "Sold out" is an answer like
 * any other; whatever else is not a success fails the run.
 *
 * <p>{@code ./mvnw -pl gatling gatling:test -Dtarget=http://localhost:8080 -Dusers=20 -Dduration=30}
 */
public final class ReservationSimulation extends Simulation {

    private static final int CREATED = 201;
    private static final int CONFLICT = 409;

    private final LoadSettings settings = LoadSettings.fromSystemProperties();
    private final SkuPool skus = SkuPool.read(settings.target(), settings.skus());

    private final ChainBuilder reserve = exec(session -> session.set("order", skus.order())
                    .set("reserveKey", UUID.randomUUID().toString())
                    .set("confirmKey", UUID.randomUUID().toString()))
            .exec(http("reserve")
                    .post("/v1/reservations")
                    .header("Idempotency-Key", "#{reserveKey}")
                    .body(StringBody("#{order}"))
                    .check(status().in(CREATED, CONFLICT))
                    .checkIf((response, session) -> response.status().code() == CREATED)
                    .then(jmesPath("id").saveAs("reservationId"))
                    .checkIf((response, session) -> response.status().code() == CONFLICT)
                    .then(jmesPath("code").is("insufficient-stock")));

    private final ChainBuilder confirm = exec(http("confirm")
            .post("/v1/reservations/#{reservationId}/confirm")
            .header("Idempotency-Key", "#{confirmKey}")
            .check(status().is(200), jmesPath("state").is("CONFIRMED")));

    private final ChainBuilder release = exec(http("release")
            .post("/v1/reservations/#{reservationId}/release")
            .check(status().is(200), jmesPath("state").is("RELEASED")));

    private final ScenarioBuilder shoppers = scenario("shoppers")
            .exec(
                    reserve,
                    doIf(session -> session.contains("reservationId"))
                            .then(randomSwitch()
                                    .on(percent(50).then(confirm), percent(50).then(release))));

    public ReservationSimulation() {
        setUp(shoppers.injectClosed(constantConcurrentUsers(settings.users()).during(settings.duration())))
                .protocols(http.baseUrl(settings.target().toString())
                        .contentTypeHeader("application/json")
                        .acceptHeader("application/json")
                        .userAgentHeader("storegrid-load")
                        // Shoppers are many and short; without this each would open a connection of its own.
                        .shareConnections()
                        // Gatling warms itself up on its maker's site otherwise.
                        .disableWarmUp())
                .assertions(
                        global().failedRequests().count().is(0L),
                        global().successfulRequests().count().gt(0L));
    }

    @Override
    public void before() {
        System.out.printf(
                "%d shoppers for %d s at %s, choosing from %d products%n",
                settings.users(), settings.duration().toSeconds(), settings.target(), skus.size());
    }
}
