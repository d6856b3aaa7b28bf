package io.storegrid.torture.agent;

import io.storegrid.compute.command.CommandKey;
import io.storegrid.domain.Versioned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.cache.processor.MutableEntry;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** What the agent puts into the product's methods, and what runs there. Thread-safe. */
public final class Hooks {

    /** Exit code of a process whose agent does not fit the product. */
    static final int MISFIT = 66;

    /** Exit code of a process that died where it was told to; what a shell says of kill -9. */
    public static final int DIED = 137;

    /** In the node's directory: only with it does a key make the process die or stand still. */
    public static final String ARMED = "armed";

    /** In the node's directory: there is one while the process stands still. */
    public static final String STANDING = "standing";

    /** In the node's directory: written by the harness to let the process go on. */
    public static final String GO_ON = "go-on";

    /** In the node's directory: says that the rule that was to be taken away was. */
    public static final String ABLATED = "ablated";

    /** In the node's directory: asks for the node's copies. */
    public static final String COPIES_WANTED = "copies-wanted";

    /** In the node's directory: the answer, a copy on each line. */
    public static final String COPIES = "copies";

    private static final long STAND_MAX_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int LATE_ONE_IN = 12;
    private static final long LATE_MAX_NANOS = TimeUnit.MILLISECONDS.toNanos(120);
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final List<String> FENCE = List.of(
            "AND i.on_hand - i.reserved >= w.need",
            "AND i.reserved >= w.need_reserved",
            "AND (w.expected = 0 OR i.version = w.expected)");

    static volatile Path home = Path.of(".");
    private static volatile boolean ablated;
    private static volatile @Nullable Method memberKey;

    private Hooks() {}

    /** On entering {@code BatchRunner.attempt}. */
    public static final class Attempt {

        private Attempt() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(0) List<?> batch) {
            reached(Step.BEFORE_SQL, batch);
        }
    }

    /** On leaving {@code BatchWriter.write}. */
    public static final class Written {

        private Written() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Argument(2) Object plan) {
            reached(Step.BEFORE_COMMIT, answered(plan));
        }
    }

    /** On entering {@code BatchRunner.finish}. */
    public static final class Finish {

        private Finish() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(0) Object plan) {
            reached(Step.AFTER_COMMIT, answered(plan));
        }
    }

    /** On entering {@code Applier.applyAll}: messages to copies are late now and then. */
    public static final class Late {

        private Late() {}

        @Advice.OnMethodEnter
        static void enter() {
            beLate();
        }
    }

    /** On entering {@code Member.answer}. */
    public static final class Answer {

        private Answer() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.This Object member) {
            reached(Step.AFTER_APPLY, List.of(member));
        }
    }

    /** On entering {@code RoundTrip.query}. */
    public static final class WithoutFence {

        private WithoutFence() {}

        @Advice.OnMethodEnter
        @SuppressWarnings("UnusedVariable")
        static void enter(@Advice.Argument(value = 0, readOnly = false) String sql) {
            sql = withoutFence(sql);
        }
    }

    /** On entering {@code InvariantViolation.require}. */
    public static final class WithoutAssertions {

        private WithoutAssertions() {}

        @Advice.OnMethodEnter
        @SuppressWarnings("UnusedVariable")
        static void enter(@Advice.Argument(value = 0, readOnly = false) boolean holds) {
            holds = true;
        }
    }

    /** On entering {@code RoundTrip.query}. */
    public static final class WithoutRecords {

        private WithoutRecords() {}

        @Advice.OnMethodEnter
        @SuppressWarnings("UnusedVariable")
        static void enter(@Advice.Argument(value = 0, readOnly = false) String sql) {
            sql = withoutRecords(sql);
        }
    }

    /** In the place of {@code ApplyNewest.process}. */
    public static final class LastWins {

        private LastWins() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(
                @Advice.Argument(0) MutableEntry<String, Versioned> entry,
                @Advice.FieldValue("value") Versioned value) {
            return set(entry, value);
        }

        @Advice.OnMethodExit
        @SuppressWarnings("UnusedVariable")
        static void exit(@Advice.Return(readOnly = false) Boolean set) {
            set = true;
        }
    }

    public static boolean set(MutableEntry<String, Versioned> entry, Versioned value) {
        entry.setValue(value);
        tellAblated();
        return true;
    }

    public static String withoutFence(String sql) {
        String open = sql;
        for (String condition : FENCE) {
            open = open.replace(condition, "");
        }
        if (!open.equals(sql)) {
            tellAblated();
        }
        return open;
    }

    public static String withoutRecords(String sql) {
        if (!sql.contains("INSERT INTO idempotency")) {
            return sql;
        }
        tellAblated();
        String take = "ON CONFLICT (scope, key) DO UPDATE SET status = EXCLUDED.status, body = EXCLUDED.body\n";
        return sql.contains("ON CONFLICT DO NOTHING")
                ? sql.replace("ON CONFLICT DO NOTHING", take)
                : sql.replace("RETURNING 1", take + "RETURNING 1");
    }

    private static void tellAblated() {
        if (!ablated) {
            ablated = true;
            touch(ABLATED);
        }
    }

    public static Collection<?> answered(Object plan) {
        try {
            Method answers = plan.getClass().getDeclaredMethod("answers");
            answers.setAccessible(true);
            return ((Map<?, ?>) answers.invoke(plan)).keySet();
        } catch (ReflectiveOperationException e) {
            throw misfit(e);
        }
    }

    /** One time in many waits for as long as some batches take, so that what others applied meanwhile is newer. */
    public static void beLate() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        if (random.nextInt(LATE_ONE_IN) == 0) {
            LockSupport.parkNanos(random.nextLong(LATE_MAX_NANOS));
        }
    }

    /** Dies or stands still here when a member of the batch has a key that says so. */
    public static void reached(Step step, Collection<?> members) {
        for (Object member : members) {
            String key = key(member);
            if (key == null) {
                continue;
            }
            if (step.kills(key) && Files.exists(home.resolve(ARMED))) {
                Runtime.getRuntime().halt(DIED);
            }
            if (step.halts(key) && Files.exists(home.resolve(ARMED))) {
                stand();
            }
        }
    }

    private static void stand() {
        disarm();
        touch(STANDING);
        long begin = System.nanoTime();
        while (!Files.exists(home.resolve(GO_ON)) && System.nanoTime() - begin < STAND_MAX_NANOS) {
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    private static void disarm() {
        try {
            Files.deleteIfExists(home.resolve(ARMED));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable String key(Object member) {
        try {
            Method method = memberKey;
            if (method == null) {
                method = member.getClass().getDeclaredMethod("key");
                method.setAccessible(true);
                memberKey = method;
            }
            return method.invoke(member) instanceof CommandKey key ? key.key() : null;
        } catch (ReflectiveOperationException e) {
            throw misfit(e);
        }
    }

    private static IllegalStateException misfit(ReflectiveOperationException why) {
        System.err.println("the agent does not fit the product: " + why);
        Runtime.getRuntime().halt(MISFIT);
        return new IllegalStateException(why);
    }

    private static void touch(String name) {
        try {
            Files.writeString(home.resolve(name), "");
        } catch (IOException e) {
            System.err.println("the agent cannot write " + home.resolve(name) + ": " + e);
            Runtime.getRuntime().halt(MISFIT);
        }
    }
}
