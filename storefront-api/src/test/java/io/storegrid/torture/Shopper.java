package io.storegrid.torture;

import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.Request;
import io.storegrid.torture.history.Request.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** One client in a closed loop: everything that can be done to stock, holds, carts and orders, some of it wrong, some of it twice. */
final class Shopper implements Runnable {

    private static final int LINES_MAX = 4;
    private static final int UNITS_MAX = 3;
    private static final int RESTOCK_MAX = 14;
    private static final int OPEN_MAX = 12;
    private static final int CARTS_MAX = 2;
    private static final int ORDERS_MAX = 6;
    private static final int ORDER_LINES_MAX = 3;

    /** Paid so late that others meet an order that waits for its money. */
    private static final String SLOW = "sim:slow:300";

    private static final int REMEMBERED_MAX = 16;
    private static final int TTL_MAX_S = 30;
    private static final int BRIEF_TTL_MAX_S = 3;
    private static final int POPULAR_PERCENT = 80;

    private final Caller caller;
    private final Random random;
    private final List<String> skus;
    private final String id;
    private final double pauseMeanMs;
    private final Queue<Caller.Sent> unanswered;
    private final Queue<String> contested;
    private final LongAdder acknowledged;
    private final Map<String, String> heldBy = new HashMap<>();
    private final List<String> open = new ArrayList<>();
    private final List<String> carts = new ArrayList<>();
    private final List<String> orders = new ArrayList<>();
    private final Deque<Caller.Sent> remembered = new ArrayDeque<>();
    private volatile boolean stopped;
    private int asked;

    /**
     * @param skus the first of which are the popular ones
     * @param id prefix of keys, unique in the run
     * @param pauseMeanMs between requests
     * @param unanswered gets what was given up
     * @param contested shared by all: carts that are about to become orders, and their holds, for others to get in the way
     * @param acknowledged counts changes
     */
    Shopper(
            Caller caller,
            long seed,
            List<String> skus,
            String id,
            double pauseMeanMs,
            Queue<Caller.Sent> unanswered,
            Queue<String> contested,
            LongAdder acknowledged) {
        this.caller = caller;
        this.random = new Random(seed);
        this.skus = skus;
        this.id = id;
        this.pauseMeanMs = pauseMeanMs;
        this.unanswered = unanswered;
        this.contested = contested;
        this.acknowledged = acknowledged;
    }

