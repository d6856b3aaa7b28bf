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

/** Sends each command to its rule. */
final class Decider {

    private Decider() {}

    /** Decides {@code command} on {@code rows} and leaves its effects there, or leaves them as they are. */
    static Verdict decide(Command command, WorkingSet rows) {
        return switch (kind(command)) {
            case RESERVE_STOCK -> StockRules.reserve((ReserveStock) command, rows);
            case ADJUST_STOCK -> StockRules.adjust((AdjustStock) command, rows);
            case SET_STOCK -> StockRules.set((SetStock) command, rows);
            case SETTLE_HOLD -> HoldRules.settle((SettleHold) command, rows);
            case EXPIRE_HOLD -> HoldRules.expire((ExpireHold) command, rows);
            case EXTEND_HOLD -> HoldRules.extend((ExtendHold) command, rows);
            case CREATE_CART -> CartRules.create((CreateCart) command, rows);
            case CHANGE_CART_LINE -> CartRules.change((ChangeCartLine) command, rows);
            case DELETE_CART -> CartRules.delete((DeleteCart) command, rows);
            case MERGE_CARTS -> CartRules.merge((MergeCarts) command, rows);
            case RESERVE_CART -> CartRules.reserve((ReserveCart) command, rows);
            case PUT_PRODUCT -> ProductRules.put((PutProduct) command, rows);
            case ARCHIVE_PRODUCT -> ProductRules.archive((ArchiveProduct) command, rows);
            case IMPORT_PRODUCTS -> ProductRules.importLines((ImportProducts) command, rows);
        };
    }

    /** The kinds of commands; one for each class that {@link Command} permits. */
    enum Kind {
        RESERVE_STOCK(false),
        ADJUST_STOCK(false),
        SETTLE_HOLD(false),
        EXPIRE_HOLD(false),
        CREATE_CART(false),
        CHANGE_CART_LINE(false),
        SET_STOCK(true),
        EXTEND_HOLD(true),
        DELETE_CART(true),
        MERGE_CARTS(true),
        RESERVE_CART(true),
        PUT_PRODUCT(true),
        ARCHIVE_PRODUCT(true),
        IMPORT_PRODUCTS(true);

        private final boolean underLocks;

        Kind(boolean underLocks) {
            this.underLocks = underLocks;
        }

        /**
         * Whether this kind is decided under row locks from the start: its new value is absolute, or what it touches is known
         * only when another row was read.
         */
        boolean underLocks() {
            return underLocks;
        }
    }

    static Kind kind(Command command) {
        if (command instanceof ReserveStock) {
            return Kind.RESERVE_STOCK;
        } else if (command instanceof SettleHold) {
            return Kind.SETTLE_HOLD;
        } else if (command instanceof ChangeCartLine) {
            return Kind.CHANGE_CART_LINE;
        } else if (command instanceof ExpireHold) {
            return Kind.EXPIRE_HOLD;
        } else if (command instanceof AdjustStock) {
            return Kind.ADJUST_STOCK;
        } else if (command instanceof SetStock) {
            return Kind.SET_STOCK;
        } else if (command instanceof ExtendHold) {
            return Kind.EXTEND_HOLD;
        } else if (command instanceof CreateCart) {
            return Kind.CREATE_CART;
        } else if (command instanceof DeleteCart) {
            return Kind.DELETE_CART;
        } else if (command instanceof MergeCarts) {
            return Kind.MERGE_CARTS;
        } else if (command instanceof ReserveCart) {
            return Kind.RESERVE_CART;
        } else if (command instanceof PutProduct) {
            return Kind.PUT_PRODUCT;
        } else if (command instanceof ArchiveProduct) {
            return Kind.ARCHIVE_PRODUCT;
        } else {
            return Kind.IMPORT_PRODUCTS;
        }
    }
}
