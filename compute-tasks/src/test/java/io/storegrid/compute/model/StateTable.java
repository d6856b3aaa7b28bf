package io.storegrid.compute.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** States that were reached, each once and numbered in the order of their discovery. Not thread-safe. */
final class StateTable {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final int CHUNK_BITS = 12;
    private static final int CHUNK = 1 << CHUNK_BITS;

    private final List<byte[]> chunks = new ArrayList<>();
    private int[] slots = new int[1 << 12];
    /** The hash of what is in each slot, so that other states need not be looked at. */
    private int[] hashes = new int[1 << 12];

    private int size;

    StateTable() {
        Arrays.fill(slots, -1);
    }

    int size() {
        return size;
    }

    /** The number of {@code state}: {@link #size} before the call if it is new, and added. */
    int add(byte[] state) {
        int hash = hash(state);
        int slot = slotOf(state, hash);
        if (slots[slot] >= 0) {
            return slots[slot];
        }
        int number = size++;
        if (number >> CHUNK_BITS == chunks.size()) {
            chunks.add(new byte[CHUNK * World.SIZE]);
        }
        System.arraycopy(state, 0, chunks.get(number >> CHUNK_BITS), place(number), World.SIZE);
        slots[slot] = number;
        hashes[slot] = hash;
        if (size * 2 > slots.length) {
            grow();
        }
        return number;
    }

    byte[] get(int number) {
        return Arrays.copyOfRange(chunks.get(number >> CHUNK_BITS), place(number), place(number) + World.SIZE);
    }

    private static int place(int number) {
        return (number & CHUNK - 1) * World.SIZE;
    }

    private int slotOf(byte[] state, int hash) {
        int slot = hash & slots.length - 1;
        while (slots[slot] >= 0 && (hashes[slot] != hash || !same(state, slots[slot]))) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    private boolean same(byte[] state, int number) {
        byte[] chunk = chunks.get(number >> CHUNK_BITS);
        int place = place(number);
        return Arrays.equals(state, 0, World.SIZE, chunk, place, place + World.SIZE);
    }

    private void grow() {
        int[] formerSlots = slots;
        int[] formerHashes = hashes;
        slots = new int[formerSlots.length * 2];
        hashes = new int[slots.length];
        Arrays.fill(slots, -1);
        for (int i = 0; i < formerSlots.length; i++) {
            if (formerSlots[i] >= 0) {
                int slot = formerHashes[i] & slots.length - 1;
                while (slots[slot] >= 0) {
                    slot = slot + 1 & slots.length - 1;
                }
                slots[slot] = formerSlots[i];
                hashes[slot] = formerHashes[i];
            }
        }
    }

    private static int hash(byte[] bytes) {
        long hash = 0;
        for (int i = 0; i < World.SIZE; i += Long.BYTES) {
            hash = (hash ^ (long) LONGS.get(bytes, i)) * 0x9e3779b97f4a7c15L;
            hash ^= hash >>> 29;
        }
        hash *= 0xbf58476d1ce4e5b9L;
        return (int) (hash >>> 32);
    }
}
