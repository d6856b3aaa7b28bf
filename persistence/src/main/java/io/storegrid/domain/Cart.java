package io.storegrid.domain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A shopper's cart at one moment: lines in the order they were first added, at most one a SKU.
 *
 * <p>Changes are commands applied by the cart's owner one after another, so "add 2" never loses another's line. A
 * deleted cart stays as a row with a version, so that a late copy of its past cannot bring it back.
 *
 * <p>Times are the database's, in microseconds since the epoch.
 */
public final class Cart implements Versioned {

    private final String id;
    private final boolean deleted;
    private final String currency;
    private final @Nullable String customerId;
    private final CartLine[] lines;
    private final @Nullable String reservationId;
    private final int holdRenewals;
    private final @Nullable String orderId;
    private final long version;
    private final long createdAtMicros;
    private final long updatedAtMicros;
    private final long expiresAtMicros;

    /**
     * @param holdRenewals how often in a row a live hold of it was replaced by a new one
     * @param orderId the order that was made of it; null while it can be changed
     */
    public Cart(
            String id,
            boolean deleted,
            String currency,
            @Nullable String customerId,
            List<CartLine> lines,
            @Nullable String reservationId,
            int holdRenewals,
            @Nullable String orderId,
            long version,
            long createdAtMicros,
            long updatedAtMicros,
            long expiresAtMicros) {
        this.id = id;
        this.deleted = deleted;
        this.currency = currency;
        this.customerId = customerId;
        this.lines = lines.toArray(new CartLine[0]);
        this.reservationId = reservationId;
        this.holdRenewals = holdRenewals;
        this.orderId = orderId;
        this.version = version;
        this.createdAtMicros = createdAtMicros;
        this.updatedAtMicros = updatedAtMicros;
        this.expiresAtMicros = expiresAtMicros;
    }

    /** A new cart; {@code lines} hold each SKU once. */
    public static Cart create(
            String id, String currency, @Nullable String customerId, List<CartLine> lines, long atMicros) {
        return new Cart(
                id, false, currency, customerId, lines, null, 0, null, 1, atMicros, atMicros, atMicros + lifeMicros());
    }

    public String id() {
        return id;
    }

    public boolean deleted() {
        return deleted;
    }

    public String currency() {
        return currency;
    }

    public @Nullable String customerId() {
        return customerId;
    }

    /** In the order of first adding, unmodifiable. */
    public List<CartLine> lines() {
        return List.of(lines);
    }

    /** The cart's newest hold, live or not. */
    public @Nullable String reservationId() {
        return reservationId;
    }

    /** How often in a row a live hold of this cart was replaced by a new one. */
    public int holdRenewals() {
        return holdRenewals;
    }

    /** The order that this cart has become; null while it can be shopped with. */
    public @Nullable String orderId() {
        return orderId;
    }

    @Override
    public long version() {
        return version;
    }

    public long createdAtMicros() {
        return createdAtMicros;
    }

    public long updatedAtMicros() {
        return updatedAtMicros;
    }

    public long expiresAtMicros() {
        return expiresAtMicros;
    }

    /** Whether a reader may see this cart. */
    public boolean openAt(long nowMicros) {
        return !deleted && nowMicros < expiresAtMicros;
    }

    /** Units of {@code sku} in the cart, 0 when it has none. */
    public int quantityOf(String sku) {
        for (CartLine line : lines) {
            if (line.sku().equals(sku)) {
                return line.quantity();
            }
        }
        return 0;
    }

    /**
     * The cart with {@code quantity} units of {@code sku}, 0 removing the line, one version later.
     *
     * @return empty when that would exceed {@link Limits#LINE_QUANTITY_MAX} or {@link Limits#CART_LINES_MAX}
     */
    public Optional<Cart> withLine(String sku, long quantity, long atMicros) {
        if (quantity > Limits.LINE_QUANTITY_MAX) {
            return Optional.empty();
        }
        List<CartLine> changed = new ArrayList<>(lines.length + 1);
        boolean found = false;
        for (CartLine line : lines) {
            if (!line.sku().equals(sku)) {
                changed.add(line);
            } else {
                found = true;
                if (quantity > 0) {
                    changed.add(new CartLine(sku, (int) quantity));
                }
            }
        }
        if (!found && quantity > 0) {
            changed.add(new CartLine(sku, (int) quantity));
        }
        return changed.size() > Limits.CART_LINES_MAX
                ? Optional.empty()
                : Optional.of(next(changed, reservationId, holdRenewals, false, atMicros));
    }

