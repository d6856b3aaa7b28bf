package io.storegrid.load;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a run is told by system properties; the one place that knows their names, defaults and bounds. A value that makes no
 * sense stops the run before it begins, and all of them are named at once.
 *
 * @param targets {@code -Dtargets}: where nodes answer, with commas; default {@code -Dtarget}, which is
 *     {@code http://localhost:8080}. Only a simulation that goes round uses more than the first
 * @param profile {@code -Dprofile}: {@code laptop} or {@code thousand}, what is assumed where nothing else is said
 * @param users {@code -Dusers}: shoppers at any one time, 1 to 10 000
 * @param rate {@code -Drate}: shoppers that arrive each second, 0 to 10 000; 0, the default, keeps {@code users} of them
 * @param ramp {@code -Dramp}: seconds until all are there, 0 to 3 600
 * @param duration {@code -Dduration}: seconds of full load after the ramp, 1 to 604 800, default 30
 * @param think {@code -Dthink}: ms that a shopper thinks between two requests, 0 to 60 000
 * @param skus {@code -Dskus}: products that shoppers choose from, 4 to 100 000, default 1 000; fewer mean more contention
 * @param stock {@code -Dstock}: units of each of them that are there at the beginning at least, 0 to 10 000 000, default
 *     100 000, so that a second run is not all "sold out"; 0 leaves the stock as it is
 * @param demand {@code -Ddemand}: {@code uniform}, the default, or {@code zipf}
 * @param shoppers {@code -Dshoppers}: who come to a drop, 1 to 1 000 000, default 10 000
 * @param units {@code -Dunits}: what a drop has to sell, 1 to 1 000 000, default 1 000
 * @param bounds {@code -Dp95}, {@code -Dp99}: ms, 1 to 60 000, that the run fails above; the default is the simulation's
 */
record LoadSettings(
        List<URI> targets,
        Profile profile,
        int users,
        int rate,
        Duration ramp,
        Duration duration,
        Duration think,
        int skus,
        int stock,
        Demand demand,
        int shoppers,
        int units,
        Bounds bounds) {

    private static final int HOUR_S = 3_600;
    private static final int WEEK_S = 7 * 24 * HOUR_S;
    private static final int MINUTE_MS = 60_000;

    /** Sets of defaults. */
    enum Profile {
        /** Few shoppers without a thought, as fast as the store lets them: for a machine that runs load and store. */
        LAPTOP(20, 2, 0),
        /** A thousand shoppers who think a second between two requests. */
        THOUSAND(1_000, 15, 1_000);

        private final int users;
        private final int rampS;
        private final int thinkMs;

        Profile(int users, int rampS, int thinkMs) {
            this.users = users;
            this.rampS = rampS;
            this.thinkMs = thinkMs;
        }
    }

    /** How shoppers choose among the products. */
    enum Demand {
        /** Each as likely as any other. */
        UNIFORM,
        /** The n-th with a weight of 1/n. */
        ZIPF
    }

    /** Response times in ms, 95th and 99th percentile, that a request must stay below. */
    record Bounds(int p95Ms, int p99Ms) {}

    /** The bounds of a simulation for each profile. */
    record BoundsOf(Bounds laptop, Bounds thousand) {
        Bounds in(Profile profile) {
            return profile == Profile.LAPTOP ? laptop : thousand;
        }
    }

    static LoadSettings fromSystemProperties(Profile unsaid, BoundsOf bounds) {
        return read(System::getProperty, unsaid, bounds);
    }

    /**
     * Reads settings from wherever {@code property} finds them.
     *
     * @throws IllegalArgumentException that names every bad value
     */
    static LoadSettings read(Function<String, @Nullable String> property, Profile unsaid, BoundsOf bounds) {
        Reader reader = new Reader(property);
        Profile profile = reader.oneOf("profile", unsaid, Profile.values());
        Bounds usual = bounds.in(profile);
        LoadSettings settings = new LoadSettings(
                reader.targets(),
                profile,
                reader.number("users", profile.users, 1, 10_000),
                reader.number("rate", 0, 0, 10_000),
                Duration.ofSeconds(reader.number("ramp", profile.rampS, 0, HOUR_S)),
                Duration.ofSeconds(reader.number("duration", 30, 1, WEEK_S)),
                Duration.ofMillis(reader.number("think", profile.thinkMs, 0, MINUTE_MS)),
                reader.number("skus", 1_000, 4, 100_000),
                reader.number("stock", 100_000, 0, 10_000_000),
                reader.oneOf("demand", Demand.UNIFORM, Demand.values()),
                reader.number("shoppers", 10_000, 1, 1_000_000),
                reader.number("units", 1_000, 1, 1_000_000),
                new Bounds(
                        reader.number("p95", usual.p95Ms, 1, MINUTE_MS),
                        reader.number("p99", usual.p99Ms, 1, MINUTE_MS)));
        reader.refuse();
        return settings;
    }

    /** The first of the targets. */
    URI target() {
        return targets.get(0);
    }

    private static final class Reader {

        private final Function<String, @Nullable String> property;
        private final List<String> problems = new ArrayList<>();

        Reader(Function<String, @Nullable String> property) {
            this.property = property;
        }

        int number(String name, int unsaid, int least, int most) {
            String said = property.apply(name);
            if (said == null) {
                return unsaid;
            }
            try {
                int value = Integer.parseInt(said.strip());
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Named below, like a number out of bounds.
            }
            problems.add("-D" + name + " must be a whole number from " + least + " to " + most + ", is '" + said + "'");
            return unsaid;
        }

        <E extends Enum<E>> E oneOf(String name, E unsaid, E[] all) {
            String said = property.apply(name);
            if (said == null) {
                return unsaid;
            }
            for (E each : all) {
                if (lower(each).equals(said.strip())) {
                    return each;
                }
            }
            problems.add("-D" + name + " must be "
                    + Arrays.stream(all).map(Reader::lower).collect(Collectors.joining(" or ")) + ", is '" + said
                    + "'");
            return unsaid;
        }

        List<URI> targets() {
            String name = property.apply("targets") != null ? "targets" : "target";
            String said = property.apply(name);
            List<URI> targets = new ArrayList<>();
            for (String each : (said == null ? "http://localhost:8080" : said).split(",", -1)) {
                URI target = baseUrl(each.strip());
                if (target == null) {
                    problems.add("-D" + name + " must be http://host:port" + ("targets".equals(name) ? ",…" : "")
                            + " without a path, is '" + each.strip() + "'");
                } else {
                    targets.add(target);
                }
            }
            return List.copyOf(targets);
        }

        void refuse() {
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException(problems.stream()
                        .collect(Collectors.joining(
                                System.lineSeparator() + "  ",
                                "The load settings make no sense:" + System.lineSeparator() + "  ",
                                "")));
            }
        }

        private static @Nullable URI baseUrl(String text) {
            try {
                URI uri = URI.create(text);
                boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
                String path = uri.getRawPath();
                boolean bare = (path == null || path.isEmpty() || "/".equals(path)) && uri.getRawQuery() == null;
                return http && uri.getHost() != null && bare
                        ? URI.create(uri.getScheme() + "://" + uri.getRawAuthority())
                        : null;
            } catch (IllegalArgumentException e) {
                return null;
            }
        }

        private static String lower(Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT);
        }
    }
}
