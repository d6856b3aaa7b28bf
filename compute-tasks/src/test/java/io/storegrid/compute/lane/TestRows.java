package io.storegrid.compute.lane;

import io.storegrid.domain.Answer;
import io.storegrid.domain.Cart;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Money;
import io.storegrid.domain.Order;
import io.storegrid.domain.OrderId;
import io.storegrid.domain.OrderLine;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Payment;
import io.storegrid.domain.PaymentState;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationId;
import io.storegrid.domain.ReservationLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a batch is decided on, put together row by row without a database, and rules' verdicts in words: {@code CREATED},
 * {@code read stock [A]}, {@code deferred}, {@code expire first [A]}.
 */
final class TestRows {

    /** The database's time of every decision here, microseconds since the epoch. */
    static final long NOW = 1_700_000_000_000_000L;

    static final String ENTROPY = "0123456789abcdef".repeat(2);
    static final int PARTITION = 0x2a;

    /** What the lane has of a row. */
    enum Picture {
        /** Nothing: it was neither remembered nor read. */
        UNKNOWN,
        /** A copy of unknown age. */
        MEMORY,
        /** Read after all members had entered: there is no such row. */
        NONE,
        /** Read after all members had entered. */
        READ;

        boolean fresh() {
            return this == NONE || this == READ;
        }

        boolean has() {
            return this == MEMORY || this == READ;
        }
    }

    final WorkingSet set = new WorkingSet(NOW, sku -> PARTITION);

    /** Stock at version 5. */
    StockRow stock(Picture picture, String sku, long onHand, long reserved, long due) {
        InventoryItem item = picture.has() ? new InventoryItem(sku, onHand, reserved, 5) : null;
        StockRow row = new StockRow(sku, item, due, picture.fresh());
        set.put(sku, row);
        return row;
    }

    /** Fresh stock at version 5 without due holds. */
    StockRow stock(String sku, long onHand, long reserved) {
        return stock(Picture.READ, sku, onHand, reserved, 0);
    }

    /** The id that a hold of these tests has, told apart by one digit. */
    static String holdId(int digit) {
        return ReservationId.of(PARTITION, Integer.toString(digit).repeat(32));
    }

    /** A hold at version 3 that began ten minutes ago and ends in, or ended for, five. */
    static Reservation hold(int digit, HoldState state, boolean withinTime, ReservationLine... lines) {
        return new Reservation(
                holdId(digit),
                state,
                null,
                null,
                List.of(lines),
                NOW - 600_000_000,
                withinTime ? NOW + 300_000_000 : NOW - 300_000_000,
                3);
    }

    HoldRow hold(Picture picture, int digit, HoldState state, boolean withinTime, ReservationLine... lines) {
        Reservation base = picture.has() ? hold(digit, state, withinTime, lines) : null;
        HoldRow row = new HoldRow(base, picture == Picture.READ && withinTime, picture.fresh());
        set.put(holdId(digit), row);
        return row;
    }

    static String cartId(int digit) {
        return "cart_" + Integer.toString(digit).repeat(32);
    }

    /** An open cart in BRL at version 4. */
    static Cart cart(int digit, @Nullable String reservationId, CartLine... lines) {
        return cart(digit, "BRL", reservationId, lines);
    }

    static Cart cart(int digit, String currency, @Nullable String reservationId, CartLine... lines) {
        return new Cart(
                cartId(digit),
                false,
                currency,
                null,
                List.of(lines),
                reservationId,
                0,
                null,
                4,
                NOW - 1,
                NOW - 1,
                NOW + 1);
    }

    CartRow cart(Picture picture, Cart cart) {
        CartRow row = new CartRow(picture.has() ? cart : null, picture.fresh());
        set.put(cart.id(), row);
        return row;
    }

    void product(String sku, @Nullable Product product) {
        set.put(sku, new ProductEntry(product));
    }

    /** The id that an order of these tests has. */
    static String orderId(int digit) {
        return OrderId.of(PARTITION, Integer.toString(digit).repeat(32));
    }

    /** An order of cart {@code digit} for two of A at 1.500 each, held by hold {@code digit}. */
    static Order order(int digit, OrderState state, PaymentState payment) {
        Money total = new Money(3_000, "BRL");
        return new Order(
                orderId(digit),
                state,
                cartId(digit),
                holdId(digit),
                List.of(new OrderLine("A", "Água de coco", 2, 1_500)),
                total,
                new Payment(payment, "pix", "reference", payment == PaymentState.APPROVED ? total : null),
                "key",
                2,
                NOW - 600_000_000,
                NOW - 600_000_000,
                NOW + 300_000_000);
    }

    OrderRow order(Order order) {
        OrderRow row = new OrderRow(order);
        set.put(order.id(), row);
        return row;
    }

    /** The verdict in words. */
    static String said(Verdict verdict) {
        if (verdict instanceof Verdict.Decided decided) {
            return decided.answer().outcome().name();
        } else if (verdict instanceof Verdict.NeedsRead needs) {
            List<String> words = new ArrayList<>();
            List<String> kinds = List.of("stock", "hold", "cart");
            List<List<String>> keys =
                    List.of(List.copyOf(needs.stock()), List.copyOf(needs.holds()), List.copyOf(needs.carts()));
            for (int i = 0; i < kinds.size(); i++) {
                if (!keys.get(i).isEmpty()) {
                    words.add(kinds.get(i) + (i == 0 ? " " + new TreeSet<>(keys.get(i)) : ""));
                }
            }
            return "read " + String.join(" and ", words);
        } else if (verdict instanceof Verdict.ExpireFirst first) {
            return "expire first " + new TreeSet<>(first.skus());
        }
        return "deferred";
    }

    static Answer answer(Verdict verdict) {
        if (verdict instanceof Verdict.Decided decided) {
            return decided.answer();
        }
        throw new AssertionError("not decided: " + said(verdict));
    }

    static boolean accepted(Verdict verdict) {
        return verdict instanceof Verdict.Decided decided
                && decided.answer().outcome().accepted();
    }

    /** Everything that would be written, in words; empty when nothing would. */
    List<String> effects() {
        List<String> effects = new ArrayList<>();
        new TreeMap<>(set.stock()).forEach((sku, row) -> {
            if (row.touched()) {
                effects.add("stock " + row.current());
            }
        });
        new TreeMap<>(set.holds()).forEach((id, row) -> {
            if (row.settlement() != null) {
                effects.add("hold " + row.settlement().state());
            }
            if (row.extended() != null) {
                effects.add("hold extended");
            }
        });
        new TreeMap<>(set.carts()).forEach((id, row) -> {
            if (row.change() != null) {
                effects.add("cart " + row.current());
            }
        });
        new TreeMap<>(set.products()).forEach((sku, row) -> {
            if (row.change() != null) {
                effects.add("product " + row.current());
            }
        });
        set.made().forEach(made -> effects.add("made " + made));
        return effects;
    }

    /** Names of outcomes among the words of {@code text}. */
    static List<Outcome> outcomesIn(String text) {
        Map<String, Outcome> byName = new TreeMap<>();
        Arrays.stream(Outcome.values()).forEach(outcome -> byName.put(outcome.name(), outcome));
        List<Outcome> found = new ArrayList<>();
        for (String word : text.split("[^A-Z_]+", -1)) {
            Outcome outcome = byName.get(word);
            if (outcome != null) {
                found.add(outcome);
            }
        }
        return found;
    }
}
