package io.storegrid.compute.lane;

import io.storegrid.compute.command.AdjustStock;
import io.storegrid.compute.command.ArchiveProduct;
import io.storegrid.compute.command.ChangeCartLine;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CreateCart;
import io.storegrid.compute.command.DeleteCart;
import io.storegrid.compute.command.ExpireHold;
import io.storegrid.compute.command.ExtendHold;
import io.storegrid.compute.command.ImportProducts;
import io.storegrid.compute.command.MergeCarts;
import io.storegrid.compute.command.PutProduct;
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

    private void add(Command command) {
        if (command instanceof ReserveStock reserve) {
            reserve.lines().forEach(line -> stock.add(line.sku()));
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
