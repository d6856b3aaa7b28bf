package io.storegrid.domain;

/**
 * Something that the world is told: what happened to which aggregate. Written with its cause in one transaction and
 * delivered at least once, in the order of {@link #subjectSeq} for each subject.
 */
public final class StoreEvent {

    /** A batch changed a SKU's stock. */
    public static final String INVENTORY_CHANGED = "inventory.changed";

    /** The money of an order came, went back, or will not come. */
    public static final String PAYMENT_PROCESSED = "payment.processed";

    /** A product was made, described anew or archived. */
    public static final String PRODUCT_UPDATED = "product.updated";

    /** A hold ran out. */
    public static final String RESERVATION_EXPIRED = "reservation.expired";

    private final String type;
    private final String subject;
    private final long subjectSeq;
    private final String data;

    /**
     * @param type one of the constants, or of an order ({@link OrderEventType#code})
     * @param subject the aggregate: an order's or reservation's id, or a SKU
     * @param subjectSeq the aggregate's version; grows, not always by one
     * @param data one JSON object; no person in it
     */
    public StoreEvent(String type, String subject, long subjectSeq, String data) {
        this.type = type;
        this.subject = subject;
        this.subjectSeq = subjectSeq;
        this.data = data;
    }

    public String type() {
        return type;
    }

    public String subject() {
        return subject;
    }

    public long subjectSeq() {
        return subjectSeq;
    }

    /** One JSON object. */
    public String data() {
        return data;
    }

    @Override
    public String toString() {
        return type + "[" + subject + " " + subjectSeq + "]";
    }
}
