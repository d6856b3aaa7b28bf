package io.storegrid.compute.lane;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.StoreClock;
import io.storegrid.compute.StoreHealth;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.ExpireHold;
import io.storegrid.domain.Answer;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.Outcome;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.IdempotencySql;
import io.storegrid.persistence.ReservationSql;
import io.storegrid.persistence.RoundTrip;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a batch to its end: decide, one transaction, COMMIT, hand on.
 *
 * <p>Three ways lead there, see {@link Way}. The cheap one decides on the lane's pictures and sends keys and writes, with
 * their guards, in one round trip; nothing was read or locked before. When a key was used, the keys are claimed by
 * themselves, to tell those that were from the others. When a guard is lost, or a command's value is absolute, all rows are
 * locked, the batch is decided on them and written; there no guard can be lost. On each way the keys come first, and the
 * same statements write.
 *
 * <p>What goes wrong is sorted by what is known: before COMMIT was sent nothing was done; after it nothing is known until
 * the same keys are claimed again (PROTOCOL 15); a batch that PostgreSQL or a rule of ours chokes on is halved until the
 * culprit is alone (17). Used by the lane's thread only.
 */
final class BatchRunner {

    private static final Logger LOG = LoggerFactory.getLogger(BatchRunner.class);

    /** Tries of one batch before its members are told to come back later. */
    private static final int ATTEMPTS_MAX = 6;

    /** From this try on a lock is waited for briefly: whose it is was found out by waiting once. */
    private static final int SHORT_LOCK_WAIT_FROM = 3;

    /** Batches that one member may be put off to; a member gets there only behind a crowd for the same row. */
    private static final int DEFERRALS_MAX = 200;

    /** Due holds expired in front of a request that needs their units. */
    private static final int RECLAIM_MAX = 500;

    /** How far our idea of the database's time may be off before a decision is made again. */
    private static final long SKEW_MAX_MICROS = 500_000;

    /** Batches whose keys are asked before anything is written after one with a used key: about as many as a second holds. */
    private static final int WARY_BATCHES = 100;

    /** What a claimed key holds until its command is decided under locks; never committed. */
    private static final Answer UNDECIDED = Answer.of(Outcome.UNCHANGED, 0);

    private final Database database;
    private final StoreHealth health;
    private final StoreClock clock;
    private final BatchReader reader;
    private final Applier applier;
    private final LaneMetrics metrics;
    private Runnable heartbeat = () -> {};
    private int wary;

    BatchRunner(
            Database database,
            StoreHealth health,
            StoreClock clock,
            BatchReader reader,
            Applier applier,
            LaneMetrics metrics) {
        this.database = database;
        this.health = health;
        this.clock = clock;
        this.reader = reader;
        this.applier = applier;
        this.metrics = metrics;
    }

    /** How a batch is brought to its COMMIT. */
    private enum Way {
        /** Decided on pictures; keys and writes in one round trip, as if no key had been used before. */
        TOGETHER,
        /** Decided on pictures; the keys in a round trip of their own, so that those that were used are known. */
        KEYS_FIRST,
        /** Keys, then all rows locked, then decided on them and written. */
        LOCKED
    }

    /** How far a transaction had come when something went wrong. */
    private enum Stage {
        BEFORE,
        CLAIMING,
        TOGETHER,
        WRITING,
        COMMITTING
    }

    /**
     * Ends every member but those it returns: they are first in the next batch, in order.
     *
     * @param heartbeat called at the beginning and whenever PostgreSQL has shown that it answers, were it by an error, so that
     *     many tries are not taken for a database that hangs; tries that met a dead connection do not prolong the wait
     */
    List<Member> run(List<Member> batch, Runnable heartbeat) {
        this.heartbeat = heartbeat;
        heartbeat.run();
        List<Member> again = new ArrayList<>(0);
        attempt(batch, firstWay(batch), again, 1);
        return again;
    }

    /** Repeated requests come in crowds: after one was met, keys are asked for a while. */
    private Way firstWay(List<Member> batch) {
        for (Member member : batch) {
            if (Decider.kind(member.command()).underLocks()) {
                return Way.LOCKED;
            }
        }
        if (wary > 0) {
            wary--;
            return Way.KEYS_FIRST;
        }
        return Way.TOGETHER;
    }