    /**
     * The cart with all lines of {@code other} added to its own, one version later.
     *
     * @return empty when a limit would be exceeded
     */
    public Optional<Cart> withLinesOf(Cart other, long atMicros) {
        Cart merged = this;
        for (CartLine line : other.lines) {
            Optional<Cart> with =
                    merged.withLine(line.sku(), (long) merged.quantityOf(line.sku()) + line.quantity(), atMicros);
            if (with.isEmpty()) {
                return Optional.empty();
            }
            merged = with.get();
        }
        return Optional.of(next(merged.lines(), reservationId, holdRenewals, false, atMicros));
    }

    /** The cart without lines and without a hold, one version later. */
    public Cart emptied(long atMicros) {
        return next(List.of(), null, 0, false, atMicros);
    }

    /**
     * The cart holding stock by {@code newReservationId}, one version later.
     *
     * @param renewal whether that takes the place of a hold that was still live
     */
    public Cart heldBy(String newReservationId, boolean renewal, long atMicros) {
        return next(lines(), newReservationId, renewal ? holdRenewals + 1 : 0, false, atMicros);
    }

    /** The cart become order {@code newOrderId}, whose hold is {@code hold}, one version later: it takes no more changes. */
    public Cart orderedAs(String newOrderId, String hold, long atMicros) {
        InvariantViolation.require(orderId == null, "a cart became two orders [id=%s]", id);
        return next(lines(), hold, holdRenewals, newOrderId, false, atMicros);
    }

    /** The cart open again after its order failed, one version later. */
    public Cart reopened(long atMicros) {
        InvariantViolation.require(orderId != null, "an open cart was opened [id=%s]", id);
        return next(lines(), reservationId, holdRenewals, null, false, atMicros);
    }

    /** The cart without the name of whom it belongs to, one version later. */
    public Cart withoutCustomer(long atMicros) {
        return new Cart(
                id,
                deleted,
                currency,
                null,
                lines(),
                reservationId,
                holdRenewals,
                orderId,
                version + 1,
                createdAtMicros,
                atMicros,
                expiresAtMicros);
    }

    /** The cart gone, one version later. */
    public Cart deletedAt(long atMicros) {
        return next(List.of(), null, 0, true, atMicros);
    }

    private Cart next(List<CartLine> newLines, @Nullable String hold, int renewals, boolean nowDeleted, long atMicros) {
        return next(newLines, hold, renewals, orderId, nowDeleted, atMicros);
    }

    private Cart next(
            List<CartLine> newLines,
            @Nullable String hold,
            int renewals,
            @Nullable String order,
            boolean nowDeleted,
            long atMicros) {
        InvariantViolation.require(!deleted, "a deleted cart changed [id=%s]", id);
        return new Cart(
                id,
                nowDeleted,
                currency,
                customerId,
                newLines,
                hold,
                renewals,
                order,
                version + 1,
                createdAtMicros,
                atMicros,
                atMicros + lifeMicros());
    }

    private static long lifeMicros() {
        return Limits.CART_LIFE.toMillis() * 1_000;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cart that
                && id.equals(that.id)
                && deleted == that.deleted
                && currency.equals(that.currency)
                && Objects.equals(customerId, that.customerId)
                && Arrays.equals(lines, that.lines)
                && Objects.equals(reservationId, that.reservationId)
                && holdRenewals == that.holdRenewals
                && Objects.equals(orderId, that.orderId)
                && version == that.version
                && createdAtMicros == that.createdAtMicros
                && updatedAtMicros == that.updatedAtMicros
                && expiresAtMicros == that.expiresAtMicros;
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, version);
    }

    @Override
    public String toString() {
        return "Cart[id=" + id + ", lines=" + Arrays.toString(lines) + ", version=" + version
                + (deleted ? ", deleted" : "") + "]";
    }
}
