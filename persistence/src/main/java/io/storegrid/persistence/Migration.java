package io.storegrid.persistence;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.postgresql.ds.PGSimpleDataSource;

/** Brings a database's schema up to what this build knows. Safe to run on several nodes at once: they take turns. */
public final class Migration {

    /** @param applied migrations done by this call
     * @param version the schema's version afterwards, "0" without any */
    public record Result(int applied, String version) {}

    /** The version that this build brings a database to: that of the last file in {@code db/migration}. */
    public static final int SCHEMA = 5;

    private Migration() {}

    /** Migrates, or throws {@link StartupFailure}: database away, schema newer than this build, schema changed by hand. */
    public static Result run(DatabaseSettings settings) {
        return run(settings, true).orElseThrow();
    }

    /**
     * As {@link #run}, of a database that needs no change; empty, and nothing done, when it needs one. For a node that may be
     * about to join others: those have to admit it before it changes what they work with.
     */
    public static Optional<Result> runIfCurrent(DatabaseSettings settings) {
        return run(settings, false);
    }

    private static Optional<Result> run(DatabaseSettings settings, boolean mayChange) {
        DataSource source = source(settings);
        requireReachable(source, settings);
        try {
            Flyway flyway = Flyway.configure()
                    .dataSource(source)
                    .locations("classpath:db/migration")
                    .loggers("slf4j")
                    .load();
            MigrationInfoService info = flyway.info();
            refuseNewerSchema(info, settings);
            if (!mayChange && info.pending().length > 0) {
                return Optional.empty();
            }
            int applied = flyway.migrate().migrationsExecuted;
            MigrationInfo current = flyway.info().current();
            return Optional.of(new Result(
                    applied,
                    current == null || current.getVersion() == null
                            ? "0"
                            : current.getVersion().toString()));
        } catch (FlywayException e) {
            throw new StartupFailure(
                    "The database's schema cannot be brought up to date [database=" + settings + ", cause="
                            + firstLine(e.getMessage()) + "]",
                    e);
        }
    }

    private static void refuseNewerSchema(MigrationInfoService info, DatabaseSettings settings) {
        for (MigrationInfo migration : info.all()) {
            if (migration.getState() == MigrationState.FUTURE_SUCCESS
                    || migration.getState() == MigrationState.FUTURE_FAILED) {
                throw new StartupFailure("The database's schema is newer than this build, start a newer one [database="
                        + settings + ", schema=" + migration.getVersion() + "]");
            }
        }
    }

    /** Throws {@link StartupFailure} unless the database answers within a few seconds. */
    public static void requireReachable(DatabaseSettings settings) {
        requireReachable(source(settings), settings);
    }

    private static void requireReachable(DataSource source, DatabaseSettings settings) {
        try (Connection connection = source.getConnection()) {
            if (!connection.isValid((int) DatabaseSettings.CONNECT_TIMEOUT.toSeconds())) {
                throw new SQLException("no answer");
            }
        } catch (SQLException e) {
            throw new StartupFailure(
                    "The database cannot be reached [database=" + settings + ", cause=" + firstLine(e.getMessage())
                            + "]",
                    e);
        }
    }

    /** No pool, and none of the short limits of a running store: a migration may take its time. */
    private static DataSource source(DatabaseSettings settings) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        try {
            source.setUrl(settings.url());
        } catch (IllegalArgumentException e) {
            throw new StartupFailure(
                    "Not the URL of a PostgreSQL database, expected jdbc:postgresql://host[:port]/database [url="
                            + settings.url() + "]",
                    e);
        }
        if (settings.user() != null) {
            source.setUser(settings.user());
        }
        if (settings.password() != null) {
            source.setPassword(settings.password());
        }
        source.setConnectTimeout((int) DatabaseSettings.CONNECT_TIMEOUT.toSeconds());
        source.setLoginTimeout((int) DatabaseSettings.CONNECT_TIMEOUT.toSeconds());
        source.setApplicationName("storegrid-start");
        return source;
    }

    private static String firstLine(@org.jspecify.annotations.Nullable String message) {
        return message == null
                ? "none given"
                : message.strip().lines().findFirst().orElse("none given");
    }
}
