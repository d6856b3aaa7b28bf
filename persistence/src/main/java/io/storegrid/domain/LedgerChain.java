package io.storegrid.domain;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The hash chain over the ledger entries of one SKU: each hash is the SHA-256 of the hash before it and of the entry's
 * {@link LedgerEntry#bytes}; before the first entry stand 32 zero bytes. It makes a change evident to whoever keeps a later
 * hash elsewhere, nothing more: it has no key, so whoever can write the table can compute it anew. For one thread.
 */
public final class LedgerChain {

    /** Bytes of a hash. */
    public static final int HASH_BYTES = 32;

    private final MessageDigest digest = sha256();

    /** What stands before the first entry. */
    public static byte[] beginning() {
        return new byte[HASH_BYTES];
    }

    /** The hash of {@code entry} behind {@code previous}. */
    public byte[] link(byte[] previous, LedgerEntry entry) {
        digest.update(previous);
        return digest.digest(entry.bytes());
    }

    /** A digest of the kind that the chain is made of. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
