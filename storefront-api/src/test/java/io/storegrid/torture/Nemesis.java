package io.storegrid.torture;

import io.storegrid.persistence.EmbeddedDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What is done to a grid under load. Each is taken back by the harness; then the grid has to be whole again by itself. */
enum Nemesis {
    /** kill -9 of the node that decides on the most wanted SKU. */
    KILL_OWNER(3) {
        @Override
        void strike(Scene scene) throws Exception {
            kill(scene, List.of(scene.owner()));
        }
    },
    /** kill -9 of any node. */
    KILL_ANY(3) {
        @Override
        void strike(Scene scene) throws Exception {
            kill(scene, List.of(scene.node()));
        }
    },
    /** kill -9 of two nodes in one instant: both copies of what they shared are gone. */
    KILL_TWO(2) {
        @Override
        void strike(Scene scene) throws Exception {
            int first = scene.node();
            kill(scene, List.of(first, first % Nodes.EXPECTED + 1));
        }
    },
    /** SIGSTOP for longer than the others wait for a sign of life, then SIGCONT: a zombie. */
    PAUSE(1) {
        @Override
        void strike(Scene scene) throws Exception {
            int victim = scene.victim(scene.owner());
            scene.nodes().mayDie(victim);
            scene.nodes().signal(victim, "STOP");
            hold(12_500);
            scene.nodes().signal(victim, "CONT");
            scene.nodes().awaitEnd(victim);
        }
    },
    /** SIGSTOP for less than the others wait: it goes on as if nothing had been. */
    STUTTER(1) {
        @Override
        void strike(Scene scene) throws Exception {
            int victim = scene.victim(scene.node());
            scene.nodes().signal(victim, "STOP");
            hold(2_000 + scene.random().nextInt(3_000));
            scene.nodes().signal(victim, "CONT");
        }
    },
    /** PostgreSQL stops at once, as after a power cut, and is started again. */
    STORE_RESTART(2) {
        @Override
        void strike(Scene scene) throws Exception {
            scene.database().kill();
            hold(scene.random().nextInt(3_000));
            scene.database().start();
        }
    },
    /** Nobody gets to PostgreSQL; who was there is put out. */
    STORE_REFUSED(2) {
        @Override
        void strike(Scene scene) {
            scene.nodes().ways().forEach(way -> way.refuse(true));
            hold(1_000 + scene.random().nextInt(5_000));
            scene.nodes().ways().forEach(way -> way.refuse(false));
        }
    },
    /** One node alone cannot reach PostgreSQL: what it says is swallowed. */
    STORE_SWALLOWED(2) {
        @Override
        void strike(Scene scene) {
            int victim = scene.victim(scene.owner());
            scene.nodes().way(victim).swallow(true);
            hold(2_000 + scene.random().nextInt(6_000));
            scene.nodes().way(victim).swallow(false);
        }
    },
    /** Connections to PostgreSQL break off, again and again. */
    STORE_RESET(2) {
        @Override
        void strike(Scene scene) {
            for (int i = 0; i < 8; i++) {
                scene.nodes().way(scene.node()).reset();
                hold(scene.random().nextInt(500));
            }
        }
    },
    /** Somebody else holds the row of the most wanted SKU. */
    LOCKED_ROW(2) {
        @Override
        void strike(Scene scene) throws Exception {
            try (Connection connection = DriverManager.getConnection(
                            scene.database().settings().url(),
                            scene.database().settings().user(),
                            null);
                    PreparedStatement lock =
                            connection.prepareStatement("SELECT 1 FROM inventory WHERE sku = ? FOR UPDATE")) {
                connection.setAutoCommit(false);
                lock.setString(1, scene.hotSku());
                lock.executeQuery().close();
                hold(2_000 + scene.random().nextInt(4_000));
                connection.rollback();
            }
        }
    },
    /** PostgreSQL hangs as a whole. */
    STORE_HANGS(1) {
        @Override
        void strike(Scene scene) {
            scene.database().pause();
            hold(2_000 + scene.random().nextInt(6_000));
            scene.database().resume();
        }
    },
    /** Each COMMIT takes its time. */
    SLOW_COMMITS(2) {
        @Override
        void strike(Scene scene) {
            long delayMs = 200L + scene.random().nextInt(1_000);
            scene.note("delayMs", Long.toString(delayMs));
            scene.nodes().ways().forEach(way -> way.slowCommits(delayMs));
            hold(3_000 + scene.random().nextInt(4_000));
            scene.nodes().ways().forEach(way -> way.slowCommits(0));
        }
    },
    /** COMMITs are done, and nobody hears of it. */
    LOST_COMMITS(3) {
        @Override
        void strike(Scene scene) {
            int before =
                    scene.nodes().ways().stream().mapToInt(way -> way.cuts()).sum();
            for (int i = 0; i < 4; i++) {
                scene.nodes().ways().forEach(way -> way.cut(1));
                hold(1_000);
            }
            scene.nodes().ways().forEach(way -> way.cut(0));
            int cuts = scene.nodes().ways().stream().mapToInt(way -> way.cuts()).sum() - before;
            scene.note("answers", Integer.toString(cuts));
        }
    },
    /** One node is cut off from the two others; all three reach PostgreSQL and callers. */
    SPLIT(1) {
        @Override
        void strike(Scene scene) throws Exception {
            divide(scene, false);
        }
    },
    /** What one node sends to the others is lost; what they send arrives. */
    ONE_WAY(1) {
        @Override
        void strike(Scene scene) throws Exception {
            divide(scene, true);
        }
    },
    /** A fourth node joins, and is drained. */
    JOIN_AND_DRAIN(1) {
        @Override
        void strike(Scene scene) throws Exception {
            int fourth = Nodes.EXPECTED + 1;
            scene.victim(fourth);
            scene.nodes().start(List.of(fourth));
            scene.nodes().awaitWhole();
            hold(1_000);
            scene.nodes().drain(fourth);
        }
    },
    /** A node dies while PostgreSQL is away. */
    STORE_AND_NODE(2) {
        @Override
        void strike(Scene scene) throws Exception {
            int victim = scene.victim(scene.node());
            scene.database().kill();
            hold(scene.random().nextInt(1_000));
            scene.nodes().kill(List.of(victim));
            hold(1_000 + scene.random().nextInt(2_000));
            scene.database().start();
        }
    },
    /** Nobody gets to the payment provider, and whoever waits for its answer is cut off. */
    PROVIDER_AWAY(1) {
        @Override
        void strike(Scene scene) {
            scene.provider().away(true);
            hold(2_000 + scene.random().nextInt(6_000));
            scene.provider().away(false);
        }
    },
    /** A node has no room left for its log. */
    FULL_DISK(1) {
        @Override
        void strike(Scene scene) throws Exception {
            int victim = scene.victim(scene.node());
            Path filler = scene.nodes().logs(victim).resolve("filler");
            fill(filler);
            hold(3_000);
            // What the log would have taken meanwhile is gone; the node must not be.
            Files.deleteIfExists(filler);
        }
    };

