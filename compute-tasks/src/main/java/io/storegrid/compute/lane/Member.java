package io.storegrid.compute.lane;

import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One command in a batch with all its callers: equal requests under one key are one member (PROTOCOL 3), so the second
 * caller gets the first one's answer. Used by the lane's thread only.
 */
final class Member {

    private final Command command;
    private final boolean internal;
    private final List<Request> callers = new ArrayList<>(1);
    private int attempts;

    Member(Request first) {
        this.command = first.command();
        this.internal = false;
        callers.add(first);
    }

    /** A command of the lane's own, which nobody waits for. */
    Member(Command command) {
        this.command = command;
        this.internal = true;
    }

    Command command() {
        return command;
    }

    @Nullable
    CommandKey key() {
        return command.key();
    }

    /** Lets the callers of an equal request wait for this member's answer. */
    void join(Member twin) {
        for (Request caller : twin.callers) {
            if (caller.running() || caller.run()) {
                callers.add(caller);
            }
        }
    }

    /** Whether this is the lane's own command: it may touch what another node owns, because its guard protects it. */
    boolean internal() {
        return internal;
    }

    /** Whether everyone who waited was told something already, so that nothing needs to be done any more. */
    boolean abandoned() {
        if (internal) {
            return false;
        }
        for (Request caller : callers) {
            if (!caller.answer().isDone()) {
                return false;
            }
        }
        return true;
    }

    /** How often this member was put into a batch. */
    int attempts() {
        return attempts;
    }

    /** Marks the callers running; false when none is left to answer. */
    boolean run() {
        attempts++;
        if (internal) {
            return true;
        }
        callers.removeIf(caller -> !caller.running() && !caller.run());
        return !callers.isEmpty();
    }

    void requeue() {
        callers.forEach(Request::requeue);
    }

    /** Tells every caller; all but the first made an equal request again. */
    void answer(Answer answer) {
        for (int i = 0; i < callers.size(); i++) {
            boolean twin = i > 0 && answer.outcome() != Outcome.KEY_REUSED;
            callers.get(i).answer().complete(twin ? answer.asReplayed() : answer);
        }
    }

    void fail(Throwable why) {
        callers.forEach(caller -> caller.fail(why));
    }

    /** Remembers that a COMMIT with this command in it may have been done. */
    void doubt() {
        callers.forEach(Request::doubt);
    }
}
