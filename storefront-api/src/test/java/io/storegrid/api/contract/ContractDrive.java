package io.storegrid.api.contract;

import io.storegrid.api.contract.RequestMaker.Made;
import io.storegrid.api.contract.RequestMaker.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends requests made out of the document to a node and holds every answer against the document. Each client has a maker of
 * its own, seeded with the drive's seed and its number; what they find in the store depends on their race. For one thread.
 */
public final class ContractDrive {

    /** Kinds of findings that are told; more would be the same again. */
    private static final int TOLD_MAX = 200;

    private static final long OVERTIME_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** What refuses the form of a request, whatever the store's state. */
    private static final Set<Integer> OF_FORM = Set.of(400, 405, 408, 413, 414, 415, 428, 431);

    /** Refused while another one runs. */
    private static final Set<String> ONE_AT_A_TIME = Set.of("/v1/admin/reconcile", "/v1/admin/ledger/verify");

    private final ContractDocument document = new ContractDocument();
    private final ContractCheck check = new ContractCheck(document);
    private final int port;
    private final long seed;
    private final ReentrantLock alone = new ReentrantLock();
    private final Map<String, String> findings = new LinkedHashMap<>();
    private final Map<String, Integer> statuses = new TreeMap<>();
    private final Set<String> imports = new TreeSet<>();

    public ContractDrive(int port, long seed) {
        this.port = port;
        this.seed = seed;
    }

    /** Sends {@code requests} from {@code clients} at once; stops sending at {@code stopAtNanos}. Returns how many were sent. */
    public int run(int clients, int requests, long stopAtNanos) throws InterruptedException {
        return run(clients, requests, stopAtNanos, 0);
    }

    /**
     * As the other, but while an operation has not succeeded by then, good requests follow for a minute at most: a slow machine
     * sends too few to be sure that an order was placed, paid and then cancelled among them.
     */
    public int runUntilAllSucceeded(int clients, int requests, long stopAtNanos) throws InterruptedException {
        return run(clients, requests, stopAtNanos, OVERTIME_NANOS);
    }

    private int run(int clients, int requests, long stopAtNanos, long overtimeNanos) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        AtomicBoolean stopped = new AtomicBoolean();
        List<Future<Integer>> runs = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            int client = i;
            runs.add(threads.submit(() -> drive(client, requests / clients, stopAtNanos, overtimeNanos, stopped)));
        }
        threads.shutdown();
        int sent = 0;
        try {
            for (Future<Integer> run : runs) {
                sent += run.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError("a client ended [seed=" + seed + "]", e.getCause());
        } finally {
            stopped.set(true);
            threads.awaitTermination(1, TimeUnit.MINUTES);
        }
        return sent;
    }

    private int drive(int client, int requests, long stopAtNanos, long overtimeNanos, AtomicBoolean stopped)
            throws IOException {
        Random random = new Random(seed * 31 + client);
        Known known = new Known(random);
        RequestMaker maker = new RequestMaker(document, random, known, "T" + client);
        int sent = 0;
        try (WireConnection connection = new WireConnection(port)) {
            boolean overtime = false;
            long endNanos = stopAtNanos;
            while (!stopped.get()) {
                long nowNanos = System.nanoTime();
                if (!overtime && (sent >= requests || nowNanos - stopAtNanos >= 0)) {
                    overtime = true;
                    endNanos = nowNanos + overtimeNanos;
                }
                if (overtime && (nowNanos - endNanos >= 0 || neverSucceeded().isEmpty())) {
                    break;
                }
                Made made = overtime ? maker.nextGood() : maker.next();
                sent++;
                boolean exclusive = ONE_AT_A_TIME.contains(made.request().path());
                if (exclusive) {
                    alone.lock();
                }
                WireReply reply;
                try {
                    reply = connection.exchange(made.request());
                } catch (IOException | RuntimeException e) {
                    found(client, sent, made, "no reply: " + e, "");
                    connection.drop();
                    continue;
                } finally {
                    if (exclusive) {
                        alone.unlock();
                    }
                }
                judge(client, sent, made, reply);
                known.learn(made.request(), reply);
            }
        }
        return sent;
    }

    private void judge(int client, int number, Made made, WireReply reply) {
        int status = reply.status();
        synchronized (statuses) {
            statuses.merge(made.operation().id() + " " + status, 1, Integer::sum);
            if (status == 202) {
                reply.header("location").ifPresent(imports::add);
            }
        }
        for (String finding : check.findings(made.request(), reply)) {
            found(client, number, made, finding, reply.toString());
        }
        if (made.promise() == Promise.REFUSED && status < 400) {
            found(client, number, made, "accepted: " + made.twist(), reply.toString());
        }
        boolean ofForm = OF_FORM.contains(status)
                || (status == 422 && reply.text().contains("\"validation-failed\"") && !ofState(reply.text()));
        if (made.promise() == Promise.WELL_FORMED && ofForm) {
            found(client, number, made, "refused for its form with " + status, reply.toString());
        }
    }

    /** Whether a body was refused for what the store has, which no schema can say. */
    private static boolean ofState(String problem) {
        return problem.contains("is sold in ")
                || problem.contains(", this cart is in ")
                || problem.contains("another cart");
    }

    private void found(int client, int number, Made made, String finding, String reply) {
        String kind = made.operation() + ": " + finding.replaceAll("[0-9]{3,}", "#");
        synchronized (findings) {
            if (findings.size() < TOLD_MAX) {
                findings.putIfAbsent(
                        kind,
                        kind + " [client=" + client + ", request=" + number + ", twist=" + made.twist() + "]\n"
                                + made.request() + "\n-> " + reply + "\n");
            }
        }
    }

    /** One example of every kind of finding, with the request and the reply. */
    public List<String> findings() {
        synchronized (findings) {
            return List.copyOf(findings.values());
        }
    }

    /** How often each operation answered with each status. */
    public Map<String, Integer> statuses() {
        synchronized (statuses) {
            return new TreeMap<>(statuses);
        }
    }

    /** The paths of all imports that were taken. */
    public Set<String> imports() {
        synchronized (statuses) {
            return new TreeSet<>(imports);
        }
    }

    /** Operations that never answered with a success: nothing was learnt of them. */
    public List<String> neverSucceeded() {
        Map<String, Integer> seen = statuses();
        return document.operations().stream()
                .map(ContractDocument.Operation::id)
                .filter(id -> !RequestMaker.LEFT_OUT.contains(id))
                .filter(id -> seen.keySet().stream().noneMatch(key -> key.startsWith(id + " 2")))
                .toList();
    }
}
