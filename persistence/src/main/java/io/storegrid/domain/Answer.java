package io.storegrid.domain;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a caller is told about one command: the outcome, and what it made or ran into. Written to the idempotency record
 * with the effect, and read back from there for a repeated request, so it holds all that the reply needs.
 */
public final class Answer {

    private static final Shortage[] NO_SHORTAGES = {};
    private static final LineRefusal[] NO_LINES = {};

    private final Outcome outcome;
    private final long atMicros;
    private @Nullable Reservation reservation;
    private @Nullable InventoryItem inventory;
    private @Nullable Cart cart;
    private @Nullable Product product;
    private @Nullable Order order;
    private Shortage[] shortages = NO_SHORTAGES;
    private LineRefusal[] refusedLines = NO_LINES;
    private @Nullable String ref;
    private long currentVersion;
    private boolean replayed;

    private Answer(Outcome outcome, long atMicros) {
        this.outcome = outcome;
        this.atMicros = atMicros;
    }

    /** @param atMicros the database's time of the decision, microseconds since the epoch */
    public static Answer of(Outcome outcome, long atMicros) {
        return new Answer(outcome, atMicros);
    }

    public Outcome outcome() {
        return outcome;
    }

    public long atMicros() {
        return atMicros;
    }

    /** The reservation that was made, changed or in the way. */
    public @Nullable Reservation reservation() {
        return reservation;
    }

    /** The stock right after this command. */
    public @Nullable InventoryItem inventory() {
        return inventory;
    }

    /** The cart right after this command. */
    public @Nullable Cart cart() {
        return cart;
    }

    public @Nullable Product product() {
        return product;
    }

    /** The order right after this command, or the one in the way. */
    public @Nullable Order order() {
        return order;
    }

    /** All SKUs that were short; with {@link Outcome#INSUFFICIENT_STOCK} only. */
    public List<Shortage> shortages() {
        return List.of(shortages);
    }

    /** The lines of an import that were not taken. */
    public List<LineRefusal> refusedLines() {
        return List.of(refusedLines);
    }

    /** What the answer is about when that is no value of its own: the missing SKU, the adjustment's id. */
    public @Nullable String ref() {
        return ref;
    }

    /** The version there is, with {@link Outcome#VERSION_CONFLICT}; 0 when nothing is there. */
    public long currentVersion() {
        return currentVersion;
    }

    /** Whether this answer comes from the record of an earlier, equal request. */
    public boolean replayed() {
        return replayed;
    }

    public Answer withReservation(@Nullable Reservation value) {
        Answer copy = copy();
        copy.reservation = value;
        return copy;
    }

    public Answer withInventory(@Nullable InventoryItem value) {
        Answer copy = copy();
        copy.inventory = value;
        return copy;
    }

    public Answer withCart(@Nullable Cart value) {
        Answer copy = copy();
        copy.cart = value;
        return copy;
    }

    public Answer withProduct(@Nullable Product value) {
        Answer copy = copy();
        copy.product = value;
        return copy;
    }

    public Answer withOrder(@Nullable Order value) {
        Answer copy = copy();
        copy.order = value;
        return copy;
    }

    public Answer withShortages(List<Shortage> value) {
        Answer copy = copy();
        copy.shortages = value.toArray(NO_SHORTAGES);
        return copy;
    }

    public Answer withRefusedLines(List<LineRefusal> value) {
        Answer copy = copy();
        copy.refusedLines = value.toArray(NO_LINES);
        return copy;
    }

    public Answer withRef(@Nullable String value) {
        Answer copy = copy();
        copy.ref = value;
        return copy;
    }

    public Answer withCurrentVersion(long value) {
        Answer copy = copy();
        copy.currentVersion = value;
        return copy;
    }

    public Answer asReplayed() {
        Answer copy = copy();
        copy.replayed = true;
        return copy;
    }

    private Answer copy() {
        Answer copy = new Answer(outcome, atMicros);
        copy.reservation = reservation;
        copy.inventory = inventory;
        copy.cart = cart;
        copy.product = product;
        copy.order = order;
        copy.shortages = shortages;
        copy.refusedLines = refusedLines;
        copy.ref = ref;
        copy.currentVersion = currentVersion;
        copy.replayed = replayed;
        return copy;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Answer that
                && outcome == that.outcome
                && atMicros == that.atMicros
                && Objects.equals(reservation, that.reservation)
                && Objects.equals(inventory, that.inventory)
                && Objects.equals(cart, that.cart)
                && Objects.equals(product, that.product)
                && Objects.equals(order, that.order)
                && Arrays.equals(shortages, that.shortages)
                && Objects.equals(ref, that.ref)
                && currentVersion == that.currentVersion;
    }

    @Override
    public int hashCode() {
        return Objects.hash(outcome, atMicros, ref);
    }

    @Override
    public String toString() {
        return "Answer[" + outcome + (ref == null ? "" : ", ref=" + ref) + (replayed ? ", replayed" : "") + "]";
    }
}
