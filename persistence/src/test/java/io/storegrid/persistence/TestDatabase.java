package io.storegrid.persistence;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A fresh, migrated database for a test: one real server a JVM, on a directory that is gone with the JVM; each database is
 * a copy of one that was migrated once. The server is as durable as in production. Close to drop the database.
 *
 * <p>Thread-safe.
 */
public final class TestDatabase implements AutoCloseable {

    private static final String TEMPLATE = "storegrid_template";
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static @Nullable EmbeddedDatabase server;

    private final String name;
    private final DatabaseSettings settings;

    private TestDatabase(String name, DatabaseSettings settings) {
        this.name = name;
        this.settings = settings;
    }

    /** A database of its own with the whole schema and no rows. */
    public static TestDatabase create() {
        EmbeddedDatabase shared = server();
        String name = "test_" + NUMBER.incrementAndGet();
        execute(shared.settings("postgres"), "CREATE DATABASE " + name + " TEMPLATE " + TEMPLATE);
        return new TestDatabase(name, shared.settings(name));
    }

    /** The server that all tests of this JVM share; whoever stops, pauses or kills it starts it again. */
    public static synchronized EmbeddedDatabase server() {
        if (server == null) {
            server = startServer();
        }
        return server;
    }

    /** A server on {@code directory} for a test that wants one alone; its programs are shared between test runs. */
    public static EmbeddedDatabase serverIn(Path directory) {
        return EmbeddedDatabase.in(directory, Path.of("target", "postgres-server"), Map.of());
    }

    /** A single connection to the server beside every test's database, auto-commit on; the caller closes it. */
    public static Connection connectBeside() throws SQLException {
        return connect(server().settings("postgres"));
    }

    private static EmbeddedDatabase startServer() {
        try {
            Path directory = Files.createTempDirectory("storegrid-test-");
            EmbeddedDatabase started = serverIn(directory);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(started), "test-database-stop"));
            started.start();
            execute(started.settings("postgres"), "CREATE DATABASE " + TEMPLATE);
            Migration.run(started.settings(TEMPLATE));
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(EmbeddedDatabase database) {
        try {
            if (database.running()) {
                database.kill();
            }
            database.close();
            ServerBinaries.deleteTree(database.directory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public DatabaseSettings settings() {
        return settings;
    }

    /** A single connection outside of every pool, auto-commit on; the caller closes it. */
    public Connection connect() throws SQLException {
        return connect(settings);
    }

    /** Runs one statement in auto-commit. */
    public void execute(String sql) {
        execute(settings, sql);
    }

    @Override
    public void close() {
        EmbeddedDatabase shared = server();
        if (shared.running()) {
            execute(shared.settings("postgres"), "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
        }
    }

    private static Connection connect(DatabaseSettings settings) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(settings.url());
        source.setUser(settings.user());
        return source.getConnection();
    }

    private static void execute(DatabaseSettings settings, String sql) {
        try (Connection connection = connect(settings);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("test database: " + sql, e);
        }
    }
}
