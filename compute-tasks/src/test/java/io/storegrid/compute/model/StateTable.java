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
    private int size;

    StateTable() {
        Arrays.fill(slots, -1);
    }

    int size() {
        return size;
    }

    /** The number of {@code state}: {@link #size} before the call if it is new, and added. */
    int add(byte[] state) {
        int slot = slotOf(state);
        if (slots[slot] >= 0) {
            return slots[slot];
        }
        int number = size++;
        if (number >> CHUNK_BITS == chunks.size()) {
            chunks.add(new byte[CHUNK * World.SIZE]);
        }
        System.arraycopy(state, 0, chunks.get(number >> CHUNK_BITS), place(number), World.SIZE);
        slots[slot] = number;
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

    private int slotOf(byte[] state) {
        int slot = hash(state, 0) & slots.length - 1;
        while (slots[slot] >= 0 && !same(state, slots[slot])) {
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
        int[] larger = new int[slots.length * 2];
        Arrays.fill(larger, -1);
        for (int number = 0; number < size; number++) {
            int slot = hash(chunks.get(number >> CHUNK_BITS), place(number)) & larger.length - 1;
            while (larger[slot] >= 0) {
                slot = slot + 1 & larger.length - 1;
            }
            larger[slot] = number;
        }
        slots = larger;
    }

    private static int hash(byte[] bytes, int from) {
        long hash = 0;
        for (int i = from; i < from + World.SIZE; i += Long.BYTES) {
            hash = (hash ^ (long) LONGS.get(bytes, i)) * 0x9e3779b97f4a7c15L;
            hash ^= hash >>> 29;
        }
        return (int) (hash ^ hash >>> 32);
    }
}
