package io.storegrid.domain;

import java.nio.charset.StandardCharsets;

/**
 * One entry of the stock ledger: what happened to a SKU's stock when it became {@link #version}. The reason is a text here,
 * so that an entry which no build of ours wrote can be read and named too.
 */
public final class LedgerEntry {

    private final String sku;
    private final long version;
    private final long deltaOnHand;
    private final long deltaReserved;
    private final String reason;
    private final String ref;
    private final long atMicros;

    public LedgerEntry(
            String sku, long version, long deltaOnHand, long deltaReserved, String reason, String ref, long atMicros) {
        this.sku = sku;
        this.version = version;
        this.deltaOnHand = deltaOnHand;
        this.deltaReserved = deltaReserved;
        this.reason = reason;
        this.ref = ref;
        this.atMicros = atMicros;
    }

    /**
     * The bytes that the entry's hash covers, behind the previous hash: the parts between bars, in UTF-8. No two entries have
     * the same ones: only the reference may contain a bar, and it comes last. The schema's {@code ledger_entry} is the same.
     */
    public byte[] bytes() {
        String text = sku
                + '|'
                + version
                + '|'
                + deltaOnHand
                + '|'
                + deltaReserved
                + '|'
                + reason
                + '|'
                + atMicros
                + '|'
                + ref;
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public String sku() {
        return sku;
    }

    /** The version that the stock row became, from 1. */
    public long version() {
        return version;
    }

    public long deltaOnHand() {
        return deltaOnHand;
    }

    public long deltaReserved() {
        return deltaReserved;
    }

    /** A {@link LedgerReason}'s name, unless somebody else wrote it. */
    public String reason() {
        return reason;
    }

    /** The reservation, adjustment or import that the change belongs to. */
    public String ref() {
        return ref;
    }

    /** When it was decided, microseconds since the epoch. */
    public long atMicros() {
        return atMicros;
    }

    @Override
    public String toString() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }
}
