package io.storegrid.domain;

/**
 * The form of a reservation's id: {@code rsv_}, 32 hexadecimal digits that grow with time and are unguessable all the same
 * (a UUIDv7, RFC 9562), then the partition of its first SKU as four more.
 *
 * <p>The partition in the id puts the hold on the node that owns its stock: the put is local, and a confirm goes
 * straight to the right lane without a look-up. It comes last, because ids that are made one after the other are to be
 * neighbours in PostgreSQL's indexes: a new one then goes to the last page, which is in memory and was logged in full
 * before, instead of any.
 */
public final class ReservationId {

    /** What every id begins with. */
    public static final String PREFIX = "rsv_";

    private static final int PARTITION_DIGITS = 4;
    private static final int ENTROPY_DIGITS = 32;
    private static final int LENGTH = PREFIX.length() + PARTITION_DIGITS + ENTROPY_DIGITS;

    private ReservationId() {}

    /**
     * @param partition 0…65 535
     * @param entropy 32 lower-case hexadecimal digits, unguessable, best growing with time
     */
    public static String of(int partition, String entropy) {
        InvariantViolation.require(
                partition >= 0 && partition <= 0xffff && entropy.length() == ENTROPY_DIGITS,
                "not a reservation's id [partition=%d, entropy of %d]",
                partition,
                entropy.length());
        String digits = Integer.toHexString(partition);
        return PREFIX + entropy + "0".repeat(PARTITION_DIGITS - digits.length()) + digits;
    }

    /** Whether {@code text} has the form of an id; says nothing about whether such a reservation exists. */
    public static boolean isValid(String text) {
        return text.length() == LENGTH && text.startsWith(PREFIX) && hexadecimal(text, PREFIX.length());
    }

    /** The partition inside a valid id. */
    public static int partition(String id) {
        return Integer.parseInt(id, LENGTH - PARTITION_DIGITS, LENGTH, 16);
    }

    private static boolean hexadecimal(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }
}
