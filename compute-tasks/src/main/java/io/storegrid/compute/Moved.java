package io.storegrid.compute;

/** The node that was asked does not own the key, or no longer: ask again where it lives now. Never reaches a caller. */
public final class Moved extends RuntimeException {

    public Moved(String key) {
        super("owned elsewhere [key=" + key + "]", null, false, false);
    }
}
