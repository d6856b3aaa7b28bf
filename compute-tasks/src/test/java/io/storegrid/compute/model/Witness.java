package io.storegrid.compute.model;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sees what steps do beside making the next state: breaches, events, and, if it narrates, their words. */
final class Witness {

    /** Takes the successors of a state. */
    interface Sink {
        /**
         * @param fault whether the environment had to fail for it
         * @param breach what must not be seen and was, in the step itself
         */
        void step(byte[] next, boolean fault, @Nullable Breach breach, String what);
    }

    private final EnumSet<Event> events = EnumSet.noneOf(Event.class);
    private boolean narrating;
    private long halvings;
    private @Nullable Breach breach;

    /** What has happened in the states expanded so far. */
    Set<Event> events() {
        return events;
    }

    void saw(Event event) {
        events.add(event);
    }

    /** How often a batch of two was halved because a rule's assertion failed on it. */
    long halvings() {
        return halvings;
    }

    void sawHalving() {
        halvings++;
    }

    /** Whether steps are described; they are not while states are only counted. */
    boolean narrating() {
        return narrating;
    }

    void narrate(boolean on) {
        narrating = on;
    }

    /** Notes a breach in the step that is being taken; the first one counts. */
    void breach(Breach seen) {
        if (breach == null) {
            breach = seen;
        }
    }

    /** The breach in the step that is being taken; null: none. */
    @Nullable
    Breach breach() {
        return breach;
    }

    /** Hands a step on with what was noted in it. */
    void emit(Sink sink, byte[] next, boolean fault, String what) {
        Breach seen = breach;
        breach = null;
        sink.step(next, fault, seen, what);
    }

    String say(String what, int number) {
        return narrating ? what + " " + number : "";
    }

    String say(String who, String what) {
        return narrating ? who + what : "";
    }
}
