package io.storegrid.compute;

import io.storegrid.compute.command.AdjustStock;
import io.storegrid.compute.command.AdvanceOrder;
import io.storegrid.compute.command.ArchiveProduct;
import io.storegrid.compute.command.CancelOrder;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.ExpireHold;
import io.storegrid.compute.command.ExtendHold;
import io.storegrid.compute.command.ImportProducts;
import io.storegrid.compute.command.PutProduct;
import io.storegrid.compute.command.RecordPayment;
import io.storegrid.compute.command.RecordRefund;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SetStock;
import io.storegrid.compute.command.SettleHold;
import org.apache.ignite.Ignite;
import org.apache.ignite.cache.affinity.Affinity;
import org.apache.ignite.events.Event;
import org.apache.ignite.events.EventType;
import org.apache.ignite.lang.IgnitePredicate;
import org.jspecify.annotations.Nullable;

/**
 * Where commands live: the affinity that their home key is looked up in. Thread-safe.
 *
 * <p>A node without data can outlive the grid it belonged to and be taken into the next one; what it knew of the first one's
 * affinity never learns of the second one's nodes and is looked up again.
 */
public final class CommandHomes {

    private final Ignite ignite;
    private volatile @Nullable Homes known;

    public CommandHomes(Ignite ignite) {
        this.ignite = ignite;
        known = new Homes(ignite);
        if (ignite.cluster().localNode().isClient()) {
            IgnitePredicate<Event> forget = event -> {
                known = null;
                return true;
            };
            ignite.events().localListen(forget, EventType.EVT_CLIENT_NODE_RECONNECTED);
        }
    }

    private static final class Homes {

        private final Affinity<String> stock;
        private final Affinity<String> holds;
        private final Affinity<String> carts;
        private final Affinity<String> orders;

        Homes(Ignite ignite) {
            stock = ignite.affinity(StoreCaches.INVENTORY);
            holds = ignite.affinity(StoreCaches.RESERVATIONS);
            carts = ignite.affinity(StoreCaches.CARTS);
            orders = ignite.affinity(StoreCaches.ORDERS);
        }
    }

    private Homes homes() {
        Homes homes = known;
        if (homes == null) {
            homes = new Homes(ignite);
            known = homes;
        }
        return homes;
    }

    /** The affinity that decides where {@code command} lives. */
    public Affinity<String> affinity(Command command) {
        if (command instanceof ReserveStock
                || command instanceof AdjustStock
                || command instanceof SetStock
                || command instanceof PutProduct
                || command instanceof ArchiveProduct
                || command instanceof ImportProducts) {
            return homes().stock;
        }
        if (command instanceof RecordPayment
                || command instanceof RecordRefund
                || command instanceof CancelOrder
                || command instanceof AdvanceOrder) {
            return homes().orders;
        }
        boolean hold = command instanceof SettleHold || command instanceof ExpireHold || command instanceof ExtendHold;
        return hold ? homes().holds : homes().carts;
    }

    /** Of stock and products. */
    public Affinity<String> stock() {
        return homes().stock;
    }

    /** Of orders. */
    public Affinity<String> orders() {
        return homes().orders;
    }

    /** Of reservations. */
    public Affinity<String> holds() {
        return homes().holds;
    }
}
