package io.storegrid.compute.lane;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.Order;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.StoreEvent;
import io.storegrid.persistence.EventData;
import io.storegrid.persistence.OrderSql;
import io.storegrid.persistence.ReservationSql;
import java.util.ArrayList;
import java.util.List;

/** What the world is told of a batch, besides the changes of stock, which are told by the statement that makes them. */
final class Events {

    private Events() {}

    static List<StoreEvent> of(
            List<OrderSql.Change> orders, List<Product> products, List<ReservationSql.Settlement> settlements) {
        List<StoreEvent> events = new ArrayList<>(0);
        for (OrderSql.Change change : orders) {
            for (OrderSql.Entry entry : change.entries()) {
                Order order = entry.after();
                events.add(new StoreEvent(
                        entry.type().code(), order.id(), order.version(), EventData.of(order, entry.detail())));
                if (entry.type().tellsPayment()) {
                    events.add(new StoreEvent(
                            StoreEvent.PAYMENT_PROCESSED, order.id(), order.version(), EventData.ofPayment(order)));
                }
            }
        }
        for (Product product : products) {
            events.add(new StoreEvent(
                    StoreEvent.PRODUCT_UPDATED, product.sku(), product.version(), EventData.of(product)));
        }
        for (ReservationSql.Settlement settlement : settlements) {
            if (settlement.state() == HoldState.EXPIRED) {
                Reservation before = settlement.before();
                events.add(new StoreEvent(
                        StoreEvent.RESERVATION_EXPIRED,
                        before.id(),
                        before.version() + 1,
                        EventData.ofExpired(before)));
            }
        }
        return events;
    }
}
