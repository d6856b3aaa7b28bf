package io.storegrid.grid;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.ignite.spi.IgniteSpiException;
import org.apache.ignite.spi.discovery.tcp.ipfinder.TcpDiscoveryIpFinderAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Finds the nodes of a grid as Kubernetes knows them: the addresses of one headless service's Endpoints, ready or not.
 *
 * <p>Ignite's own finder of this kind shows the account's token to whoever answers, because it trusts every certificate, and
 * waits without a limit; so this one takes its place. At the start it waits until it has a list, and one that names this
 * very node if it may begin a grid: so of two nodes that start at once at least one sees the other. Later an API that is
 * away, a refusal and a service without addresses are errors, never an empty list, which Ignite would take for a grid to
 * begin. Thread-safe.
 */
final class KubernetesFinder extends TcpDiscoveryIpFinderAdapter {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);
    private static final long RETRY_MS = 1_000;
    private static final int OK = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final NodeSettings.Kubernetes settings;
    private final int port;
    private final Consumer<String> progress;
    private final @Nullable String self;
    private String said = "";
    private volatile boolean listed;

    /**
     * @param self this node's address, without which a list is not complete; null for a node that only joins
     * @param port where every node of the grid is found
     * @param progress gets a line whenever what keeps this node from its list changes
     */
    KubernetesFinder(NodeSettings.Kubernetes settings, @Nullable String self, int port, Consumer<String> progress) {
        this.self = self;
        this.settings = settings;
        this.port = port;
        this.progress = progress;
    }

    @Override
    public Collection<InetSocketAddress> getRegisteredAddresses() {
        try {
            while (true) {
                try {
                    List<InetSocketAddress> addresses = list();
                    listed = true;
                    say("");
                    return addresses;
                } catch (IOException | GeneralSecurityException e) {
                    say(reason(e));
                    if (listed) {
                        throw noList(e);
                    }
                    Thread.sleep(RETRY_MS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw noList(e);
        }
    }

    private List<InetSocketAddress> list() throws IOException, GeneralSecurityException, InterruptedException {
        List<InetSocketAddress> addresses = addresses(ask());
        if (addresses.isEmpty()) {
            throw new IOException("service " + settings.service() + " has no address yet");
        }
        if (!listed && self != null && addresses.stream().noneMatch(address -> self.equals(address.getHostString()))) {
            throw new IOException("service " + settings.service() + " does not name " + self + " yet");
        }
        return addresses;
    }

    /**
     * The addresses that Kubernetes names now; asks once and waits for nothing.
     *
     * @throws IgniteSpiException when it gives no list
     */
    Collection<InetSocketAddress> listedNow() {
        try {
            return list();
        } catch (IOException | GeneralSecurityException e) {
            throw noList(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw noList(e);
        }
    }

    private IgniteSpiException noList(Exception cause) {
        return new IgniteSpiException("Kubernetes gives no list of nodes [api=" + settings.api() + "]", cause);
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return e.getClass().getSimpleName()
                + (message == null ? "" : ": " + message.lines().findFirst().orElse(""));
    }

    private synchronized void say(String reason) {
        if (!reason.equals(said)) {
            said = reason;
            progress.accept(
                    reason.isEmpty()
                            ? "grid: Kubernetes at " + settings.api() + " gave the list of nodes"
                            : "grid: waiting for Kubernetes at " + settings.api() + " to list nodes [cause=" + reason
                                    + "]");
        }
    }

    private JsonNode ask() throws IOException, GeneralSecurityException, InterruptedException {
        // All read anew each time: Kubernetes changes tokens and authorities under a running node.
        String token = Files.readString(settings.account().resolve("token")).strip();
        String namespace = settings.namespace().isEmpty()
                ? Files.readString(settings.account().resolve("namespace")).strip()
                : settings.namespace();
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .sslContext(trusting(settings.account().resolve("ca.crt")))
                .build();
        URI endpoints = URI.create(settings.api().toString().replaceAll("/+$", "") + "/api/v1/namespaces/" + namespace
                + "/endpoints/" + settings.service());
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(endpoints)
                        .timeout(ANSWER_TIMEOUT)
                        .header("Accept", "application/json")
                        .header("Authorization", "Bearer " + token)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != OK) {
            throw new IOException("answered " + answer.statusCode() + " for " + endpoints.getPath());
        }
        return JSON.readTree(answer.body());
    }

    private List<InetSocketAddress> addresses(JsonNode endpoints) {
        List<InetSocketAddress> found = new ArrayList<>();
        for (JsonNode subset : endpoints.path("subsets")) {
            for (String ready : List.of("addresses", "notReadyAddresses")) {
                for (JsonNode address : subset.path(ready)) {
                    found.add(new InetSocketAddress(address.path("ip").asText(), port));
                }
            }
        }
        return found;
    }

    private static SSLContext trusting(Path authorities) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(authorities)) {
            int number = 0;
            for (Certificate authority : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca-" + number++, authority);
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** Kubernetes itself keeps the list. */
    @Override
    public void registerAddresses(Collection<InetSocketAddress> addresses) {}

    @Override
    public void unregisterAddresses(Collection<InetSocketAddress> addresses) {}
}