    private void attempt(List<Member> all, Way wanted, List<Member> again, int attempt) {
        List<Member> batch = stillWanted(all);
        if (batch.isEmpty()) {
            return;
        }
        if (attempt > ATTEMPTS_MAX) {
            fail(batch, new Fault(FaultCode.OVERLOADED, "too many tries [attempts=" + ATTEMPTS_MAX + "]"));
            return;
        }
        long startNanos = System.nanoTime();
        Way way = wanted;
        Held held = new Held();
        Stage stage = Stage.BEFORE;
        Effects written = new Effects();
        try {
            Plan plan = way == Way.LOCKED ? null : reader.inMemory(batch, held::get);
            if (plan == null) {
                way = Way.LOCKED;
            } else if (!BatchWriter.writes(plan)
                    && plan.answers().keySet().stream().noneMatch(BatchRunner::keyed)) {
                rollBack(held.connection);
                finish(plan, new Effects(), again);
                return;
            }
            Connection connection = held.get();
            if (attempt >= SHORT_LOCK_WAIT_FROM) {
                shortenLockTimeout(connection);
            }
            Map<Member, Answer> claimed = claims(batch, plan);
            if (plan != null && way == Way.TOGETHER) {
                stage = Stage.TOGETHER;
                RoundTrip trip = new RoundTrip();
                Supplier<Long> now =
                        claimed.isEmpty() ? () -> 0L : IdempotencySql.claimUnused(trip, claimRows(claimed));
                long sent = System.nanoTime();
                written = BatchWriter.write(connection, trip, plan);
                if (skewed(plan, now.get(), sent)) {
                    rollBack(connection);
                    attempt(batch, Way.KEYS_FIRST, again, attempt + 1);
                    return;
                }
                stage = Stage.WRITING;
            } else {
                stage = Stage.CLAIMING;
                long sent = System.nanoTime();
                IdempotencySql.Claimed keys = claimed.isEmpty()
                        ? new IdempotencySql.Claimed(Set.of(), 0)
                        : IdempotencySql.claim(connection, claimRows(claimed));
                if (keys.keys().size() < claimed.size()) {
                    wary = WARY_BATCHES;
                    List<Member> rest = replay(connection, batch, claimed, keys.keys());
                    close(connection);
                    // A record that was withdrawn between the two statements leaves nobody answered: that is a try.
                    attempt(rest, way, again, rest.size() < batch.size() ? attempt : attempt + 1);
                    return;
                }
                if (plan != null && skewed(plan, keys.nowMicros(), sent)) {
                    rollBack(connection);
                    attempt(batch, way, again, attempt + 1);
                    return;
                }
                stage = Stage.WRITING;
                if (plan == null) {
                    plan = reader.underLocks(connection, batch);
                    InvariantViolation.require(!plan.incomplete(), "rows under locks were not enough to decide");
                    withdraw(connection, plan);
                }
                written = BatchWriter.write(connection, new RoundTrip(), plan);
            }
            Map<String, Answer> corrected =
                    BatchWriter.corrected(claimed, plan.answers(), plan.rows().amended());
            if (!corrected.isEmpty()) {
                IdempotencySql.settle(connection, corrected);
            }
            stage = Stage.COMMITTING;
            connection.commit();
            close(connection);
            metrics.committed(batch.size(), System.nanoTime() - startNanos);
            finish(plan, written, again);
        } catch (GuardLost lost) {
            heartbeat.run();
            metrics.guardLost(lost.guard());
            rollBack(held.connection);
            reader.drop(batch);
            attempt(batch, Way.LOCKED, again, attempt + 1);
        } catch (SQLException e) {
            if (stage == Stage.COMMITTING) {
                discard(held.connection);
                reader.drop(batch);
                commitUnknown(batch, written, e, again, attempt);
            } else {
                failed(batch, way, e, held.connection, stage, again, attempt);
            }
        } catch (RuntimeException e) {
            reader.dropAll();
            blame(e instanceof InvariantViolation ? "a rule was broken" : "it failed", batch, stage, e);
            if (stage == Stage.COMMITTING) {
                discard(held.connection);
                commitUnknown(batch, written, e, again, attempt);
            } else {
                rollBack(held.connection);
                isolate(batch, way, again, attempt, new Fault(FaultCode.INTERNAL, "a batch failed", e));
            }
        }
    }

    /** The connection of a batch's transaction, taken from the pool when it is needed first. */
    private final class Held {
        private @Nullable Connection connection;

        Connection get() throws SQLException {
            Connection taken = connection;
            if (taken == null) {
                taken = database.writer();
                connection = taken;
            }
            return taken;
        }
    }

    private static List<Member> stillWanted(List<Member> all) {
        for (Member member : all) {
            if (member.abandoned()) {
                return all.stream().filter(one -> !one.abandoned()).toList();
            }
        }
        return all;
    }

    private static boolean keyed(Member member) {
        return member.key() != null;
    }

