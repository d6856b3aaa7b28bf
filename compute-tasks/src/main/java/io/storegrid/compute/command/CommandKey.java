package io.storegrid.compute.command;

import java.util.Arrays;

/**
 * A caller's idempotency key together with the fingerprint of what was asked under it: method, path and body. The same
 * key with another fingerprint is refused.
 */
public final class CommandKey {

    private final String key;
    private final byte[] fingerprint;

    /**
     * @param key 1…255 visible ASCII characters
     * @param fingerprint SHA-256 of the request
     */
    public CommandKey(String key, byte[] fingerprint) {
        this.key = key;
        this.fingerprint = fingerprint.clone();
    }

    public String key() {
        return key;
    }

    public byte[] fingerprint() {
        return fingerprint.clone();
    }

    /** Whether both stand for the same request under the same key. */
    public boolean sameRequest(CommandKey that) {
        return key.equals(that.key) && Arrays.equals(fingerprint, that.fingerprint);
    }

    @Override
    public String toString() {
        return key;
    }
}
