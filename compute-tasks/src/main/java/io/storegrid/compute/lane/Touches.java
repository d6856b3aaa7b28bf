package io.storegrid.compute.lane;

import io.storegrid.compute.command.AdjustStock;
import io.storegrid.compute.command.AdvanceOrder;
import io.storegrid.compute.command.ArchiveProduct;
import io.storegrid.compute.command.CancelOrder;
import io.storegrid.compute.command.ChangeCartLine;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CreateCart;
import io.storegrid.compute.command.DeleteCart;
import io.storegrid.compute.command.ExpireHold;
import io.storegrid.compute.command.ExtendHold;
import io.storegrid.compute.command.ForgetCustomer;
import io.storegrid.compute.command.ImportProducts;
import io.storegrid.compute.command.MergeCarts;
import io.storegrid.compute.command.PlaceOrder;
import io.storegrid.compute.command.PutProduct;
import io.storegrid.compute.command.RecordPayment;
import io.storegrid.compute.command.RecordRefund;
import io.storegrid.compute.command.ReserveCart;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SetStock;
import io.storegrid.compute.command.SettleHold;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The keys that a batch names, before anything was read; holds and carts lead to more. */
final class Touches {

    private final Set<String> stock = new HashSet<>();
    private final Set<String> holds = new HashSet<>();
    private final Set<String> carts = new HashSet<>();
    private final Set<String> products = new HashSet<>();
    private final Set<String> orders = new HashSet<>();
    private final Set<String> ordering = new HashSet<>();
    private final Set<String> crowded = new HashSet<>();

    Touches(List<Member> batch) {
        batch.forEach(member -> add(member.command()));
    }

    Set<String> stock() {
        return stock;
    }

    Set<String> holds() {
        return holds;
    }

    Set<String> carts() {
        return carts;
    }

    Set<String> products() {
        return products;
    }

    Set<String> orders() {
        return orders;
    }

    /** Carts that become holds or orders: the products in them are asked for their prices and limits. */
    Set<String> ordering() {
        return ordering;
    }

    /** Carts whose live holds are to be counted. */
    Set<String> crowded() {
        return crowded;
    }

    private void add(Command command) {
        if (command instanceof ReserveStock reserve) {
            reserve.lines().forEach(line -> stock.add(line.sku()));
            if (reserve.cartId() != null) {
                carts.add(reserve.cartId());
                crowded.add(reserve.cartId());
            }
        } else if (command instanceof SettleHold settle) {
            holds.add(settle.reservationId());
        } else if (command instanceof ExpireHold expire) {
            holds.add(expire.reservationId());
        } else if (command instanceof ExtendHold extend) {
            holds.add(extend.reservationId());
        } else if (command instanceof AdjustStock adjust) {
            stock.add(adjust.sku());
        } else if (command instanceof SetStock set) {
            stock.add(set.sku());
        } else if (command instanceof ChangeCartLine change) {
            carts.add(change.cartId());
        } else if (command instanceof CreateCart create) {
            carts.add(create.cartId());
        } else if (command instanceof DeleteCart delete) {
            carts.add(delete.cartId());
        } else if (command instanceof ReserveCart reserve) {
            carts.add(reserve.cartId());
            ordering.add(reserve.cartId());
        } else if (command instanceof PlaceOrder place) {
            carts.add(place.cartId());
            ordering.add(place.cartId());
        } else if (command instanceof RecordPayment payment) {
            orders.add(payment.orderId());
        } else if (command instanceof RecordRefund refund) {
            orders.add(refund.orderId());
        } else if (command instanceof CancelOrder cancel) {
            orders.add(cancel.orderId());
        } else if (command instanceof AdvanceOrder advance) {
            orders.add(advance.orderId());
        } else if (command instanceof ForgetCustomer forget) {
            carts.add(forget.cartId());
        } else if (command instanceof MergeCarts merge) {
            carts.add(merge.cartId());
            carts.add(merge.fromCartId());
        } else if (command instanceof PutProduct put) {
            products.add(put.product().sku());
        } else if (command instanceof ArchiveProduct archive) {
            products.add(archive.sku());
        } else if (command instanceof ImportProducts lines) {
            lines.lines().forEach(line -> {
                products.add(line.product().sku());
                stock.add(line.product().sku());
            });
        }
    }
}