    /** The keyed members that are about to be decided, each with the answer its key is claimed with. */
    private static Map<Member, Answer> claims(List<Member> batch, @Nullable Plan plan) {
        Map<Member, Answer> claims = new HashMap<>();
        if (plan == null) {
            batch.stream().filter(BatchRunner::keyed).forEach(member -> claims.put(member, UNDECIDED));
        } else {
            plan.answers().forEach((member, answer) -> {
                if (keyed(member)) {
                    claims.put(member, answer);
                }
            });
        }
        return claims;
    }

    private static List<IdempotencySql.Claim> claimRows(Map<Member, Answer> claims) {
        List<IdempotencySql.Claim> rows = new ArrayList<>(claims.size());
        claims.forEach((member, answer) -> {
            CommandKey key = member.key();
            if (key != null) {
                rows.add(new IdempotencySql.Claim(key.key(), key.fingerprint(), answer));
            }
        });
        return rows;
    }

    /** Takes in what PostgreSQL says the time is (0: nothing), and whether the batch was decided at another. */
    private boolean skewed(Plan plan, long databaseMicros, long sentNanos) {
        if (databaseMicros == 0) {
            return false;
        }
        clock.observe(databaseMicros, sentNanos, System.nanoTime());
        return Math.abs(databaseMicros - plan.rows().atMicros()) > SKEW_MAX_MICROS;
    }

    /** Answers members whose keys were used before from their records; returns the others (PROTOCOL 2). */
    private List<Member> replay(
            Connection connection, List<Member> batch, Map<Member, Answer> claims, Set<String> claimed)
            throws SQLException {
        connection.rollback();
        List<Member> used = batch.stream()
                .filter(member -> {
                    CommandKey key = member.key();
                    return key != null && claims.containsKey(member) && !claimed.contains(key.key());
                })
                .toList();
        Map<String, IdempotencySql.Stored> records = IdempotencySql.read(
                connection,
                used.stream().map(member -> String.valueOf(member.key())).toList());
        connection.rollback();
        List<Member> rest = new ArrayList<>(batch);
        for (Member member : used) {
            CommandKey key = member.key();
            IdempotencySql.Stored record = key == null ? null : records.get(key.key());
            if (key == null || record == null) {
                continue;
            }
            rest.remove(member);
            metrics.replayed();
            if (Arrays.equals(record.requestHash(), key.fingerprint())) {
                answer(member, record.answer().asReplayed());
            } else {
                answer(member, Answer.of(Outcome.KEY_REUSED, clock.nowMicros()));
            }
        }
        return rest;
    }

    /** Gives back the keys of members that the locks showed cannot be decided in this batch. */
    private static void withdraw(Connection connection, Plan plan) throws SQLException {
        List<String> undecided = new ArrayList<>(0);
        for (Member member : plan.deferred()) {
            CommandKey key = member.key();
            if (key != null) {
                undecided.add(key.key());
            }
        }
        if (!undecided.isEmpty()) {
            IdempotencySql.withdraw(connection, undecided);
        }
    }

    private void finish(Plan plan, Effects effects, List<Member> again) {
        reader.committed(effects);
        plan.answers().forEach((member, answer) -> metrics.answered(Decider.kind(member.command()), answer.outcome()));
        applier.apply(effects, plan.answers());
        again.addAll(reclaim(plan));
        metrics.deferred(plan.deferred().size());
        for (Member member : plan.deferred()) {
            if (member.attempts() > DEFERRALS_MAX) {
                member.fail(new Fault(FaultCode.OVERLOADED, "too many mates in the way"));
            } else {
                again.add(member);
            }
        }
    }

    /** The due holds that stand in the way of deferred members, as commands for the front of the next batch. */
    private List<Member> reclaim(Plan plan) {
        if (plan.expireFirst().isEmpty()) {
            return List.of();
        }
        try (Connection connection = database.laneReader()) {
            return ReservationSql.dueOf(connection, plan.expireFirst(), RECLAIM_MAX).stream()
                    .map(id -> new Member(new ExpireHold(id)))
                    .toList();
        } catch (SQLException e) {
            // The deferred members read again, and fail there if the database is away.
            LOG.debug("Due holds could not be read", e);
            return List.of();
        }
    }

