package io.storegrid.grid;

import io.storegrid.compute.Threads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.ignite.Ignite;
import org.apache.ignite.events.DiscoveryEvent;
import org.apache.ignite.events.Event;
import org.apache.ignite.events.EventType;
import org.apache.ignite.lang.IgnitePredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a minority back after a network split: Ignite never joins two grids. While this node sees no majority it looks
 * whether a node that it lost, or that it was told to join, can be reached. One that is only starting joins within seconds;
 * one that can be reached for longer, and does not come, is in a grid of its own. Then this node ends, and joins that grid
 * with nothing in its memory when its supervisor starts it again. Until then it serves reads.
 *
 * <p>Where both parts are without a majority, the one with the lowest address waits twice as long, so that not both leave
 * for each other. Where no more than one node is expected there is no minority, and nothing is done. Thread-safe.
 */
final class SplitWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SplitWatch.class);
    private static final long ROUND_MS = 1_000;
    private static final int CONNECT_TIMEOUT_MS = 500;

    /** Rounds in a row that a node must be reachable: more than twice what a starting one takes to join. */
    private static final int ROUNDS = 12;

    private final Ignite ignite;
    private final int expectedNodes;
    private final Supplier<Collection<String>> told;
    private final Consumer<String> end;
    private final Set<String> lost = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> reachable = new HashMap<>();
    private final ScheduledExecutorService thread = Threads.timer("storegrid-split");
    private final IgnitePredicate<Event> losses = event -> {
        if (event instanceof DiscoveryEvent loss && !loss.eventNode().isClient()) {
            lost.add(GridFacts.discoveryAddress(loss.eventNode()));
        }
        return true;
    };

    private SplitWatch(Ignite ignite, int expectedNodes, Supplier<Collection<String>> told, Consumer<String> end) {
        this.ignite = ignite;
        this.expectedNodes = expectedNodes;
        this.told = told;
        this.end = end;
    }

    /**
     * @param told addresses that this node was told to join, {@code host:port}
     * @param end ends the program; called on a thread of this class
     */
    static SplitWatch start(Ignite ignite, int expectedNodes, Supplier<Collection<String>> told, Consumer<String> end) {
        SplitWatch watch = new SplitWatch(ignite, expectedNodes, told, end);
        if (expectedNodes > 1 && !ignite.cluster().localNode().isClient()) {
            ignite.events().localListen(watch.losses, EventType.EVT_NODE_FAILED);
            var unused = watch.thread.scheduleWithFixedDelay(watch::round, ROUND_MS, ROUND_MS, TimeUnit.MILLISECONDS);
        }
        return watch;
    }

    private void round() {
        try {
            if (GridFacts.quorum(ignite, expectedNodes)) {
                reachable.clear();
                lost.clear();
                return;
            }
            Set<String> others = new HashSet<>(lost);
            others.addAll(told.get());
            ignite.cluster().forServers().nodes().forEach(node -> others.remove(GridFacts.discoveryAddress(node)));
            reachable.keySet().retainAll(others);
            String self = GridFacts.discoveryAddress(ignite.cluster().localNode());
            for (String other : others) {
                if (answers(other)) {
                    int rounds = reachable.merge(other, 1, Integer::sum);
                    if (rounds >= (self.compareTo(other) < 0 ? 2 * ROUNDS : ROUNDS)) {
                        leave(other);
                    }
                } else {
                    reachable.remove(other);
                }
            }
        } catch (RuntimeException e) {
            LOG.debug("Other parts of the grid could not be looked for", e);
        }
    }

    private void leave(String other) {
        reachable.clear();
        String reason =
                "this node is in the smaller part of a grid that broke in two, and the other part can be reached"
                        + " again at " + other;
        LOG.error("{}", reason);
        end.accept(reason);
    }

    private static boolean answers(String address) {
        int colon = address.lastIndexOf(':');
        if (colon < 0) {
            return false;
        }
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(
                            InetAddress.getByName(address.substring(0, colon)),
                            Integer.parseInt(address.substring(colon + 1))),
                    CONNECT_TIMEOUT_MS);
            return true;
        } catch (IOException e) {
            return false;
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
