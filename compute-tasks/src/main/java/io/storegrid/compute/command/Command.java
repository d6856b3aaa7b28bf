package io.storegrid.compute.command;

import org.jspecify.annotations.Nullable;

/**
 * One write, as its caller meant it: no decision in it, only what to decide on. Immutable.
 *
 * <p>A command with a {@link #key} may be sent any number of times and takes effect once.
 */
public sealed interface Command
        permits AdjustStock,
                AdvanceOrder,
                ArchiveProduct,
                CancelOrder,
                ChangeCartLine,
                CreateCart,
                DeleteCart,
                ExpireHold,
                ExtendHold,
                ForgetCustomer,
                ImportProducts,
                MergeCarts,
                PlaceOrder,
                PutProduct,
                RecordPayment,
                RecordRefund,
                Refuse,
                ReserveCart,
                ReserveStock,
                SetStock,
                SettleHold {

    /** The key whose partition decides which lane takes this command: a SKU, a cart's, a reservation's or an order's id. */
    String home();

    /** The caller's idempotency key, when there is one. */
    @Nullable
    CommandKey key();

    /**
     * Whether doing it twice leaves the store as doing it once, key or no key. Only such a command, or one with a key, is
     * sent again after an unknown outcome.
     */
    boolean repeatable();
}