    /** PROTOCOL 15: what was committed is known only after the same keys were claimed again. */
    private void commitUnknown(List<Member> batch, Effects written, Exception cause, List<Member> again, int attempt) {
        metrics.commitUnknown();
        LOG.warn("The answer to a COMMIT was lost [members={}]", batch.size(), cause);
        batch.forEach(Member::doubt);
        Fault unknown = new Fault(FaultCode.OUTCOME_UNKNOWN, "the answer to COMMIT was lost", cause);
        List<Member> repeatable = batch.stream()
                .filter(member -> member.internal() || member.command().repeatable())
                .toList();
        batch.stream().filter(member -> !repeatable.contains(member)).forEach(member -> member.fail(unknown));
        Connection probe = null;
        try {
            probe = database.writer();
            close(probe);
        } catch (SQLException e) {
            health.down(message(e));
            fail(repeatable, unknown);
            applier.heal(written);
            return;
        }
        attempt(repeatable, Way.LOCKED, again, attempt + 1);
        // Members that were done are answered from their records, which change no row: the caches have to be told.
        applier.heal(written);
    }

    private void failed(
            List<Member> batch,
            Way way,
            SQLException e,
            @Nullable Connection connection,
            Stage stage,
            List<Member> again,
            int attempt) {
        SqlTrouble trouble = SqlTrouble.of(e);
        reader.drop(batch);
        if (trouble == SqlTrouble.CONNECTION) {
            discard(connection);
            // One broken connection is no outage; a pool that has none to give is.
            if (e instanceof SQLTransientConnectionException || attempt >= 2) {
                health.down(message(e));
                fail(batch, new Fault(FaultCode.STORE_UNAVAILABLE, "PostgreSQL does not answer", e));
            } else {
                attempt(batch, way, again, attempt + 1);
            }
            return;
        }
        heartbeat.run();
        rollBack(connection);
        if (stage == Stage.TOGETHER && IdempotencySql.KEY_USED.equals(e.getSQLState())) {
            attempt(batch, Way.KEYS_FIRST, again, attempt);
            return;
        }
        switch (trouble) {
            case CONFLICT -> attempt(batch, Way.LOCKED, again, attempt + 1);
            case LOCK_TIMEOUT -> {
                if (stage == Stage.TOGETHER) {
                    // A key or a row: who waited for what shows when they are asked one after the other.
                    attempt(batch, Way.KEYS_FIRST, again, Math.max(attempt + 1, SHORT_LOCK_WAIT_FROM));
                    return;
                }
                boolean twin = stage == Stage.CLAIMING;
                Fault fault = twin
                        ? new Fault(FaultCode.IN_PROGRESS, "an equal request is still running", e)
                        : new Fault(FaultCode.OVERLOADED, "a row stayed locked", e);
                isolate(batch, way, again, Math.max(attempt, SHORT_LOCK_WAIT_FROM), fault);
            }
            case TIMEOUT ->
                isolate(
                        batch,
                        way,
                        again,
                        attempt,
                        new Fault(FaultCode.STORE_UNAVAILABLE, "PostgreSQL took too long", e));
            default -> {
                blame("PostgreSQL refused it", batch, stage, e);
                isolate(batch, way, again, attempt, new Fault(FaultCode.INTERNAL, "PostgreSQL refused the command", e));
            }
        }
    }

    /** Halves a batch that cannot be written; a member alone is told {@code fault}. */
    private void isolate(List<Member> batch, Way way, List<Member> again, int attempt, Fault fault) {
        if (batch.size() == 1) {
            fail(batch, fault);
            return;
        }
        int half = batch.size() / 2;
        // Halving is progress: it does not count as another try of the same batch.
        attempt(batch.subList(0, half), way, again, attempt);
        attempt(batch.subList(half, batch.size()), way, again, attempt);
    }

    /** Names the culprit with its trace once it is alone; on the way there a line is enough. */
    private static void blame(String what, List<Member> batch, Stage stage, Exception why) {
        if (batch.size() == 1) {
            LOG.error("A command cannot be carried out, {} [kind={}, stage={}]", what, kind(batch), stage, why);
        } else {
            LOG.warn(
                    "A batch is halved, {} [members={}, stage={}, cause={}]",
                    what,
                    batch.size(),
                    stage,
                    why.getMessage());
        }
    }

    private static Decider.Kind kind(List<Member> batch) {
        return Decider.kind(batch.get(0).command());
    }

    private void answer(Member member, Answer answer) {
        metrics.answered(Decider.kind(member.command()), answer.outcome());
        applier.apply(new Effects(), Map.of(member, answer));
    }

    private static void fail(List<Member> batch, Fault fault) {
        batch.forEach(member -> member.fail(fault));
    }

    private static void shortenLockTimeout(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = 50");
        }
    }

    private static String message(SQLException e) {
        return String.valueOf(e.getMessage());
    }

    private void rollBack(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.rollback();
                close(connection);
            } catch (SQLException e) {
                discard(connection);
            }
        }
    }

    private void discard(@Nullable Connection connection) {
        if (connection != null) {
            database.discardWriter(connection);
            close(connection);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("A connection could not be given back", e);
        }
    }
}
