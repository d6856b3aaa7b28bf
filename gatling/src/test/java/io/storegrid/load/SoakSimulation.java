package io.storegrid.load;

import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.percent;
import static io.gatling.javaapi.core.CoreDsl.randomSwitch;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.storegrid.load.LoadSettings.Bounds;
import io.storegrid.load.LoadSettings.BoundsOf;
import io.storegrid.load.LoadSettings.Profile;
import java.time.Duration;

/**
 * A long day at the shop: shoppers who look, fill carts, buy, think better of it, want more time, forget what they hold, or
 * ask twice. Afterwards each acknowledged hold must have ended as it was told, forgotten ones by expiry, no copy in the grid
 * may be ahead of the database, and the invariants must hold.
 *
 * <p>{@code ./mvnw -pl gatling gatling:test -Dgatling.simulationClass=io.storegrid.load.SoakSimulation -Dduration=3600}
 */
public final class SoakSimulation extends StoreSimulation {

    /** Above what two cores gave that ran load, store and others' builds, so a quiet machine stays far below. */
    private static final BoundsOf WITH_HEAD_ROOM = new BoundsOf(new Bounds(750, 1_500), new Bounds(2_500, 4_000));
    /** The last forgotten hold is due, and the sweep that settles holds each second has come past. */
    private static final Duration REST = Duration.ofSeconds(Journeys.SHORT_TTL_S + 3);

    public SoakSimulation() {
        super(Profile.LAPTOP, WITH_HEAD_ROOM);
        Journeys journeys = new Journeys(settings, SkuPool.prepare(settings), tally);
        ChainBuilder reserve = journeys.reserve(Journeys.TTL_S);
        ChainBuilder buy = exec(reserve, journeys.ifHeld(journeys.confirm()));
        ChainBuilder buyAskingTwice = exec(
                reserve, journeys.replayReserve(), journeys.ifHeld(exec(journeys.confirm(), journeys.replayConfirm())));
        ChainBuilder thinkBetter = exec(reserve, journeys.ifHeld(journeys.release()));
        ChainBuilder wantMoreTime = exec(reserve, journeys.ifHeld(exec(journeys.extend(), journeys.confirm())));
        ChainBuilder forget = exec(journeys.reserve(Journeys.SHORT_TTL_S), journeys.ifHeld(journeys.leaveToExpire()));
        setUp(load(scenario("shoppers")
                                .exec(randomSwitch()
                                        .on(
                                                percent(25).then(journeys.browse()),
                                                percent(20).then(journeys.cart()),
                                                percent(20).then(buy),
                                                percent(10).then(buyAskingTwice),
                                                percent(10).then(thinkBetter),
                                                percent(5).then(wantMoreTime),
                                                percent(10).then(forget))))
                        .andThen(audit(REST, exec(heldSomething(), reconcile()))))
                .protocols(protocol())
                .assertions(assertions(
                        "list", "search", "category", "product", "stock", "add", "hold cart", "reserve", "confirm"));
    }

    private ChainBuilder reconcile() {
        return exec(http("audit reconcile")
                .post("/v1/admin/reconcile")
                .requestTimeout(AUDIT_TIMEOUT)
                .check(
                        status().is(200),
                        bodyString()
                                .transform(body -> tally.noted("reconcile", Books.reconciled(body)))
                                .is(Books.SOUND)));
    }
}
