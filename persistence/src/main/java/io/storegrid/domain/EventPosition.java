package io.storegrid.domain;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A place in the order in which events can be read: the transaction that wrote them, then the event's number. Immutable.
 *
 * <p>Every node reads the same events in the same order from one database, so a place that one node named is good at all of
 * them. Callers get it as an opaque text.
 */
public final class EventPosition implements Comparable<EventPosition> {

    /** Before every event. */
    public static final EventPosition BEGINNING = new EventPosition(0, 0);

    private static final int RADIX = 36;
    private static final Pattern FORM = Pattern.compile("([0-9a-z]{1,13})-([0-9a-z]{1,13})");

    private final long tx;
    private final long seq;

    /**
     * @param tx number of the transaction, not negative
     * @param seq number of the event, not negative
     */
    public EventPosition(long tx, long seq) {
        InvariantViolation.require(tx >= 0 && seq >= 0, "a position below zero");
        this.tx = tx;
        this.seq = seq;
    }

    /** The position that {@link #text} wrote; empty for any other text. */
    public static Optional<EventPosition> parse(String text) {
        var parts = FORM.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            EventPosition position =
                    new EventPosition(Long.parseLong(parts.group(1), RADIX), Long.parseLong(parts.group(2), RADIX));
            return position.text().equals(text) ? Optional.of(position) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    public long tx() {
        return tx;
    }

    public long seq() {
        return seq;
    }

    /** As callers see it: at most 27 lower-case letters, digits and a dash. */
    public String text() {
        return Long.toString(tx, RADIX) + "-" + Long.toString(seq, RADIX);
    }

    @Override
    public int compareTo(EventPosition other) {
        return tx == other.tx ? Long.compare(seq, other.seq) : Long.compare(tx, other.tx);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EventPosition that && compareTo(that) == 0;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(tx * 31 + seq);
    }

    @Override
    public String toString() {
        return text();
    }
}