    void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                shop();
                double pauseMs = -Math.log(1 - random.nextDouble()) * pauseMeanMs;
                LockSupport.parkNanos((long) (pauseMs * TimeUnit.MILLISECONDS.toNanos(1)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void shop() throws InterruptedException {
        int dice = random.nextInt(100);
        if (dice < 28) {
            reserve();
        } else if (dice < 38) {
            settle(Kind.CONFIRM);
        } else if (dice < 44) {
            settle(Kind.RELEASE);
        } else if (dice < 47) {
            extend();
        } else if (dice < 57) {
            send(Request.adjust(key(), sku(), random.nextInt(10) == 0 ? -2 : 1 + random.nextInt(RESTOCK_MAX)));
        } else if (dice < 69) {
            shopWithCart();
        } else if (dice < 82) {
            buy();
        } else if (dice < 84) {
            cancel();
        } else if (dice < 90) {
            send(Request.read(true, sku()));
        } else if (dice < 94) {
            send(Request.read(false, sku()));
        } else if (dice < 96) {
            if (!open.isEmpty()) {
                send(Request.hold(Kind.READ_HOLD, "", any(open)));
            }
        } else {
            repeat();
        }
    }

    private void reserve() throws InterruptedException {
        SortedMap<String, Integer> lines = new TreeMap<>();
        int count = 1 + random.nextInt(LINES_MAX);
        while (lines.size() < count) {
            lines.put(sku(), 1 + random.nextInt(UNITS_MAX));
        }
        int ttl = random.nextInt(4) == 0 ? 1 + random.nextInt(BRIEF_TTL_MAX_S) : 5 + random.nextInt(TTL_MAX_S - 5);
        Caller.Sent sent = send(Request.reserve(key(), lines, ttl));
        remember(sent);
    }

    private void settle(Kind how) throws InterruptedException {
        String another = contested.poll();
        if (another != null) {
            send(
                    another.startsWith("cart_")
                            ? Request.checkout(key(), another, method())
                            : Request.hold(how, key(), another));
            return;
        }
        if (open.isEmpty()) {
            reserve();
            return;
        }
        String hold = any(open);
        // Sometimes what is settled is settled again, which has to be refused, or found done.
        if (random.nextInt(8) != 0) {
            open.remove(hold);
        }
        send(Request.hold(how, key(), hold));
    }

    private void extend() throws InterruptedException {
        if (!open.isEmpty()) {
            send(Request.extend(key(), any(open), 5 + random.nextInt(TTL_MAX_S)));
        }
    }

    private void shopWithCart() throws InterruptedException {
        if (carts.isEmpty() || (carts.size() < CARTS_MAX && random.nextInt(30) == 0)) {
            Caller.Sent sent = send(Request.createCart(key(), new TreeMap<>()));
            if (sent.answer() != null && sent.done()) {
                carts.add(sent.answer().cart());
            }
            return;
        }
        String cart = any(carts);
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> send(Request.line(Kind.ADD_LINE, key(), cart, sku(), 1 + random.nextInt(2)));
            case 4, 5 -> send(Request.line(Kind.SET_LINE, key(), cart, sku(), random.nextInt(3)));
            case 6 -> send(Request.line(Kind.REMOVE_LINE, key(), cart, sku(), 0));
            case 7 -> carts.remove(cart);
            default -> {
                Caller.Sent held = send(Request.reserveCart(key(), cart, 5 + random.nextInt(30)));
                remember(held);
                if (held.answer() != null && held.done()) {
                    heldBy.put(cart, held.answer().reservation());
                }
            }
        }
    }

    /** Makes an order of a cart: one that was filled line by line, and may be held, or one that is made for it. */
    private void buy() throws InterruptedException {
        String cart;
        boolean slow = false;
        if (!carts.isEmpty() && random.nextInt(5) < 2) {
            cart = any(carts);
            String hold = heldBy.remove(cart);
            if (hold != null) {
                contested.add(hold);
                slow = random.nextBoolean();
            } else if (random.nextInt(4) == 0) {
                contested.add(cart);
            }
        } else {
            SortedMap<String, Integer> lines = new TreeMap<>();
            int count = 1 + random.nextInt(ORDER_LINES_MAX);
            while (lines.size() < count) {
                lines.put(sku(), 1 + random.nextInt(2));
            }
            Caller.Sent made = send(Request.createCart(key(), lines));
            if (made.answer() == null || !made.done()) {
                return;
            }
            cart = made.answer().cart();
        }
        Caller.Sent sent = send(Request.checkout(key(), cart, slow ? SLOW : method()));
        if (sent.answer() == null) {
            return;
        }
        // Now and then somebody goes on with a cart that has become an order, which has to be refused.
        boolean kept = sent.done() ? random.nextInt(8) == 0 : random.nextBoolean();
        if (!kept) {
            carts.remove(cart);
        } else if (!carts.contains(cart) && carts.size() <= CARTS_MAX) {
            carts.add(cart);
        }
        if (sent.done()) {
            orders.add(sent.answer().order());
            if (orders.size() > ORDERS_MAX) {
                orders.remove(0);
            }
            if (random.nextInt(6) == 0) {
                // Somebody will try to settle what only the order may.
                remember(sent);
            }
        }
    }

    /** Mostly a good one. So few are bad that nodes go on asking the provider. */
    private String method() {
        int dice = random.nextInt(100);
        if (dice < 75) {
            return "pix";
        } else if (dice < 87) {
            return "sim:decline";
        }
        return dice < 95 ? SLOW : "sim:lost";
    }

    private void cancel() throws InterruptedException {
        if (!orders.isEmpty()) {
            String order = any(orders);
            // Sometimes what is cancelled is cancelled again, which has to be refused.
            if (random.nextInt(4) != 0) {
                orders.remove(order);
            }
            send(Request.cancel(key(), order));
        }
    }

    private void remember(Caller.Sent sent) {
        Answer answer = sent.answer();
        if (answer != null && answer.done() && !answer.reservation().isEmpty()) {
            open.add(answer.reservation());
            if (open.size() > OPEN_MAX) {
                open.remove(0);
            }
        }
    }

    /** A request that was answered is sent once more: nothing may come of it but the same answer. */
    private void repeat() throws InterruptedException {
        if (!remembered.isEmpty()) {
            Caller.Sent sent = remembered.removeFirst();
            Caller.Sent again = caller.repeat(sent, Caller.PATIENCE);
            if (again.answer() != null) {
                remembered.addLast(sent);
            }
        }
    }

    private Caller.Sent send(Request request) throws InterruptedException {
        Caller.Sent sent = caller.send(request);
        if (sent.answer() == null) {
            unanswered.add(sent);
        } else if (Caller.comparable(request.kind())) {
            if (sent.done()) {
                acknowledged.increment();
            }
            if (remembered.size() >= REMEMBERED_MAX) {
                remembered.removeFirst();
            }
            remembered.addLast(sent);
        }
        return sent;
    }

    private String any(List<String> some) {
        return some.get(random.nextInt(some.size()));
    }

    private String sku() {
        return random.nextInt(100) < POPULAR_PERCENT
                ? skus.get(random.nextInt(Store.POPULAR))
                : skus.get(Store.POPULAR + random.nextInt(skus.size() - Store.POPULAR));
    }

    private String key() {
        return id + "-" + asked++;
    }
}
