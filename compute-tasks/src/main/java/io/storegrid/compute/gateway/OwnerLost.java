package io.storegrid.compute.gateway;

import java.util.UUID;

/** The node that had the command is gone, or its call broke: whether the command was done is not known. */
final class OwnerLost extends RuntimeException {

    private final transient UUID owner;

    OwnerLost(UUID owner, Throwable cause) {
        super("owner lost [node=" + owner + "]", cause);
        this.owner = owner;
    }

    UUID owner() {
        return owner;
    }
}
