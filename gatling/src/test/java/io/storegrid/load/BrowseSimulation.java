package io.storegrid.load;

import static io.gatling.javaapi.core.CoreDsl.asLongAs;
import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.jmesPath;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.storegrid.load.LoadSettings.Bounds;
import io.storegrid.load.LoadSettings.BoundsOf;
import io.storegrid.load.LoadSettings.Profile;
import java.time.Duration;

/**
 * Shoppers who look: lists, search, a category by price, a product, stock. Afterwards the catalogue is walked through from
 * the first page to the last and must come past every product that was there at the beginning.
 *
 * <p>{@code ./mvnw -pl gatling gatling:test -Dgatling.simulationClass=io.storegrid.load.BrowseSimulation}
 */
public final class BrowseSimulation extends StoreSimulation {

    /** Above what two cores gave that ran load, store and others' builds, so a quiet machine stays far below. */
    private static final BoundsOf WITH_HEAD_ROOM = new BoundsOf(new Bounds(250, 500), new Bounds(4_000, 7_000));

    private static final int PAGE_MAX = 200;

    public BrowseSimulation() {
        super(Profile.LAPTOP, WITH_HEAD_ROOM);
        SkuPool skus = SkuPool.prepare(settings);
        setUp(load(scenario("shoppers").exec(new Journeys(settings, skus, tally).browse()))
                        .andThen(audit(Duration.ZERO, walk(new CatalogueWalk(skus.skus())))))
                .protocols(protocol())
                .assertions(assertions("list", "list next", "search", "category", "product", "stock", "stocks"));
    }

    private ChainBuilder walk(CatalogueWalk walk) {
        return exec(session -> session.set("query", "?limit=" + PAGE_MAX).set("walking", true))
                .exec(asLongAs("#{walking}")
                        .on(
                                http("audit list")
                                        .get("/v1/products#{query}")
                                        .check(
                                                status().is(200),
                                                jmesPath("page.nextCursor")
                                                        .optional()
                                                        .saveAs("cursor"),
                                                bodyString()
                                                        .transform(body -> tally.noted("catalogue", walk.page(body)))
                                                        .is(Books.SOUND)),
                                exec(session -> session.contains("cursor") && !session.isFailed()
                                        ? session.set(
                                                        "query",
                                                        "?limit=" + PAGE_MAX + "&cursor=" + session.getString("cursor"))
                                                .remove("cursor")
                                        : session.set("walking", false))));
    }
}
