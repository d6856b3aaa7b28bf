package io.storegrid.torture.history;

import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a client asks, the same at every attempt.
 *
 * @param key the idempotency key; empty for none
 * @param lines units by SKU, summed; of a read of stock the SKU with 0 units; of a cart's line the SKU with the units added or
 *     set
 * @param target the reservation, cart or order that it is about; empty for none
 * @param ttlSeconds how long a hold is to live; 0 where that has no meaning
 * @param delta units that an adjustment adds; 0 where that has no meaning
 * @param method how a checkout is to be paid; empty where that has no meaning
 */
public record Request(
        Kind kind,
        String key,
        SortedMap<String, Integer> lines,
        String target,
        int ttlSeconds,
        long delta,
        String method) {

    /** What is asked for. */
    public enum Kind {
        RESERVE,
        CONFIRM,
        RELEASE,
        EXTEND,
        ADJUST,
        READ_CACHED,
        READ_FRESH,
        READ_HOLD,
        CREATE_CART,
        ADD_LINE,
        SET_LINE,
        REMOVE_LINE,
        RESERVE_CART,
        CHECKOUT,
        CANCEL;

        /** Whether it changes nothing. */
        public boolean reads() {
            return this == READ_CACHED || this == READ_FRESH || this == READ_HOLD;
        }

        /** Whether its success is a new hold. */
        public boolean reserves() {
            return this == RESERVE || this == RESERVE_CART;
        }

        /** Whether it is about the lines of a cart. */
        public boolean changesCart() {
            return this == CREATE_CART || this == ADD_LINE || this == SET_LINE || this == REMOVE_LINE;
        }
    }

    public Request {
        lines = Collections.unmodifiableSortedMap(new TreeMap<>(lines));
        // Histories that were written before there were orders have no such member.
        method = Objects.requireNonNullElse(method, "");
    }

    /** One that pays for nothing. */
    public Request(Kind kind, String key, SortedMap<String, Integer> lines, String target, int ttlSeconds, long delta) {
        this(kind, key, lines, target, ttlSeconds, delta, "");
    }

    public static Request reserve(String key, SortedMap<String, Integer> lines, int ttlSeconds) {
        return new Request(Kind.RESERVE, key, lines, "", ttlSeconds, 0);
    }

    /** Confirm, release, or a look at a hold. */
    public static Request hold(Kind kind, String key, String reservation) {
        return new Request(kind, key, new TreeMap<>(), reservation, 0, 0);
    }

    public static Request extend(String key, String reservation, int ttlSeconds) {
        return new Request(Kind.EXTEND, key, new TreeMap<>(), reservation, ttlSeconds, 0);
    }

    public static Request adjust(String key, String sku, long delta) {
        return new Request(Kind.ADJUST, key, one(sku, 0), "", 0, delta);
    }

    /** A look at one SKU's stock. */
    public static Request read(boolean fresh, String sku) {
        return new Request(fresh ? Kind.READ_FRESH : Kind.READ_CACHED, "", one(sku, 0), "", 0, 0);
    }

    /** @param lines what the cart begins with; may be empty */
    public static Request createCart(String key, SortedMap<String, Integer> lines) {
        return new Request(Kind.CREATE_CART, key, lines, "", 0, 0);
    }

    /** Adds to, sets or removes one line of a cart. */
    public static Request line(Kind kind, String key, String cart, String sku, int quantity) {
        return new Request(kind, key, one(sku, quantity), cart, 0, 0);
    }

    public static Request reserveCart(String key, String cart, int ttlSeconds) {
        return new Request(Kind.RESERVE_CART, key, new TreeMap<>(), cart, ttlSeconds, 0);
    }

    public static Request checkout(String key, String cart, String method) {
        return new Request(Kind.CHECKOUT, key, new TreeMap<>(), cart, 0, 0, method);
    }

    public static Request cancel(String key, String order) {
        return new Request(Kind.CANCEL, key, new TreeMap<>(), order, 0, 0);
    }

    /** The one SKU of a request about one; empty when there is none. */
    public String sku() {
        return lines.isEmpty() ? "" : lines.firstKey();
    }

    private static SortedMap<String, Integer> one(String sku, int quantity) {
        SortedMap<String, Integer> lines = new TreeMap<>();
        lines.put(sku, quantity);
        return lines;
    }
}
