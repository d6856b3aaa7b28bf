package io.storegrid.load;

import static io.gatling.javaapi.core.CoreDsl.asLongAs;
import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.constantConcurrentUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.core.CoreDsl.rampConcurrentUsers;
import static io.gatling.javaapi.core.CoreDsl.rampUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Assertion;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import io.storegrid.load.LoadSettings.BoundsOf;
import io.storegrid.load.LoadSettings.Profile;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all simulations share: shoppers come as the settings say, and when the last has gone an audit asks the store for
 * everything that it acknowledged. The audit is made of requests with checks, because a failed request fails the run and
 * still leaves a report; an exception in {@link #after()} would leave none.
 */
abstract class StoreSimulation extends Simulation {

    static final String AUDIT_BOOKS = "audit books";

    static final String AUDIT_RESERVATION = "audit reservation";
    private static final String AUDITED = "audited";
    private static final int AUDITORS = 8;
    /** The invariants read all the store's books; after a long soak that takes its time. */
    static final Duration AUDIT_TIMEOUT = Duration.ofMinutes(5);

    final LoadSettings settings;
    final Tally tally = new Tally();

    StoreSimulation(Profile unsaid, BoundsOf bounds) {
        this.settings = LoadSettings.fromSystemProperties(unsaid, bounds);
    }

    final HttpProtocolBuilder protocol() {
        return http.baseUrl(settings.target().toString())
                .contentTypeHeader("application/json")
                .acceptHeader("application/json")
                .userAgentHeader("storegrid-load")
                // Shoppers are many and short; without this each would open a connection of its own. There are as many
                // connections as requests under way, so a thousand shoppers need a thousand file descriptors at most.
                .shareConnections()
                // Each answer is to come from the store, whatever its headers allow.
                .disableCaching()
                // Gatling warms itself up on its maker's site otherwise.
                .disableWarmUp();
    }

    /** Shoppers as the settings say: a crowd of constant size, or a stream of constant rate. */
    final PopulationBuilder load(ScenarioBuilder shoppers) {
        boolean ramped = !settings.ramp().isZero();
        if (settings.rate() > 0) {
            return ramped
                    ? shoppers.injectOpen(
                            rampUsersPerSec(1).to(settings.rate()).during(settings.ramp()),
                            constantUsersPerSec(settings.rate()).during(settings.duration()))
                    : shoppers.injectOpen(constantUsersPerSec(settings.rate()).during(settings.duration()));
        }
        return ramped
                ? shoppers.injectClosed(
                        rampConcurrentUsers(1).to(settings.users()).during(settings.ramp()),
                        constantConcurrentUsers(settings.users()).during(settings.duration()))
                : shoppers.injectClosed(
                        constantConcurrentUsers(settings.users()).during(settings.duration()));
    }

    /** Where the audit asks. */
    URI audited() {
        return settings.target();
    }

    /**
     * Asks for every acknowledged reservation, then for the invariants.
     *
     * @param rest how long the store is left alone before, so that holds have come to their end
     * @param more what else is to be asked, after the reservations
     */
    final PopulationBuilder audit(Duration rest, ChainBuilder more) {
        AtomicInteger at = new AtomicInteger();
        ChainBuilder next = exec(session -> {
            List<Tally.Promise> promises = tally.promisesKept();
            int index = at.getAndIncrement();
            if (index >= promises.size()) {
                return session.remove(AUDITED);
            }
            return session.set(AUDITED, promises.get(index));
        });
        ScenarioBuilder reservations = scenario("audit of reservations")
                .exec(pause(rest))
                .exec(next)
                .exec(asLongAs(session -> session.contains(AUDITED))
                        .on(
                                http(AUDIT_RESERVATION)
                                        .get(session -> audited() + "/v1/reservations/"
                                                + promise(session).reservationId())
                                        .check(
                                                status().is(200),
                                                bodyString()
                                                        .transformWithSession((body, session) -> {
                                                            Tally.Promise promise = promise(session);
                                                            return tally.noted(
                                                                    promise.reservationId(),
                                                                    Books.reservation(body, promise));
                                                        })
                                                        .is(Books.SOUND)),
                                next));
        ScenarioBuilder whole = scenario("audit of the books").exec(more).exec(books());
        return reservations.injectOpen(atOnceUsers(AUDITORS)).andThen(whole.injectOpen(atOnceUsers(1)));
    }

    /** Complains when nobody got anything: such a run says nothing about what is kept. */
    final ChainBuilder heldSomething() {
        return exec(session -> {
            if (tally.promises() == 0) {
                tally.complain("Nothing was held, all is sold out; -Dstock=100000 fills the store up");
            }
            return session;
        });
    }

    private ChainBuilder books() {
        return exec(http(AUDIT_BOOKS)
                .get(session -> audited() + "/v1/admin/invariants")
                .requestTimeout(AUDIT_TIMEOUT)
                .check(
                        status().is(200),
                        bodyString()
                                .transform(body -> tally.noted("books", Books.invariants(body)))
                                .is(Books.SOUND),
                        bodyString().transform(body -> tally.verdict()).is(Books.SOUND)));
    }

    /** Nothing failed, the audit took place, and each of the named requests kept the bounds. */
    final List<Assertion> assertions(String... timed) {
        List<Assertion> assertions = new ArrayList<>(timings(timed));
        assertions.add(0, global().failedRequests().count().is(0L));
        assertions.add(1, details(AUDIT_BOOKS).successfulRequests().count().is(1L));
        return assertions;
    }

    /** Each of the named requests kept the bounds. */
    final List<Assertion> timings(String... timed) {
        List<Assertion> assertions = new ArrayList<>();
        for (String name : timed) {
            assertions.add(details(name)
                    .responseTime()
                    .percentile(95.0)
                    .lt(settings.bounds().p95Ms()));
            assertions.add(details(name)
                    .responseTime()
                    .percentile(99.0)
                    .lt(settings.bounds().p99Ms()));
        }
        return assertions;
    }

    private static Tally.Promise promise(Session session) {
        Tally.Promise promise = session.get(AUDITED);
        if (promise == null) {
            throw new IllegalStateException("nobody is audited");
        }
        return promise;
    }

    static String string(Session session, String name) {
        String value = session.getString(name);
        if (value == null) {
            throw new IllegalStateException("no " + name + " in the session");
        }
        return value;
    }

    @Override
    public void before() {
        System.out.printf(
                "%s at %s for %d s after a ramp of %d s, %d products, demand %s, p95 < %d ms, p99 < %d ms%n",
                settings.rate() > 0 ? settings.rate() + " new shoppers a second" : settings.users() + " shoppers",
                settings.targets(),
                settings.duration().toSeconds(),
                settings.ramp().toSeconds(),
                settings.skus(),
                settings.demand(),
                settings.bounds().p95Ms(),
                settings.bounds().p99Ms());
    }

    @Override
    public void after() {
        System.out.print(getClass().getSimpleName() + ":" + System.lineSeparator() + tally.summary());
    }
}
