package io.storegrid.api.webhooks;

import io.storegrid.api.events.CloudEvents;
import io.storegrid.compute.gateway.WebhookCalls;
import io.storegrid.domain.PublishedEvent;
import io.storegrid.domain.Webhook;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls webhooks over HTTP. Redirects, cookies and proxies are not followed, and a name is turned into addresses right
 * before they are connected to, each of them judged: what is checked is what is connected to. A kept connection leads to an
 * address that was judged when it was made. Thread-safe.
 */
public final class HttpWebhookCalls implements WebhookCalls, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpWebhookCalls.class);

    private static final long TIMEOUT_MS = 5_000;
    private static final int BODY_BYTES_MAX = 1_024;
    private static final int IDLE_MS = 10_000;
    private static final int THREADS = 16;
    private static final int CONNECTIONS_MAX = 4;

    private final WebhookTargets targets;
    private final Clock clock;
    private final long timeoutMs;
    private @Nullable HttpClient started;
    private boolean closed;

    public HttpWebhookCalls(WebhookTargets targets) {
        this(targets, Clock.systemUTC(), TIMEOUT_MS);
    }

    HttpWebhookCalls(WebhookTargets targets, Clock clock, long timeoutMs) {
        this.targets = targets;
        this.clock = clock;
        this.timeoutMs = timeoutMs;
    }

    @Override
    public Result call(Webhook webhook, PublishedEvent event) throws InterruptedException {
        long began = System.nanoTime();
        byte[] body = CloudEvents.json(event);
        String id = event.position().text();
        long timestamp = clock.instant().getEpochSecond();
        CompletableFuture<Integer> answered = new CompletableFuture<>();
        AtomicInteger read = new AtomicInteger();
        Request request;
        try {
            request = client().newRequest(webhook.url())
                    .method(HttpMethod.POST)
                    .followRedirects(false)
                    .timeout(timeoutMs, TimeUnit.MILLISECONDS)
                    .headers(headers -> headers.put("webhook-id", id)
                            .put("webhook-timestamp", Long.toString(timestamp))
                            .put("webhook-signature", Signatures.sign(webhook.secret(), id, timestamp, body)))
                    .body(new BytesRequestContent("application/cloudevents+json", body))
                    .onResponseHeaders(response -> answered.complete(response.getStatus()))
                    .onResponseContent((response, content) -> readLittle(response, content, read));
            request.send(result -> {
                Throwable failure = result.getFailure();
                if (failure != null) {
                    // No effect when the status is there: it says it all, and nobody needs the rest.
                    answered.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException e) {
            LOG.debug("A webhook could not be called", e);
            return new Result(0, "the URL cannot be called", tookMs(began));
        }
        try {
            int status = answered.get(timeoutMs + 500, TimeUnit.MILLISECONDS);
            return new Result(status, error(status), tookMs(began));
        } catch (ExecutionException e) {
            return new Result(0, error(e.getCause()), tookMs(began));
        } catch (TimeoutException e) {
            var unused = request.abort(e);
            return new Result(0, error(e), tookMs(began));
        } catch (InterruptedException e) {
            var unused = request.abort(e);
            throw e;
        }
    }

    private static void readLittle(Response response, ByteBuffer content, AtomicInteger read) {
        int length = content.remaining();
        content.position(content.limit());
        if (read.addAndGet(length) > BODY_BYTES_MAX) {
            var unused = response.abort(new IllegalStateException("a body that nobody reads"));
        }
    }

    private static @Nullable String error(int status) {
        if (status >= 200 && status < 300) {
            return null;
        }
        return status >= 300 && status < 400
                ? "redirected with " + status + ", which is not followed"
                : "answered with " + status;
    }

    private String error(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof WebhookTargets.NotAllowed refused) {
                return String.valueOf(refused.getMessage());
            }
            if (cause instanceof UnknownHostException) {
                return "the host is not known";
            }
            if (cause instanceof TimeoutException || cause instanceof SocketTimeoutException) {
                return "no answer within " + timeoutMs + " ms";
            }
            if (cause instanceof SSLException) {
                return "no TLS: " + cause.getMessage();
            }
            if (cause instanceof ConnectException) {
                return "cannot connect";
            }
        }
        return "the connection failed";
    }

    private static int tookMs(long began) {
        return (int) TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }

    /** Made when the first webhook is called: a store without webhooks has no threads for them. */
    private synchronized HttpClient client() {
        HttpClient client = started;
        if (client != null) {
            return client;
        }
        if (closed) {
            throw new IllegalStateException("closed");
        }
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 1, IDLE_MS);
        threads.setName("webhooks");
        threads.setDaemon(true);
        client = new HttpClient();
        client.setExecutor(threads);
        client.setFollowRedirects(false);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.getProtocolHandlers().clear();
        client.getContentDecoderFactories().clear();
        client.setUserAgentField(new HttpField(HttpHeader.USER_AGENT, "storegrid-webhooks"));
        client.setConnectTimeout(timeoutMs);
        client.setIdleTimeout(IDLE_MS);
        client.setMaxConnectionsPerDestination(CONNECTIONS_MAX);
        client.setDestinationIdleTimeout(IDLE_MS);
        client.setSocketAddressResolver(
                (host, port, context, promise) -> threads.execute(() -> resolve(host, port, promise)));
        try {
            client.start();
        } catch (Exception e) {
            throw new IllegalStateException("no HTTP client", e);
        }
        started = client;
        return client;
    }

    private void resolve(String host, int port, Promise<List<InetSocketAddress>> promise) {
        try {
            // An IPv6 literal comes in its brackets.
            String name = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
            List<InetSocketAddress> addresses = new ArrayList<>();
            for (InetAddress address : targets.addresses(name)) {
                addresses.add(new InetSocketAddress(address, port));
            }
            promise.succeeded(addresses);
        } catch (UnknownHostException | WebhookTargets.NotAllowed | RuntimeException e) {
            promise.failed(e);
        }
    }

    @Override
    public void close() {
        HttpClient client;
        synchronized (this) {
            closed = true;
            client = started;
        }
        if (client != null) {
            LifeCycle.stop(client);
        }
    }
}
