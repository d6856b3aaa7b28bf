package io.storegrid.torture.history;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An adaptive binary arithmetic coder that writes and reads with the same calls: each takes the value that is to be written
 * and returns it, or ignores it and returns the one that was read. What is written once for both ways cannot disagree.
 *
 * <p>The coder is the carry-propagating range coder of LZMA. A {@link Model} holds one probability for each binary decision;
 * it starts as a plain average of what was seen and becomes a moving one. Numbers are coded as the length of their magnitude,
 * their sign and the magnitude's leading bits, all by probability, and the rest of the bits as they are: that rest is noise.
 *
 * <p>Integer arithmetic only, so that every machine reads what any machine wrote. Not thread-safe.
 */
final class TwoWayCoder {

    private static final int PROBABILITY_BITS = 22;
    private static final int COUNT_BITS = 10;
    private static final int COUNT_MAX = 255;
    private static final int CODED_BITS = 15;
    private static final int RECIPROCAL_BITS = 16;
    private static final int EVEN = 1 << (PROBABILITY_BITS - 1 + COUNT_BITS);
    private static final int[] RECIPROCALS = reciprocals();

    private static final long RANGE_MAX = 0xFFFF_FFFFL;
    private static final long RANGE_MIN = 1L << 24;
    private static final int BYTE = 8;
    private static final int FLUSHED_BYTES = 5;

    private static final int LENGTH_BITS = 7;
    private static final int LEADING_BITS = 4;
    private static final int SIGNS = 1 << LENGTH_BITS;
    private static final int LEADING = 2 << LENGTH_BITS;
    private static final int NUMBER_CELLS = LEADING + (2 << (LENGTH_BITS + LEADING_BITS));

    /** What one kind of value was so far, under one condition. */
    static final class Model {
        private final int[] cells;

        private Model(int cells) {
            this.cells = new int[cells];
            Arrays.fill(this.cells, EVEN);
        }

        /** For {@link #flag}. */
        static Model ofFlags() {
            return new Model(1);
        }

        /** For {@link #octet}. */
        static Model ofOctets() {
            return new Model(1 << BYTE);
        }

        /** For {@link #number}. */
        static Model ofNumbers() {
            return new Model(NUMBER_CELLS);
        }
    }

    private final @Nullable OutputStream into;
    private final @Nullable InputStream from;
    private long range = RANGE_MAX;
    private long low;
    private long held = 1;
    private int heldByte;
    private long code;
    private double spentBits;

    private TwoWayCoder(@Nullable OutputStream into, @Nullable InputStream from) {
        this.into = into;
        this.from = from;
    }

    static TwoWayCoder writing(OutputStream into) {
        return new TwoWayCoder(into, null);
    }

    static TwoWayCoder reading(InputStream from) throws IOException {
        TwoWayCoder coder = new TwoWayCoder(null, from);
        if (coder.next() != 0) {
            // Room for a carry that never comes.
            throw new IOException("a compact history that is damaged");
        }
        for (int i = 1; i < FLUSHED_BYTES; i++) {
            coder.code = (coder.code << BYTE & RANGE_MAX) | coder.next();
        }
        return coder;
    }

    boolean writes() {
        return into != null;
    }

    /** Bits that the calls until now should cost; only while writing. */
    double spentBits() {
        return spentBits;
    }

    /** After the last value that is written. */
    void finish() throws IOException {
        for (int i = 0; i < FLUSHED_BYTES; i++) {
            shift();
        }
    }

    boolean flag(Model model, boolean value) throws IOException {
        return decide(model, 0, value);
    }

    /** A value of 8 bits. */
    int octet(Model model, int value) throws IOException {
        return (int) tree(model, 0, BYTE, value);
    }

