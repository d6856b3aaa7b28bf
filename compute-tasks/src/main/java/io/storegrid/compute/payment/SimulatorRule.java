package io.storegrid.compute.payment;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the simulator treats one payment, as its method says: {@code sim:}, a word, and with some words a number after another
 * colon. Methods without {@code sim:} are approved, words that mean nothing are declined.
 *
 * @param number milliseconds or how often, as the word says; 0 with words that take none
 */
record SimulatorRule(Kind kind, int number) {

    enum Kind {
        APPROVE(false),
        DECLINE(false),
        /** Declines the first reference of an order, approves the others. */
        DECLINE_ONCE(false),
        /** Takes nothing and never answers. */
        TIMEOUT(false),
        /** Says PENDING, takes the money so many ms later, and posts that. */
        LATE(true),
        /** Says PENDING, declines so many ms later, and posts that. */
        LATE_DECLINE(true),
        /** Takes the money so many ms later and answers then, to all who ask meanwhile. */
        SLOW(true),
        /** Takes the money, says so, and posts it twice. */
        TWICE(false),
        /** Takes the money and hangs up on the first who asks. */
        LOST(false),
        /** Takes the money and hangs up on everyone who asks to be paid. */
        LOST_ALWAYS(false),
        /** Takes one minor unit more than it was asked to. */
        WRONG_AMOUNT(false),
        /** Fails so many times, then takes the money. */
        ERROR(true),
        /** Takes the money; fails so many times when asked to give it back. */
        REFUND_FAILS(true),
        /** Takes the money; fails so many times when asked to cancel. */
        CANCEL_FAILS(true),
        /** Declines, for it is not known what is meant. */
        UNKNOWN(false);

        private final boolean counts;

        Kind(boolean counts) {
            this.counts = counts;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private static final String PREFIX = "sim:";

    /** Ten minutes in ms: longer than any hold that a test waits for. */
    private static final int NUMBER_MAX = 600_000;

    private static final Pattern FORM = Pattern.compile("sim:([a-z-]+)(?::([0-9]{1,6}))?");

    static SimulatorRule of(String method) {
        if (!method.startsWith(PREFIX)) {
            return new SimulatorRule(Kind.APPROVE, 0);
        }
        Matcher form = FORM.matcher(method);
        SimulatorRule unknown = new SimulatorRule(Kind.UNKNOWN, 0);
        if (!form.matches()) {
            return unknown;
        }
        int number = form.group(2) == null ? -1 : Integer.parseInt(form.group(2));
        if (number > NUMBER_MAX) {
            return unknown;
        }
        return Arrays.stream(Kind.values())
                .filter(kind -> kind != Kind.UNKNOWN && kind.word().equals(form.group(1)) && kind.counts == number >= 0)
                .findFirst()
                .map(kind -> new SimulatorRule(kind, Math.max(0, number)))
                .orElse(unknown);
    }
}