    private static final int BLOCK_BYTES = 64 * 1024;

    private final int weight;

    Nemesis(int weight) {
        this.weight = weight;
    }

    /** How often it is chosen, beside the others. */
    int weight() {
        return weight;
    }

    /** Whether it needs namespaces of the run's own. */
    boolean needsNamespaces() {
        return this == SPLIT || this == ONE_WAY || this == FULL_DISK;
    }

    /** Does its harm and takes it back; processes that died by it are started by the caller. */
    abstract void strike(Scene scene) throws Exception;

    /**
     * Where a fault happens.
     *
     * @param node one of the nodes, chosen by the plan
     * @param owner the one that decides on the most wanted SKU
     * @param hotSku the most wanted SKU
     * @param random the fault's own choices
     * @param victims gets the names of those who suffer
     * @param notes gets whatever else should be known
     */
    record Scene(
            Nodes nodes,
            EmbeddedDatabase database,
            ProviderGate provider,
            int node,
            int owner,
            String hotSku,
            Random random,
            List<String> victims,
            SortedMap<String, String> notes) {

        int victim(int victim) {
            victims.add(Nodes.name(victim));
            return victim;
        }

        void note(String name, String value) {
            notes.put(name, value);
        }
    }

    private static void kill(Scene scene, List<Integer> victims) throws Exception {
        victims.forEach(scene::victim);
        scene.nodes().kill(victims);
        hold(scene.random().nextInt(2_500));
    }

    private static void divide(Scene scene, boolean oneWay) throws Exception {
        Nodes nodes = scene.nodes();
        int victim = scene.victim(scene.node());
        nodes.mayDie(victim);
        if (oneWay) {
            nodes.network().mute(victim);
        } else {
            nodes.network().cut(victim);
        }
        hold(13_000);
        nodes.network().mend(victim);
        // It leaves when it can reach the others again, or had left before. Where it was never dropped it may stay.
        long begin = System.nanoTime();
        while (nodes.alive(victim) && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(40)) {
            if (member(nodes, victim)) {
                nodes.mustLive(victim);
                return;
            }
            hold(200);
        }
        nodes.awaitEnd(victim);
    }

    /** Whether the others, and it, count it as one of three. */
    private static boolean member(Nodes nodes, int victim) throws InterruptedException {
        try {
            for (int node : nodes.running()) {
                String topology = nodes.get(node, "/v1/admin/topology").body();
                for (int other : nodes.running()) {
                    if (!topology.contains("\"" + Nodes.name(other) + "\"")) {
                        return false;
                    }
                }
            }
            return nodes.alive(victim);
        } catch (IOException e) {
            return false;
        }
    }

    private static void fill(Path filler) {
        byte[] block = new byte[BLOCK_BYTES];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            // That was wanted. The last block may not have fitted, and less would.
            hold(0);
        }
    }

    private static void hold(long ms) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        long left;
        while ((left = end - System.nanoTime()) > 0) {
            LockSupport.parkNanos(left);
        }
    }
}
