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
import io.storegrid.compute.command.Refuse;
import io.storegrid.compute.command.ReserveCart;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SetStock;
import io.storegrid.compute.command.SettleHold;
import io.storegrid.domain.Answer;

/** Sends each command to its rule. */
final class Decider {

    private Decider() {}

    /** Decides {@code command} on {@code rows} and leaves its effects there, or leaves them as they are. */
    static Verdict decide(Command command, WorkingSet rows) {
        return switch (kind(command)) {
            case RESERVE_STOCK, RESERVE_FOR_CART -> StockRules.reserve((ReserveStock) command, rows);
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
            case PLACE_ORDER -> OrderRules.place((PlaceOrder) command, rows);
            case RECORD_PAYMENT -> OrderRules.record((RecordPayment) command, rows);
            case RECORD_REFUND -> OrderRules.refunded((RecordRefund) command, rows);
            case CANCEL_ORDER -> OrderRules.cancel((CancelOrder) command, rows);
            case ADVANCE_ORDER -> OrderRules.advance((AdvanceOrder) command, rows);
            case FORGET_CUSTOMER -> CartRules.forget((ForgetCustomer) command, rows);
            case REFUSE -> refuse((Refuse) command, rows);
            case IMPORT_PRODUCTS -> ProductRules.importLines((ImportProducts) command, rows);
        };
    }

    /** The kinds of commands; at least one for each class that {@link Command} permits. */
    enum Kind {
        RESERVE_STOCK(false),
        ADJUST_STOCK(false),
        SETTLE_HOLD(false),
        EXPIRE_HOLD(false),
        CREATE_CART(false),
        CHANGE_CART_LINE(false),
        RESERVE_FOR_CART(true),
        SET_STOCK(true),
        EXTEND_HOLD(true),
        DELETE_CART(true),
        MERGE_CARTS(true),
        RESERVE_CART(true),
        PLACE_ORDER(true),
        RECORD_PAYMENT(true),
        RECORD_REFUND(true),
        CANCEL_ORDER(true),
        ADVANCE_ORDER(true),
        FORGET_CUSTOMER(true),
        REFUSE(false),
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

    private static Verdict refuse(Refuse command, WorkingSet rows) {
        return new Verdict.Decided(Answer.of(command.outcome(), rows.atMicros()).withRef(command.ref()));
    }

    static Kind kind(Command command) {
        if (command instanceof ReserveStock reserve) {
            return reserve.cartId() == null ? Kind.RESERVE_STOCK : Kind.RESERVE_FOR_CART;
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
        } else if (command instanceof PlaceOrder) {
            return Kind.PLACE_ORDER;
        } else if (command instanceof RecordPayment) {
            return Kind.RECORD_PAYMENT;
        } else if (command instanceof RecordRefund) {
            return Kind.RECORD_REFUND;
        } else if (command instanceof CancelOrder) {
            return Kind.CANCEL_ORDER;
        } else if (command instanceof AdvanceOrder) {
            return Kind.ADVANCE_ORDER;
        } else if (command instanceof ForgetCustomer) {
            return Kind.FORGET_CUSTOMER;
        } else if (command instanceof Refuse) {
            return Kind.REFUSE;
        } else {
            return Kind.IMPORT_PRODUCTS;
        }
    }
}
