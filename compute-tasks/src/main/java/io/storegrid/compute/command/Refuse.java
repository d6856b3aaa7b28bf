package io.storegrid.compute.command;

import io.storegrid.domain.Outcome;

/**
 * Refuses a request for what was found by reading before its command was made, a product that is not sold for one. The
 * refusal is recorded under the request's key like any other; and if the key was used before, when the reason was not there
 * yet, its caller is told what became of the request then. Without a key there is nothing to record or to find.
 */
public final class Refuse implements Command {

    private final CommandKey key;
    private final String home;
    private final Outcome outcome;
    private final String ref;

    /**
     * @param home the home of the command that is not made
     * @param outcome a refusal
     * @param ref what it is about
     */
    public Refuse(CommandKey key, String home, Outcome outcome, String ref) {
        if (outcome.accepted()) {
            throw new IllegalArgumentException(outcome + " is no refusal");
        }
        this.key = key;
        this.home = home;
        this.outcome = outcome;
        this.ref = ref;
    }

    @Override
    public CommandKey key() {
        return key;
    }

    public Outcome outcome() {
        return outcome;
    }

    public String ref() {
        return ref;
    }

    @Override
    public String home() {
        return home;
    }

    @Override
    public boolean repeatable() {
        return true;
    }
}
