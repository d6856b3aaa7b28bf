package io.storegrid.compute;

import io.storegrid.compute.command.AdjustStock;
import io.storegrid.compute.command.ArchiveProduct;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.ExpireHold;
import io.storegrid.compute.command.ExtendHold;
import io.storegrid.compute.command.ImportProducts;
import io.storegrid.compute.command.PutProduct;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SetStock;
import io.storegrid.compute.command.SettleHold;
import org.apache.ignite.Ignite;
import org.apache.ignite.cache.affinity.Affinity;

/** Where commands live: the affinity that their home key is looked up in. Thread-safe. */
public final class CommandHomes {

    private final Affinity<String> stock;
    private final Affinity<String> holds;
    private final Affinity<String> carts;

    public CommandHomes(Ignite ignite) {
        this.stock = ignite.affinity(StoreCaches.INVENTORY);
        this.holds = ignite.affinity(StoreCaches.RESERVATIONS);
        this.carts = ignite.affinity(StoreCaches.CARTS);
    }

    /** The affinity that decides where {@code command} lives. */
    public Affinity<String> affinity(Command command) {
        if (command instanceof ReserveStock
                || command instanceof AdjustStock
                || command instanceof SetStock
                || command instanceof PutProduct
                || command instanceof ArchiveProduct
                || command instanceof ImportProducts) {
            return stock;
        }
        boolean hold = command instanceof SettleHold || command instanceof ExpireHold || command instanceof ExtendHold;
        return hold ? holds : carts;
    }

    /** Of stock and products. */
    public Affinity<String> stock() {
        return stock;
    }

    /** Of reservations. */
    public Affinity<String> holds() {
        return holds;
    }
}
