package io.storegrid.load;

import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.roundRobinSwitch;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.storegrid.load.LoadSettings.Bounds;
import io.storegrid.load.LoadSettings.BoundsOf;
import io.storegrid.load.LoadSettings.Profile;
import java.time.Duration;

/**
 * Shoppers who hold 1 to 4 products and then buy them or think better of it, in turns. {@code -Ddemand=zipf} lets them all
 * want the same few. Afterwards each acknowledged hold must be there, with its lines and its end.
 *
 * <p>{@code ./mvnw -pl gatling gatling:test -Dgatling.simulationClass=io.storegrid.load.ReservationSimulation}
 */
public final class ReservationSimulation extends StoreSimulation {

    /** Above what two cores gave that ran load, store and others' builds, so a quiet machine stays far below. */
    private static final BoundsOf WITH_HEAD_ROOM = new BoundsOf(new Bounds(500, 1_000), new Bounds(2_500, 4_000));

    public ReservationSimulation() {
        super(Profile.LAPTOP, WITH_HEAD_ROOM);
        Journeys journeys = new Journeys(settings, SkuPool.prepare(settings), tally);
        setUp(load(scenario("shoppers")
                                .exec(
                                        journeys.reserve(Journeys.TTL_S),
                                        journeys.ifHeld(
                                                exec(roundRobinSwitch().on(journeys.confirm(), journeys.release())))))
                        .andThen(audit(Duration.ZERO, heldSomething())))
                .protocols(protocol())
                .assertions(assertions("reserve", "confirm", "release"));
    }
}
