package io.storegrid.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

@Timeout(90)
class EmbeddedDatabaseIT {

    @TempDir
    private Path directory;

    @Test
    void isDurableAndSpeaksUtf8() throws SQLException {
        try (EmbeddedDatabase database = TestDatabase.serverIn(directory)) {
            database.start();
            assertEquals("on", ask(database, "SHOW fsync"));
            assertEquals("on", ask(database, "SHOW synchronous_commit"));
            assertEquals("on", ask(database, "SHOW full_page_writes"));
            assertEquals("127.0.0.1", ask(database, "SHOW listen_addresses"));
            assertEquals("UTF8", ask(database, "SHOW server_encoding"));
            assertEquals("t", ask(database, "SELECT 'Z' < 'a' AND lower('PÃO') = 'pão'"));
        }
    }

    @Test
    void keepsRowsAndPortOverRestartsAndCrashes() throws SQLException {
        int port;
        try (EmbeddedDatabase database = TestDatabase.serverIn(directory)) {
            database.start();
            port = database.port();
            ask(database, "CREATE TABLE t AS SELECT 42 AS x; SELECT 1");
            assertTimeout(Duration.ofSeconds(3), database::stop);
            assertFalse(database.running());
            database.start();
            assertEquals("42", ask(database, "SELECT x FROM t"));
            database.kill();
            assertFalse(database.running());
            database.start();
            assertEquals("42", ask(database, "SELECT x FROM t"));
        }
        try (EmbeddedDatabase database = TestDatabase.serverIn(directory)) {
            database.start();
            assertEquals(port, database.port());
            assertEquals("42", ask(database, "SELECT x FROM t"));
        }
    }

    @Test
    void hangsWhilePausedAndGoesOnAfterwards() throws SQLException {
        try (EmbeddedDatabase database = TestDatabase.serverIn(directory)) {
            database.start();
            database.pause();
            assertThrows(StartupFailure.class, () -> Migration.requireReachable(database.settings()));
            database.resume();
            assertEquals("1", ask(database, "SELECT 1"));
            List<Long> processes = ServerPrograms.withChildren(database.pid());
            database.pause();
            assertTimeout(Duration.ofSeconds(3), database::stop);
            assertEquals(
                    List.of(), processes.stream().filter(ServerPrograms::alive).toList());
        }
    }

    @Test
    void takesOverTheServerOfAKilledProcess() throws Exception {
        Process child = child();
        try {
            String said = child.inputReader().readLine();
            assertEquals("up", said);
        } finally {
            child.destroyForcibly();
            child.waitFor(10, TimeUnit.SECONDS);
        }
        String orphan =
                Files.readAllLines(directory.resolve("postgres/postmaster.pid")).get(0);
        assertTrue(ServerPrograms.alive(Long.parseLong(orphan)), "the kill was meant to leave a server behind");
        try (EmbeddedDatabase database = TestDatabase.serverIn(directory)) {
            database.start();
            assertEquals("7", ask(database, "SELECT x FROM t"));
            assertFalse(ServerPrograms.alive(Long.parseLong(orphan)));
        }
    }

    @Test
    void refusesADirectoryThatAnotherProcessUses() throws Exception {
        Process child = child();
        try {
            assertEquals("up", child.inputReader().readLine());
            StartupFailure refused = assertThrows(StartupFailure.class, () -> TestDatabase.serverIn(directory));
            assertTrue(refused.getMessage().contains("used by another Storegrid node"), refused.getMessage());
        } finally {
            child.outputWriter().close();
            assertTrue(child.waitFor(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void refusesADirectoryThatItCannotWrite() throws IOException {
        // A mode would not keep root out; nobody can make a directory here.
        Path file = Files.createFile(directory.resolve("file"));
        for (Path bad : List.of(file.resolve("data"), Path.of("/proc/storegrid-data"))) {
            StartupFailure refused = assertThrows(StartupFailure.class, () -> TestDatabase.serverIn(bad));
            assertTrue(refused.getMessage().startsWith("The data directory cannot be written"), refused.getMessage());
        }
    }

    @Test
    void refusesASchemaFromTheFuture() throws SQLException {
        try (TestDatabase database = TestDatabase.create()) {
            Migration.run(database.settings());
            database.execute("INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
                    + " installed_by, execution_time, success) VALUES (9999, '9999', 'later', 'SQL', 'V9999__later.sql',"
                    + " 'x', 1, true)");
            StartupFailure refused = assertThrows(StartupFailure.class, () -> Migration.run(database.settings()));
            assertTrue(refused.getMessage().contains("newer than this build"), refused.getMessage());
        }
    }

    @Test
    void saysInOneLineThatADatabaseIsAway() {
        DatabaseSettings away = new DatabaseSettings("jdbc:postgresql://127.0.0.1:1/storegrid", "nobody", null);
        StartupFailure refused = assertThrows(StartupFailure.class, () -> Migration.run(away));
        assertTrue(refused.getMessage().startsWith("The database cannot be reached"), refused.getMessage());
        assertFalse(refused.getMessage().contains("\n"));
    }

    private Process child() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens=java.base/java.nio=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path").replace(File.pathSeparator + File.pathSeparator, ""),
                        DatabaseHolder.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Starts a server, says so, and stops it when its standard input ends. */
    public static final class DatabaseHolder {
        private DatabaseHolder() {}

        public static void main(String[] arguments) throws Exception {
            try (EmbeddedDatabase database = TestDatabase.serverIn(Path.of(arguments[0]))) {
                database.start();
                ask(database, "CREATE TABLE t AS SELECT 7 AS x; SELECT 1");
                System.out.println("up");
                System.in.transferTo(java.io.OutputStream.nullOutputStream());
            }
        }
    }

    private static String ask(EmbeddedDatabase database, String sql) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(database.settings().url());
        source.setUser(EmbeddedDatabase.NAME);
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            boolean rows = statement.execute(sql);
            while (!rows) {
                rows = statement.getMoreResults();
            }
            try (ResultSet result = statement.getResultSet()) {
                result.next();
                return result.getString(1);
            }
        }
    }
}
