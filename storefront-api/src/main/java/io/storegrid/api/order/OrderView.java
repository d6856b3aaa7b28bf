package io.storegrid.api.order;

import io.storegrid.api.catalogue.MoneyView;
import io.storegrid.api.json.JsonText;
import io.storegrid.domain.Money;
import io.storegrid.domain.Order;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.PaymentState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order as callers see it; there is no person in it.
 *
 * @param payBy when the wait for money ends; null when none is waited for
 */
record OrderView(
        String id,
        OrderState state,
        String cartId,
        String reservationId,
        List<Line> lines,
        MoneyView total,
        PaymentView payment,
        long version,
        String createdAt,
        String updatedAt,
        @Nullable String payBy) {

    /** One line at the prices of the checkout. */
    record Line(String sku, String title, int quantity, MoneyView unitPrice, MoneyView lineTotal) {}

    /**
     * @param reference null where whoever knows it could answer in the provider's place
     * @param received what has arrived; null: nothing
     */
    record PaymentView(
            PaymentState state,
            String method,
            @Nullable String reference,
            @Nullable MoneyView received) {}

    /** @param withReference whether callers may see what the provider knows the payment by */
    static OrderView of(Order order, boolean withReference) {
        String currency = order.total().currency();
        Money received = order.payment().received();
        return new OrderView(
                order.id(),
                order.state(),
                order.cartId(),
                order.reservationId(),
                order.lines().stream()
                        .map(line -> new Line(
                                line.sku(),
                                line.title(),
                                line.quantity(),
                                new MoneyView(line.unitPriceMinor(), currency),
                                new MoneyView(line.totalMinor(), currency)))
                        .toList(),
                MoneyView.of(order.total()),
                new PaymentView(
                        order.payment().state(),
                        order.payment().method(),
                        withReference ? order.payment().reference() : null,
                        received == null ? null : MoneyView.of(received)),
                order.version(),
                JsonText.time(order.createdAtMicros()),
                JsonText.time(order.updatedAtMicros()),
                order.state() == OrderState.PENDING_PAYMENT ? JsonText.time(order.payByMicros()) : null);
    }
}
