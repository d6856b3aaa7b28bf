package io.storegrid.domain;

/**
 * The form of an order's id: {@code ord_}, 32 digits of entropy, and the partition of its first SKU as four more, so that
 * an order lives beside its hold and most of its stock.
 */
public final class OrderId {

    /** What every id begins with. */
    public static final String PREFIX = "ord_";

    private static final PartitionedId FORM = new PartitionedId(PREFIX);

    private OrderId() {}

    /**
     * @param partition 0…65 535
     * @param entropy 32 lower-case hexadecimal digits, unguessable, best growing with time
     */
    public static String of(int partition, String entropy) {
        return FORM.of(partition, entropy);
    }

    /** Whether {@code text} has the form of an id; says nothing about whether such an order exists. */
    public static boolean isValid(String text) {
        return FORM.isValid(text);
    }

    /** The partition inside a valid id. */
    public static int partition(String id) {
        return FORM.partition(id);
    }
}
