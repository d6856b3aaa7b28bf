package io.storegrid.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.api.launch.PackagedNode;
import io.storegrid.cluster.Loopback;
import io.storegrid.torture.agent.Ablation;
import io.storegrid.torture.agent.Step;
import io.storegrid.torture.check.Bounds;
import io.storegrid.torture.check.Checkers;
import io.storegrid.torture.check.Verdict;
import io.storegrid.torture.history.Fault;
import io.storegrid.torture.history.HistoryReader;
import io.storegrid.torture.history.HistoryWriter;
import io.storegrid.torture.history.Request;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node dies at a named step of one write, every time: the owner that leads it, or the owner of its other SKU while the leader
 * stands at the step; with PostgreSQL there, and with PostgreSQL killed in the same moment. Whatever it was, the caller who
 * asks again under its key gets one answer, and the books and all copies say the same.
 */
@Timeout(600)
class CrashPointIT {

    private static final Duration END = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private final Clock clock = new Clock();
    private int asked;

    @Test
    void oneAnswerWhereverANodeDies() throws Exception {
        Path file = directory.resolve("history.jsonl");
        try (Store store =
                        new Store(directory, new Loopback(PackagedNode.freePorts(Nodes.EXPECTED)), Nodes.EXPECTED, 1);
                HistoryWriter history = new HistoryWriter(file)) {
            history.header(store.header(1, "", 1, clock, new TreeMap<>()));
            try (Nodes nodes = store.nodes(Ablation.NONE, clock, history)) {
                nodes.restore();
                Caller caller = new Caller(nodes.urls(), clock, history, 0, Duration.ZERO);
                for (Step step : Step.values()) {
                    for (boolean lead : new boolean[] {true, false}) {
                        for (boolean storeToo : new boolean[] {false, true}) {
                            die(step, lead, storeToo, store, nodes, caller, history);
                        }
                    }
                }
                store.probe(caller, clock.micros(), "crash", clock, history);
                store.awaitHoldsSettled();
                store.end(nodes, List.of(), history, clock);
            }
        }
        List<Verdict> against = Checkers.judge(HistoryReader.read(file), Bounds.STRICT).stream()
                .filter(verdict -> verdict.result() == Verdict.Result.VIOLATED)
                .toList();
        assertEquals(List.of(), against);
    }

    private void die(
            Step step, boolean lead, boolean storeToo, Store store, Nodes nodes, Caller caller, HistoryWriter history)
            throws Exception {
        // The first SKU's owner leads; the popular ones are the first.
        String first = store.skus().get(asked % Store.POPULAR);
        int leader = nodes.owner(first);
        List<String> others = store.skus().stream()
                .skip(Store.POPULAR)
                .filter(sku -> nodes.owner(sku) != leader)
                .toList();
        String second = others.get(asked % others.size());
        int victim = lead ? leader : nodes.owner(second);
        String rest = lead + "-" + storeToo + "-" + asked++;
        String key = lead ? step.deadlyKey(rest) : step.haltingKey(rest);
        nodes.arm(leader);
        long began = clock.micros();
        SortedMap<String, Integer> lines = new TreeMap<>(Map.of(first, 1, second, 2));
        CompletableFuture<Caller.Sent> sending = CompletableFuture.supplyAsync(() -> {
            try {
                return caller.send(Request.reserve(key, lines, 1_200));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        if (lead) {
            nodes.awaitEnd(victim);
        } else {
            nodes.awaitStanding(leader);
            nodes.kill(List.of(victim));
        }
        if (storeToo) {
            store.database().kill();
        }
        if (!lead) {
            nodes.goOn(leader);
        }
        if (storeToo) {
            store.database().start();
        }
        nodes.launch(victim);
        Caller.Sent sent = sending.get(END.toSeconds() + Caller.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertTrue(sent.done(), () -> key + " was answered " + sent.answer());
        nodes.up(victim);
        nodes.awaitWhole();
        long healed = clock.micros();
        history.fault(new Fault(
                step + (lead ? " LEADER" : " OTHER OWNER") + (storeToo ? " AND STORE" : ""),
                List.of(Nodes.name(victim)),
                began,
                healed,
                healed,
                new TreeMap<>()));
        Caller.Sent again = caller.repeat(sent, Caller.PATIENCE);
        assertTrue(again.done(), () -> key + " was then answered " + again.answer());
        System.out.printf(
                "[crash] %s, %s, PostgreSQL %s: whole after %d ms%n",
                step, lead ? "leader" : "other owner", storeToo ? "killed too" : "there", (healed - began) / 1_000);
    }
}
