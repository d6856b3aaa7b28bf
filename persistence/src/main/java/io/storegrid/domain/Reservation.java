package io.storegrid.domain;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A hold on stock: all of its lines or none. Lines never change after creation; state, expiry and version do.
 *
 * <p>Times are the database's, in microseconds since the epoch.
 */
public final class Reservation implements Versioned {

    private final String id;
    private final HoldState state;
    private final @Nullable String cartId;
    private final @Nullable String orderId;
    private final ReservationLine[] lines;
    private final long createdAtMicros;
    private final long expiresAtMicros;
    private final long version;

    /** @param orderId the order that pays for it, and alone settles it; null when there is none */
    public Reservation(
            String id,
            HoldState state,
            @Nullable String cartId,
            @Nullable String orderId,
            List<ReservationLine> lines,
            long createdAtMicros,
            long expiresAtMicros,
            long version) {
        this.id = id;
        this.state = state;
        this.cartId = cartId;
        this.orderId = orderId;
        this.lines = lines.toArray(new ReservationLine[0]);
        this.createdAtMicros = createdAtMicros;
        this.expiresAtMicros = expiresAtMicros;
        this.version = version;
    }

    public String id() {
        return id;
    }

    /** The state as stored; {@link #stateAt} is what a reader is told. */
    public HoldState state() {
        return state;
    }

    public @Nullable String cartId() {
        return cartId;
    }

    /** The order that pays for it, and alone settles it before its time is over; null when there is none. */
    public @Nullable String orderId() {
        return orderId;
    }

    /** Sorted by SKU, unmodifiable. */
    public List<ReservationLine> lines() {
        return List.of(lines);
    }

    public long createdAtMicros() {
        return createdAtMicros;
    }

    public long expiresAtMicros() {
        return expiresAtMicros;
    }

    @Override
    public long version() {
        return version;
    }

    /** Whether the hold's time is over while nobody settled it yet. */
    public boolean dueAt(long nowMicros) {
        return state == HoldState.HELD && expiresAtMicros <= nowMicros;
    }

    /** The state as a reader sees it: a hold past its expiry is EXPIRED at once, swept or not. */
    public HoldState stateAt(long nowMicros) {
        return dueAt(nowMicros) ? HoldState.EXPIRED : state;
    }

    /** This reservation ended in {@code settled}, one version later. Only a HELD one can be. */
    public Reservation settled(HoldState settled) {
        InvariantViolation.require(
                state == HoldState.HELD && settled.settled(), "hold settled twice [id=%s, state=%s]", id, state);
        return new Reservation(id, settled, cartId, orderId, lines(), createdAtMicros, expiresAtMicros, version + 1);
    }

    /** This reservation with a later expiry, one version later. */
    public Reservation extendedTo(long newExpiresAtMicros) {
        InvariantViolation.require(
                state == HoldState.HELD && newExpiresAtMicros >= expiresAtMicros, "hold shortened [id=%s]", id);
        return new Reservation(id, state, cartId, orderId, lines(), createdAtMicros, newExpiresAtMicros, version + 1);
    }

    /** This hold in the hands of {@code newOrderId}, or of its cart again when null, one version later. */
    public Reservation heldFor(@Nullable String newOrderId, long newExpiresAtMicros) {
        InvariantViolation.require(
                state == HoldState.HELD && newExpiresAtMicros >= expiresAtMicros, "hold shortened [id=%s]", id);
        return new Reservation(
                id, state, cartId, newOrderId, lines(), createdAtMicros, newExpiresAtMicros, version + 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Reservation that
                && id.equals(that.id)
                && state == that.state
                && Objects.equals(cartId, that.cartId)
                && Objects.equals(orderId, that.orderId)
                && Arrays.equals(lines, that.lines)
                && createdAtMicros == that.createdAtMicros
                && expiresAtMicros == that.expiresAtMicros
                && version == that.version;
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, version);
    }

    @Override
    public String toString() {
        return "Reservation[id=" + id + ", state=" + state + ", lines=" + Arrays.toString(lines) + ", version="
                + version + "]";
    }
}
