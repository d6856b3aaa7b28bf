package io.storegrid.compute;

import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.compute.events.OutboxTail;
import io.storegrid.compute.events.RemoteEventStore;
import io.storegrid.compute.events.RemoteWebhookStore;
import io.storegrid.compute.events.StoredWebhooks;
import io.storegrid.compute.gateway.CommandGateway;
import io.storegrid.compute.gateway.EventFeed;
import io.storegrid.compute.gateway.GridCommandGateway;
import io.storegrid.compute.gateway.GridReadGateway;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.compute.gateway.WebhookGateway;
import java.util.function.BooleanSupplier;
import org.apache.ignite.Ignite;

/** The runtime of a node that keeps no data: gateways to those that do, and nothing that reaches PostgreSQL. */
public final class ClientRuntime implements NodeRuntime {

    private final GridCommandGateway commands;
    private final ReadGateway reads;
    private final Reconciler reconciler;
    private final RemoteStore store;
    private final OutboxTail tail;
    private final WebhookGateway webhooks;

    /** @param quorum whether this node sees enough of the grid to take writes; asked for each command */
    public ClientRuntime(Ignite ignite, BooleanSupplier quorum, MeterRegistry registry) {
        store = new RemoteStore(ignite);
        commands = new GridCommandGateway(ignite, new CommandHomes(ignite), null, quorum);
        reads = new GridReadGateway(new StoreCaches(ignite), store);
        reconciler = new Reconciler(ignite);
        tail = new OutboxTail(new RemoteEventStore(ignite), registry);
        webhooks = new StoredWebhooks(new RemoteWebhookStore(ignite));
    }

    /** Learns PostgreSQL's time, and goes on learning it. */
    public void start() {
        store.start();
    }

    @Override
    public CommandGateway commands() {
        return commands;
    }

    @Override
    public ReadGateway reads() {
        return reads;
    }

    @Override
    public Reconciler reconciler() {
        return reconciler;
    }

    @Override
    public StoreAccess store() {
        return store;
    }

    @Override
    public EventFeed events() {
        return tail;
    }

    @Override
    public WebhookGateway webhooks() {
        return webhooks;
    }

    @Override
    public void drain() {
        commands.drain();
    }

    @Override
    public void close() {
        tail.close();
        commands.close();
        reconciler.close();
        store.close();
    }
}
