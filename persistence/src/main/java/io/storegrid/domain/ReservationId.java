package io.storegrid.domain;

/**
 * The form of a reservation's id: {@code rsv_}, 32 digits of entropy, and the partition of its first SKU as four more.
 *
 * <p>The partition in the id puts the hold on the node that owns its stock: the put is local, and a confirm goes
 * straight to the right lane without a look-up.
 */
public final class ReservationId {

    /** What every id begins with. */
    public static final String PREFIX = "rsv_";

    private static final PartitionedId FORM = new PartitionedId(PREFIX);

    private ReservationId() {}

    /**
     * @param partition 0…65 535
     * @param entropy 32 lower-case hexadecimal digits, unguessable, best growing with time
     */
    public static String of(int partition, String entropy) {
        return FORM.of(partition, entropy);
    }

    /** Whether {@code text} has the form of an id; says nothing about whether such a reservation exists. */
    public static boolean isValid(String text) {
        return FORM.isValid(text);
    }

    /** The partition inside a valid id. */
    public static int partition(String id) {
        return FORM.partition(id);
    }
}
