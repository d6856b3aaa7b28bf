package io.storegrid.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/** Where the processes of a grid stand, and what lies between them. Nodes are counted from 1. */
public interface Network {

    /** What a command is put behind to run where {@code node} stands. */
    List<String> at(int node);

    /** Where other nodes find {@code node}. */
    String gridHost(int node);

    /** Where callers find {@code node}. */
    String httpHost(int node);

    /** The discovery port of {@code node}. */
    int discoveryPort(int node);

    /** An address of this machine that all nodes reach, for PostgreSQL. */
    InetAddress storeHost() throws IOException;

    /** Whether nodes can be cut off from each other. */
    boolean divisible();

    /** Cuts {@code node} off from the other nodes, but neither from PostgreSQL nor from callers. */
    void cut(int node) throws IOException, InterruptedException;

    /** Loses what {@code node} sends to other nodes; what they send arrives. */
    void mute(int node) throws IOException, InterruptedException;

    /** Takes back whatever was done to {@code node}. */
    void mend(int node) throws IOException, InterruptedException;
}
