package io.storegrid.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace for each node with two ways out: one to the other nodes, which can be cut, and one to PostgreSQL and the
 * callers, which stays. So both parts of a divided grid go on reaching the database, which is the hard case. To be built by a
 * program that runs in namespaces of its own ({@link #command}): nothing of it is left on the machine.
 */
public final class Namespaces implements Network {

    /** What is wanting where {@link #possible} says no. */
    public static final String WANTING =
            "this machine lets us make no network namespaces (Linux, root, unshare, ip and tc are needed)";

    private static final int DISCOVERY_PORT = 48_500;

    /** Less than one packet in a lifetime, and no room for one to wait. */
    private static final String MUTE = "tc qdisc replace dev in root tbf rate 8bit burst 1 latency 1ms";

    /** Builds two bridges, and for each of {@code nodes} a namespace with a leg on both. */
    public Namespaces(int nodes) throws IOException, InterruptedException {
        sh("ip link set lo up");
        sh("ip link add mesh type bridge && ip link set mesh up");
        sh("ip link add doors type bridge && ip addr add 10.98.0.1/24 dev doors && ip link set doors up");
        // A place of our own for the names of namespaces.
        sh("mount -t tmpfs none /run && mkdir -p /run/netns");
        for (int node = 1; node <= nodes; node++) {
            sh("ip netns add n" + node + " && ip -n n" + node + " link set lo up");
            leg(node, "mesh", "m", "in", gridHost(node));
            leg(node, "doors", "d", "door", httpHost(node));
        }
    }

    private static void leg(int node, String bridge, String prefix, String name, String address)
            throws IOException, InterruptedException {
        String out = prefix + node;
        String inside = "ip -n n" + node + " ";
        sh("ip link add " + out + " type veth peer name " + name + " netns n" + node);
        sh(inside + "addr add " + address + "/24 dev " + name + " && " + inside + "link set " + name + " up");
        sh("ip link set " + out + " master " + bridge + " && ip link set " + out + " up");
    }

    /** Whether {@link #command} can be carried out here. */
    public static boolean possible() throws InterruptedException {
        try {
            return new ProcessBuilder(
                                    "unshare",
                                    "--net",
                                    "--mount",
                                    "sh",
                                    "-c",
                                    "ip link add probe type bridge && ip netns list && tc qdisc show")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** What starts {@code main} in namespaces of its own, with this JVM's class path. */
    public static List<String> command(Class<?> main, Path temporary, List<String> jvm, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("unshare", "--net", "--mount"));
        command.addAll(plain(main, temporary, jvm, arguments));
        return command;
    }

    /** As {@link #command}, without namespaces. */
    public static List<String> plain(Class<?> main, Path temporary, List<String> jvm, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens"))
                .forEach(command::add);
        command.addAll(List.of(
                "-Djava.io.tmpdir=" + temporary, "-classpath", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return command;
    }

    /**
     * Ends this program, and all that it started, as soon as the one that started it is gone, however it went: its end of our
     * input closes. To be called first in a {@code main} that {@link #command} or {@link #plain} names.
     */
    public static void endWithParent() {
        Thread watch = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        // As good as its end.
                    }
                    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
                    System.exit(1);
                },
                "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }

    @Override
    public List<String> at(int node) {
        return List.of("ip", "netns", "exec", "n" + node);
    }

    @Override
    public String gridHost(int node) {
        return "10.99.0." + (10 + node);
    }

    @Override
    public String httpHost(int node) {
        return "10.98.0." + (10 + node);
    }

    @Override
    public int discoveryPort(int node) {
        return DISCOVERY_PORT;
    }

    @Override
    public InetAddress storeHost() throws IOException {
        return InetAddress.getByName("10.98.0.1");
    }

    @Override
    public boolean divisible() {
        return true;
    }

    @Override
    public void cut(int node) throws IOException, InterruptedException {
        sh("ip link set m" + node + " down");
    }

    @Override
    public void mute(int node) throws IOException, InterruptedException {
        sh("ip netns exec n" + node + " " + MUTE);
    }

    @Override
    public void mend(int node) throws IOException, InterruptedException {
        sh("ip link set m" + node + " up");
        sh("ip netns exec n" + node + " tc qdisc del dev in root 2> /dev/null || true");
    }

    private static void sh(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", command)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + ": " + said);
        }
    }
}
