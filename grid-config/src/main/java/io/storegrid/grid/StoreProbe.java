package io.storegrid.grid;

import io.storegrid.persistence.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Knows whether PostgreSQL answered lately, so that whoever asks about it need not wait. Thread-safe. */
final class StoreProbe implements AutoCloseable {

    private static final long EVERY_MS = 1_000;
    private static final int ANSWER_WITHIN_SECONDS = 1;

    private final Database database;
    private final ScheduledExecutorService timer;
    private volatile boolean answers = true;

    StoreProbe(Database database) {
        this.database = database;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "storegrid-store-probe");
            thread.setDaemon(true);
            return thread;
        });
        @SuppressWarnings("unused")
        Object scheduled = timer.scheduleWithFixedDelay(this::ask, 0, EVERY_MS, TimeUnit.MILLISECONDS);
    }

    /** What the last question showed, at most a few seconds ago. */
    boolean answers() {
        return answers;
    }

    private void ask() {
        boolean answered;
        try (Connection connection = database.reader()) {
            answered = connection.isValid(ANSWER_WITHIN_SECONDS);
        } catch (SQLException | RuntimeException e) {
            answered = false;
        }
        answers = answered;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
