package io.storegrid.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.domain.Answer;
import io.storegrid.domain.Outcome;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys are claimed once, whoever else is on the way with them (PROTOCOL 2). */
@Timeout(60)
class IdempotencySqlIT {

    private final TestDatabase database = TestDatabase.create();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        threads.shutdownNow();
        database.close();
    }

    private static Answer answer(Outcome outcome) {
        return Answer.of(outcome, 7).withRef("ref");
    }

    private static List<IdempotencySql.Claim> claims(String... keys) {
        return Arrays.stream(keys)
                .map(key ->
                        new IdempotencySql.Claim(key, key.getBytes(StandardCharsets.UTF_8), answer(Outcome.CREATED)))
                .toList();
    }

    private Connection open() throws SQLException {
        Connection connection = database.connect();
        connection.setAutoCommit(false);
        return connection;
    }

    @Test
    void onlyFreeKeysComeBackAndTheirRecordsStand() throws SQLException {
        try (Connection connection = open()) {
            long before = Times.now(connection);
            IdempotencySql.Claimed first = IdempotencySql.claim(connection, claims("b", "a"));
            assertEquals(Set.of("a", "b"), first.keys());
            assertTrue(first.nowMicros() >= before);
            connection.commit();

            assertEquals(
                    Set.of("c"),
                    IdempotencySql.claim(connection, claims("c", "b")).keys());
            IdempotencySql.Claimed none = IdempotencySql.claim(connection, claims("a"));
            assertEquals(new IdempotencySql.Claimed(Set.of(), 0), none);

            Map<String, IdempotencySql.Stored> stored = IdempotencySql.read(connection, List.of("a", "z"));
            assertEquals(Set.of("a"), stored.keySet());
            IdempotencySql.Stored record = Objects.requireNonNull(stored.get("a"));
            assertArrayEquals(new byte[] {'a'}, record.requestHash());
            assertEquals(answer(Outcome.CREATED), record.answer());
        }
    }

    @Test
    void anAnswerThatBecameAnotherIsSettledAndAKeyThatWasNotUsedGivenBack() throws SQLException {
        try (Connection connection = open()) {
            IdempotencySql.claim(connection, claims("a", "b"));
            IdempotencySql.settle(connection, Map.of("a", answer(Outcome.INSUFFICIENT_STOCK)));
            IdempotencySql.withdraw(connection, List.of("b"));
            connection.commit();

            Map<String, IdempotencySql.Stored> stored = IdempotencySql.read(connection, List.of("a", "b"));
            assertEquals(Set.of("a"), stored.keySet());
            assertEquals(
                    answer(Outcome.INSUFFICIENT_STOCK),
                    Objects.requireNonNull(stored.get("a")).answer());
            assertEquals(
                    Set.of("b"), IdempotencySql.claim(connection, claims("b")).keys());
        }
    }

    @ParameterizedTest(name = "the first commits: {0}")
    @ValueSource(booleans = {true, false})
    void aClaimWaitsForATwinInFlight(boolean commits) throws Exception {
        try (Connection first = open();
                Connection second = open()) {
            int pid = pid(second);
            assertEquals(Set.of("a"), IdempotencySql.claim(first, claims("a")).keys());
            assertEquals(
                    Map.of(),
                    IdempotencySql.read(second, List.of("a")),
                    "a plain SELECT does not see what is in flight");

            Future<Set<String>> twin = threads.submit(
                    () -> IdempotencySql.claim(second, claims("a", "b")).keys());
            awaitWaiting(pid);
            assertFalse(twin.isDone());
            if (commits) {
                first.commit();
            } else {
                first.rollback();
            }

            assertEquals(commits ? Set.of("b") : Set.of("a", "b"), twin.get(20, TimeUnit.SECONDS));
            assertEquals(Set.of("a"), IdempotencySql.read(second, List.of("a")).keySet());
        }
    }

    @Test
    void claimsInOppositeOrdersNeverDeadlock() throws Exception {
        int rounds = 100;
        List<Future<Integer>> claimers = new ArrayList<>();
        for (int claimer = 0; claimer < 2; claimer++) {
            boolean backwards = claimer == 1;
            claimers.add(threads.submit(() -> {
                int claimed = 0;
                try (Connection connection = open()) {
                    for (int round = 0; round < rounds; round++) {
                        String[] keys = new String[6];
                        for (int i = 0; i < keys.length; i++) {
                            keys[i] = "r" + round + "-" + (backwards ? keys.length - 1 - i : i);
                        }
                        claimed += IdempotencySql.claim(connection, claims(keys))
                                .keys()
                                .size();
                        connection.commit();
                    }
                }
                return claimed;
            }));
        }
        int claimed = 0;
        for (Future<Integer> claimer : claimers) {
            claimed += claimer.get(40, TimeUnit.SECONDS);
        }
        assertEquals(6 * rounds, claimed);
    }

    @Test
    void oldRecordsGoAFewAtATime() throws SQLException {
        try (Connection connection = open()) {
            IdempotencySql.claim(connection, claims("a", "b", "c", "new"));
            connection.commit();
            database.execute("UPDATE idempotency SET created_at = now() - interval '25 hours' WHERE key <> 'new'");
            assertEquals(2, IdempotencySql.purge(connection, 24, 2));
            assertEquals(1, IdempotencySql.purge(connection, 24, 2));
            assertEquals(0, IdempotencySql.purge(connection, 24, 2));
            assertEquals(
                    Set.of("new"),
                    IdempotencySql.read(connection, List.of("a", "b", "c", "new"))
                            .keySet());
        }
    }

    private static int pid(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            int pid = row.getInt(1);
            connection.rollback();
            return pid;
        }
    }

    /** Until the backend waits for a lock; a hard deadline, asked of PostgreSQL itself. */
    private void awaitWaiting(int pid) throws SQLException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        try (Connection watcher = database.connect();
                Statement statement = watcher.createStatement()) {
            while (System.nanoTime() - deadline < 0) {
                try (ResultSet row = statement.executeQuery("SELECT cardinality(pg_blocking_pids(" + pid + "))")) {
                    row.next();
                    if (row.getInt(1) > 0) {
                        return;
                    }
                }
            }
        }
        throw new AssertionError("the twin does not wait");
    }
}
