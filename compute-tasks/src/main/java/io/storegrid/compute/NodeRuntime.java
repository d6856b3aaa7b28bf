package io.storegrid.compute;

import io.storegrid.compute.gateway.CommandGateway;
import io.storegrid.compute.gateway.EventFeed;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.compute.gateway.WebhookGateway;

/** What the API of a node stands on, whether the node keeps data or not. The parts are thread-safe. */
public interface NodeRuntime extends AutoCloseable {

    CommandGateway commands();

    ReadGateway reads();

    Reconciler reconciler();

    StoreAccess store();

    EventFeed events();

    WebhookGateway webhooks();

    /** Refuses new commands from callers of this node; those that run go on, and so do those of other nodes. */
    void drain();

    /** Refuses new commands and stops every thread. */
    @Override
    void close();
}
