package io.storegrid.api.cart;

import io.storegrid.api.catalogue.MoneyView;
import io.storegrid.api.json.FieldErrors;
import io.storegrid.api.json.JsonText;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.Problems;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.domain.Cart;
import io.storegrid.domain.CartId;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Money;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Shows carts and checks what goes into them against the catalogue. Thread-safe. */
final class CartService {

    private final ReadGateway reads;

    CartService(ReadGateway reads) {
        this.reads = reads;
    }

    /** An open cart. */
    Cart cart(String id) {
        return find(id).orElseThrow(() -> notFound(id));
    }

    /** An open cart, if there is one; an id of another form names none. */
    Optional<Cart> find(String id) {
        return CartId.isValid(id) ? reads.cart(id) : Optional.empty();
    }

    /** What callers see of {@code cart} now. */
    CartView view(Cart cart) {
        List<String> skus = cart.lines().stream().map(CartLine::sku).toList();
        Map<String, Product> products = skus.isEmpty() ? Map.of() : reads.products(skus);
        Map<String, InventoryItem> stock = skus.isEmpty() ? Map.of() : reads.inventories(skus);
        Reservation hold = hold(cart);
        Map<String, Integer> held = new HashMap<>();
        if (hold != null) {
            for (ReservationLine line : hold.lines()) {
                held.put(line.sku(), line.quantity());
            }
        }
        List<CartView.Line> lines = new ArrayList<>(skus.size());
        long total = 0;
        for (CartLine line : cart.lines()) {
            CartView.Line shown = line(
                    cart.currency(),
                    line,
                    products.get(line.sku()),
                    stock.get(line.sku()),
                    held.getOrDefault(line.sku(), 0));
            MoneyView lineTotal = shown.lineTotal();
            total = Math.addExact(total, lineTotal == null ? 0 : lineTotal.amountMinor());
            lines.add(shown);
        }
        return new CartView(
                cart.id(),
                cart.currency(),
                cart.customerId(),
                lines,
                new MoneyView(total, cart.currency()),
                hold == null ? null : hold.id(),
                cart.orderId(),
                cart.version(),
                JsonText.time(cart.createdAtMicros()),
                JsonText.time(cart.updatedAtMicros()),
                JsonText.time(cart.expiresAtMicros()));
    }

    /** @param held units that the cart's own hold sets aside */
    private static CartView.Line line(
            String currency, CartLine line, @Nullable Product product, @Nullable InventoryItem item, int held) {
        if (product == null || !product.price().currency().equals(currency)) {
            String title = product == null ? line.sku() : product.title();
            return new CartView.Line(line.sku(), title, line.quantity(), null, null, 0, false);
        }
        Money price = product.price();
        long available = item == null ? 0 : item.available() + held;
        return new CartView.Line(
                line.sku(),
                product.title(),
                line.quantity(),
                MoneyView.of(price),
                MoneyView.of(price.times(line.quantity())),
                available,
                available >= line.quantity());
    }

    /**
     * The first of {@code skus} that the catalogue lacks, if it lacks any. Refuses those that it sells in another currency
     * (422, at {@code pointer} of the SKU).
     */
    Optional<String> unsold(List<String> skus, String currency, Function<String, String> pointer) {
        Map<String, Product> products = skus.isEmpty() ? Map.of() : reads.products(skus);
        FieldErrors errors = new FieldErrors();
        for (String sku : skus) {
            Product product = products.get(sku);
            String sold = product == null ? currency : product.price().currency();
            if (!sold.equals(currency)) {
                errors.add(pointer.apply(sku), "is sold in " + sold + ", the cart is in " + currency);
            }
        }
        if (!errors.isEmpty()) {
            throw Problems.validationFailed(errors).exception();
        }
        return skus.stream().filter(sku -> !products.containsKey(sku)).findFirst();
    }

    private @Nullable Reservation hold(Cart cart) {
        String id = cart.reservationId();
        if (id == null) {
            return null;
        }
        Reservation reservation = reads.reservation(id).orElse(null);
        return reservation != null && reservation.stateAt(reads.nowMicros()) == HoldState.HELD ? reservation : null;
    }

    static RuntimeException notFound(String id) {
        return Problem.of(ProblemCode.CART_NOT_FOUND, "There is no cart " + id + ".")
                .exception();
    }
}
