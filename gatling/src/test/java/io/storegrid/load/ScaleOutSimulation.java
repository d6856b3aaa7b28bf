package io.storegrid.load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.asLongAs;
import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.doIf;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.group;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.core.CoreDsl.roundRobinSwitch;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Assertion;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Session;
import io.storegrid.load.LoadSettings.Bounds;
import io.storegrid.load.LoadSettings.BoundsOf;
import io.storegrid.load.LoadSettings.Profile;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Steady reservations while nodes come and go. Each shopper goes round over {@code -Dtargets}, and does what a good client
 * does: a request that got no answer, or 503, or 409 {@code idempotency-in-progress}, is sent again under the same key to the
 * next of them, {@link Retries#TRIES_MAX} times at most. Such an attempt counts as KO in the report and fails nothing. What
 * fails the run is a request that got its answer nowhere, a wrong answer, and an acknowledged hold that is not there
 * afterwards. The first target must answer when the run begins, any of them when it ends.
 *
 * <p>{@code ./mvnw -pl gatling gatling:test -Dgatling.simulationClass=io.storegrid.load.ScaleOutSimulation
 * -Dtargets=http://localhost:8080,http://localhost:8081}
 */
public final class ScaleOutSimulation extends StoreSimulation {

    /** Above what two cores gave that ran load, store and others' builds, so a quiet machine stays far below. */
    private static final BoundsOf WITH_HEAD_ROOM = new BoundsOf(new Bounds(1_000, 4_000), new Bounds(2_000, 6_000));
    /** Ends the names of groups, which are timed with all tries and pauses: what the shopper waits. */
    private static final String UNTIL_ANSWERED = " until answered";

    /** Nodes that came or went at the last moment find to one another. */
    private static final Duration REST = Duration.ofSeconds(3);

    private final Journeys journeys;
    private @Nullable URI ready;

    public ScaleOutSimulation() {
        super(Profile.LAPTOP, WITH_HEAD_ROOM);
        journeys = new Journeys(settings, SkuPool.prepare(settings), tally);
        List<Assertion> assertions = new ArrayList<>(
                timings("reserve" + UNTIL_ANSWERED, "confirm" + UNTIL_ANSWERED, "release" + UNTIL_ANSWERED));
        for (String audit : List.of(AUDIT_RESERVATION, AUDIT_BOOKS)) {
            assertions.add(details(audit).failedRequests().count().is(0L));
            assertions.add(details(audit).successfulRequests().count().gt(0L));
        }
        setUp(load(scenario("shoppers")
                                .exec(session -> journeys.order(session, Journeys.TTL_S)
                                        .set("at", (int) (session.userId()
                                                % settings.targets().size())))
                                .exec(untilAnswered("reserve", "/v1/reservations", "reserveKey"))
                                .exec(journeys.think())
                                .exec(journeys.ifHeld(exec(roundRobinSwitch()
                                        .on(settle("confirm", "CONFIRMED"), settle("release", "RELEASED"))))))
                        .andThen(audit(REST, heldSomething())))
                .protocols(protocol())
                .assertions(assertions);
    }

    private ChainBuilder settle(String how, String state) {
        return exec(untilAnswered(how, "/v1/reservations/#{reservationId}/" + how, "confirmKey"))
                .exec(doIf(session -> session.contains("settled")).then(journeys.promise(state)));
    }

    private ChainBuilder untilAnswered(String name, String path, String key) {
        return exec(session -> session.set("tries", 0).set("asking", true))
                .exec(group(name + UNTIL_ANSWERED)
                        .on(asLongAs("#{asking}")
                                .on(
                                        exec(session -> session.removeAll("status", "answer")
                                                .set("base", base(session).toString())),
                                        http(name)
                                                .post("#{base}" + path)
                                                .header("Idempotency-Key", "#{" + key + "}")
                                                .body(StringBody(session ->
                                                        "reserve".equals(name) ? string(session, "body") : ""))
                                                .check(
                                                        status().saveAs("status"),
                                                        bodyString().saveAs("answer"),
                                                        header("X-Served-By")
                                                                .optional()
                                                                .saveAs("servedBy"),
                                                        status().in(200, Journeys.CREATED, Journeys.CONFLICT)),
                                        exec(session -> heard(session.markAsSucceeded(), name)),
                                        doIf("#{asking}")
                                                .then(pause(session -> Retries.pause(session.getInt("tries")))))));
    }

    private URI base(Session session) {
        return settings.targets().get(session.getInt("at") % settings.targets().size());
    }

    private Session heard(Session session, String name) {
        int status = session.contains("status") ? session.getInt("status") : Retries.NO_ANSWER;
        String answer = session.contains("answer") ? string(session, "answer") : "";
        int tries = session.getInt("tries") + 1;
        Session next = session.set("tries", tries).set("at", session.getInt("at") + 1);
        if (session.contains("servedBy") && status != Retries.NO_ANSWER) {
            tally.count("answers by " + session.getString("servedBy"));
        }
        switch (Retries.judge(name, status, answer)) {
            case AGAIN -> {
                tally.count(status == Retries.NO_ANSWER ? "attempts without an answer" : "attempts told to come back");
                if (tries < Retries.TRIES_MAX) {
                    return next;
                }
                tally.complain(
                        name + " got no answer in " + tries + " tries, the last status was " + status + " " + answer);
            }
            case DONE -> {
                if (tries > 1) {
                    tally.count("requests answered after several tries");
                }
                next = status == Journeys.CREATED
                        ? next.set(
                                "reservationId", Books.parse(answer).path("id").asText())
                        : next.set("settled", status == 200);
                if (name.equals("reserve")) {
                    tally.count(status == Journeys.CREATED ? "held" : "sold out");
                }
            }
            case WRONG -> tally.complain(name + " was answered " + status + " " + answer);
        }
        return next.set("asking", false);
    }

    /** Any target that is ready, asked for once, when the shoppers have gone. */
    @Override
    synchronized URI audited() {
        URI found = ready;
        if (found == null) {
            found = StoreClient.firstReady(settings.targets());
            ready = found;
        }
        return found;
    }
}
