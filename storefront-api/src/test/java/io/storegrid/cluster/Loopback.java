package io.storegrid.cluster;

import java.net.InetAddress;
import java.util.List;

/** All nodes on one address of this machine, each with its own port. Nobody can be cut off. */
public final class Loopback implements Network {

    private static final String HOST = "127.0.0.1";

    private final List<Integer> ports;

    /** @param ports a free one for each node */
    public Loopback(List<Integer> ports) {
        this.ports = List.copyOf(ports);
    }

    @Override
    public List<String> at(int node) {
        return List.of();
    }

    @Override
    public String gridHost(int node) {
        return HOST;
    }

    @Override
    public String httpHost(int node) {
        return HOST;
    }

    @Override
    public int discoveryPort(int node) {
        return ports.get(node - 1);
    }

    @Override
    public InetAddress storeHost() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public boolean divisible() {
        return false;
    }

    @Override
    public void cut(int node) {
        throw new UnsupportedOperationException("nodes on one address cannot be cut off");
    }

    @Override
    public void mute(int node) {
        throw new UnsupportedOperationException("nodes on one address cannot be cut off");
    }

    @Override
    public void mend(int node) {}
}