    /** Any value; cheapest near 0. */
    long number(Model model, long value) throws IOException {
        long magnitude = Math.abs(value);
        int length = (int) tree(model, 0, LENGTH_BITS, Long.SIZE - Long.numberOfLeadingZeros(magnitude));
        if (length == 0) {
            return 0;
        }
        boolean negative = decide(model, SIGNS + length, value < 0);
        int adaptive = Math.min(LEADING_BITS, length - 1);
        int plain = length - 1 - adaptive;
        int cells = LEADING + ((length << 1 | (negative ? 1 : 0)) << LEADING_BITS);
        long leading = tree(model, cells, adaptive, magnitude >>> plain & (1L << adaptive) - 1);
        long read = ((1L << adaptive | leading) << plain) | noise(plain, magnitude & (1L << plain) - 1);
        return negative ? -read : read;
    }

    /** A value of so many bits, up to 63, about which nothing is known. */
    long noise(int bits, long value) throws IOException {
        long read = 0;
        for (int i = bits - 1; i >= 0; i--) {
            range >>>= 1;
            boolean one;
            if (writes()) {
                one = (value >>> i & 1) != 0;
                low += one ? range : 0;
            } else {
                one = code >= range;
                code -= one ? range : 0;
            }
            read = read << 1 | (one ? 1 : 0);
            widen();
        }
        spentBits += bits;
        return read;
    }

    /** The bits of a value from the highest on, each under the condition of those before it. */
    private long tree(Model model, int at, int bits, long value) throws IOException {
        int node = 1;
        for (int i = bits - 1; i >= 0; i--) {
            node = node << 1 | (decide(model, at + node, (value >>> i & 1) != 0) ? 1 : 0);
        }
        return node - (1L << bits);
    }

    private boolean decide(Model model, int at, boolean value) throws IOException {
        int cell = model.cells[at];
        int probability = cell >>> COUNT_BITS;
        int coded = Math.max(1, probability >>> (PROBABILITY_BITS - CODED_BITS));
        long bound = (range >>> CODED_BITS) * coded;
        boolean one;
        if (writes()) {
            one = value;
            spentBits -= Math.log((one ? coded : (1 << CODED_BITS) - coded) / (double) (1 << CODED_BITS)) / Math.log(2);
        } else {
            one = code < bound;
        }
        if (one) {
            range = bound;
        } else {
            low += bound;
            code -= bound;
            range -= bound;
        }
        int count = cell & (1 << COUNT_BITS) - 1;
        long towards = (one ? 1L << PROBABILITY_BITS : 0) - probability;
        probability += (int) ((towards * RECIPROCALS[count]) >> RECIPROCAL_BITS);
        probability =
                Math.max(0, Math.min((1 << PROBABILITY_BITS) - (1 << (PROBABILITY_BITS - CODED_BITS)), probability));
        model.cells[at] = probability << COUNT_BITS | Math.min(COUNT_MAX, count + 1);
        widen();
        return one;
    }

    private void widen() throws IOException {
        while (range < RANGE_MIN) {
            range <<= BYTE;
            if (writes()) {
                shift();
            } else {
                code = (code << BYTE & RANGE_MAX) | next();
            }
        }
    }

    /** Hands out the highest byte, unless a carry may still change it. */
    private void shift() throws IOException {
        OutputStream out = into;
        if (out == null) {
            throw new IllegalStateException("reads");
        }
        if (low < 0xFF00_0000L || low > RANGE_MAX) {
            int carry = (int) (low >>> 32);
            for (int next = heldByte; held > 0; held--) {
                out.write(next + carry);
                next = 0xFF;
            }
            heldByte = (int) (low >>> 24) & 0xFF;
        }
        held++;
        low = (low & 0x00FF_FFFFL) << BYTE;
    }

    private int next() throws IOException {
        int read = from == null ? -1 : from.read();
        if (read < 0) {
            throw new EOFException("a compact history that breaks off");
        }
        return read;
    }

    private static int[] reciprocals() {
        int[] reciprocals = new int[COUNT_MAX + 1];
        for (int count = 0; count <= COUNT_MAX; count++) {
            reciprocals[count] = (2 << RECIPROCAL_BITS) / (2 * count + 3);
        }
        return reciprocals;
    }
}
