package io.storegrid.grid;

import io.storegrid.compute.Threads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.events.DiscoveryEvent;
import org.apache.ignite.events.Event;
import org.apache.ignite.events.EventType;
import org.apache.ignite.lang.IgnitePredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a minority back after a network split: Ignite never joins two grids that were one. While this node sees no majority
 * it looks whether a node that it lost can be reached again. One that merely restarted joins within seconds; one that can be
 * reached for longer, and does not come, is in a grid of its own. Then this node ends, and joins that grid with nothing in
 * its memory when its supervisor starts it again. Until then it serves reads. With no majority expected there is no
 * minority, and nothing is done. Thread-safe.
 */
final class SplitWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SplitWatch.class);
    private static final long ROUND_MS = 1_000;
    private static final int CONNECT_TIMEOUT_MS = 500;

    /** Rounds in a row that a lost node must be reachable: more than twice what a restarted one takes to join. */
    private static final int ROUNDS = 12;

    private final Ignite ignite;
    private final int expectedNodes;
    private final Consumer<String> end;
    private final Map<String, InetSocketAddress> lost = new ConcurrentHashMap<>();
    private final Map<String, Integer> reachable = new ConcurrentHashMap<>();
    private final AtomicBoolean looking = new AtomicBoolean();
    private final ScheduledExecutorService thread = Threads.timer("storegrid-split");
    private final IgnitePredicate<Event> losses = event -> {
        if (event instanceof DiscoveryEvent loss && !loss.eventNode().isClient()) {
            remember(loss.eventNode());
        }
        return true;
    };

    private SplitWatch(Ignite ignite, int expectedNodes, Consumer<String> end) {
        this.ignite = ignite;
        this.expectedNodes = expectedNodes;
        this.end = end;
    }

    /** @param end ends the program; called on a thread of this class */
    static SplitWatch start(Ignite ignite, int expectedNodes, Consumer<String> end) {
        SplitWatch watch = new SplitWatch(ignite, expectedNodes, end);
        ignite.events().localListen(watch.losses, EventType.EVT_NODE_FAILED);
        return watch;
    }

    private void remember(ClusterNode node) {
        String address = GridFacts.discoveryAddress(node);
        int colon = address.lastIndexOf(':');
        if (colon > 0) {
            lost.put(
                    NodeAttributes.name(node),
                    InetSocketAddress.createUnresolved(
                            address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
            if (looking.compareAndSet(false, true)) {
                var unused = thread.schedule(this::round, ROUND_MS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void round() {
        try {
            ignite.cluster().forServers().nodes().forEach(node -> lost.remove(NodeAttributes.name(node)));
            reachable.keySet().retainAll(lost.keySet());
            if (lost.isEmpty() || GridFacts.quorum(ignite, expectedNodes)) {
                reachable.clear();
                lost.clear();
                looking.set(false);
                return;
            }
            lost.forEach(this::look);
        } catch (RuntimeException e) {
            LOG.debug("Lost nodes could not be looked for", e);
        }
        var unused = thread.schedule(this::round, ROUND_MS, TimeUnit.MILLISECONDS);
    }

    private void look(String name, InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getByName(address.getHostString()), address.getPort()),
                    CONNECT_TIMEOUT_MS);
            int rounds = reachable.merge(name, 1, Integer::sum);
            if (rounds >= ROUNDS) {
                String reason = "the grid broke in two and this node is in the smaller part; node " + name
                        + " can be reached again and belongs to another part";
                LOG.error("{}", reason);
                end.accept(reason);
            }
        } catch (IOException e) {
            reachable.remove(name);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            ignite.events().stopLocalListen(losses);
        } catch (IllegalStateException e) {
            LOG.debug("The grid was gone before", e);
        }
    }
}
