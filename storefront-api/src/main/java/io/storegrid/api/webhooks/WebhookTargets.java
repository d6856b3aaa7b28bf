package io.storegrid.api.webhooks;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Where webhooks may be sent. A name that is asked for at its creation may lead elsewhere later, so this is asked again for
 * every connection, about the very addresses that are then connected to. Thread-safe.
 */
public final class WebhookTargets {

    /** Characters of a URL. */
    static final int URL_LENGTH_MAX = 2_000;

    private static final int LOOK_UP_MAX_S = 2;
    private static final int THREADS = 2;
    private static final int WAITING_MAX = 100;
    private static final int PORT_FREE = 1_024;
    private static final List<Integer> PORTS = List.of(80, 443);

    private final boolean allowPrivate;
    private final Names names;
    private final ThreadPoolExecutor lookUps;

    /** What a name stands for. Blocking. */
    interface Names {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    /** @param allowPrivate whether any address will do, and plain HTTP, for a machine where somebody develops */
    public WebhookTargets(boolean allowPrivate) {
        this(allowPrivate, InetAddress::getAllByName);
    }

    WebhookTargets(boolean allowPrivate, Names names) {
        this.allowPrivate = allowPrivate;
        this.names = names;
        lookUps = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING_MAX), task -> {
                    Thread thread = new Thread(task, "storegrid-names");
                    thread.setDaemon(true);
                    return thread;
                });
        lookUps.allowCoreThreadTimeOut(true);
    }

    /** Why {@code url} is not one that may be called; null: as far as can be said now it may. May wait for two seconds. */
    @Nullable
    String refusal(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            return "must be a URL";
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !(allowPrivate && scheme.equals("http"))) {
            return "must begin with https://";
        }
        String host = uri.getHost();
        if (host == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null || !isAscii(url)) {
            return "must name a host, and neither a user nor a fragment";
        }
        int port = uri.getPort();
        if (port != -1 && !PORTS.contains(port) && (port > 65_535 || port < (allowPrivate ? 1 : PORT_FREE))) {
            return "must have no port, 443, or one from 1024 to 65535";
        }
        return allowPrivate ? null : refusalOfHost(host);
    }

    private @Nullable String refusalOfHost(String host) {
        String refused = "must not lead to an address that is ";
        try {
            CompletableFuture<InetAddress[]> found = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return names.of(host);
                        } catch (UnknownHostException e) {
                            throw new CompletionException(e);
                        }
                    },
                    lookUps);
            for (InetAddress address : found.get(LOOK_UP_MAX_S, TimeUnit.SECONDS)) {
                String refusal = TargetAddresses.refusal(address);
                if (refusal != null) {
                    return refused + refusal;
                }
            }
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException | TimeoutException | CancellationException e) {
            // A name that is not known yet may be known by the time of the first event, and is judged then.
            return null;
        }
    }

    /** The addresses of {@code host} to connect to; throws when one of them is not allowed. Blocking. */
    InetAddress[] addresses(String host) throws UnknownHostException, NotAllowed {
        InetAddress[] found = names.of(host);
        if (!allowPrivate) {
            for (InetAddress address : found) {
                String refusal = TargetAddresses.refusal(address);
                if (refusal != null) {
                    throw new NotAllowed(refusal);
                }
            }
        }
        return found;
    }

    /** A name leads where no webhook may go. */
    static final class NotAllowed extends Exception {

        private static final long serialVersionUID = 1L;

        NotAllowed(String what) {
            super("the target's address is " + what + ", which is not allowed");
        }
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }
}
