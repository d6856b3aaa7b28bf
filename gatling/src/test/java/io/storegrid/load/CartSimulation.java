package io.storegrid.load;

import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.storegrid.load.LoadSettings.Bounds;
import io.storegrid.load.LoadSettings.BoundsOf;
import io.storegrid.load.LoadSettings.Profile;
import java.time.Duration;

/**
 * Shoppers who fill carts, change them, hold them twice and buy or drop them. Each answer must show the lines that the
 * shopper put there, and each hold must have ended as its shopper was told.
 *
 * <p>{@code ./mvnw -pl gatling gatling:test -Dgatling.simulationClass=io.storegrid.load.CartSimulation}
 */
public final class CartSimulation extends StoreSimulation {

    /** Above what two cores gave that ran load, store and others' builds, so a quiet machine stays far below. */
    private static final BoundsOf WITH_HEAD_ROOM = new BoundsOf(new Bounds(750, 2_000), new Bounds(2_500, 4_000));

    public CartSimulation() {
        super(Profile.LAPTOP, WITH_HEAD_ROOM);
        Journeys journeys = new Journeys(settings, SkuPool.prepare(settings), tally);
        setUp(load(scenario("shoppers").exec(journeys.cart())).andThen(audit(Duration.ZERO, exec(heldSomething()))))
                .protocols(protocol())
                .assertions(assertions("open cart", "add", "set", "remove", "hold cart", "cart", "drop cart"));
    }
}
