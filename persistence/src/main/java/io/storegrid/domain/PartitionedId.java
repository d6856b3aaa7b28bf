package io.storegrid.domain;

/**
 * The form of an id that carries a partition: a prefix, 32 hexadecimal digits that grow with time and are unguessable all
 * the same (a UUIDv7, RFC 9562), then the partition as four more.
 *
 * <p>The partition comes last, because ids that are made one after the other are to be neighbours in PostgreSQL's indexes:
 * a new one then goes to the last page, which is in memory and was logged in full before, instead of any.
 */
final class PartitionedId {

    private static final int PARTITION_DIGITS = 4;
    private static final int ENTROPY_DIGITS = 32;

    private final String prefix;
    private final int length;

    PartitionedId(String prefix) {
        this.prefix = prefix;
        this.length = prefix.length() + ENTROPY_DIGITS + PARTITION_DIGITS;
    }

    String of(int partition, String entropy) {
        InvariantViolation.require(
                partition >= 0 && partition <= 0xffff && entropy.length() == ENTROPY_DIGITS,
                "not an id [prefix=%s, partition=%d, entropy of %d]",
                prefix,
                partition,
                entropy.length());
        String digits = Integer.toHexString(partition);
        return prefix + entropy + "0".repeat(PARTITION_DIGITS - digits.length()) + digits;
    }

    boolean isValid(String text) {
        return text.length() == length && text.startsWith(prefix) && hexadecimal(text, prefix.length());
    }

    int partition(String id) {
        return Integer.parseInt(id, length - PARTITION_DIGITS, length, 16);
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
