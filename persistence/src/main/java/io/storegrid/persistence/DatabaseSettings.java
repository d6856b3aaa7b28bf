package io.storegrid.persistence;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where PostgreSQL is and how long we wait for it. The times are short on purpose: a caller is told within two seconds
 * that the store is away.
 */
public final class DatabaseSettings {

    /** To open a socket. */
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** For any answer of the server; the only limit that holds against a server that hangs. */
    public static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(5);

    /** For one statement, kept by the server. */
    public static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(2);

    /** For one row lock, kept by the server. */
    public static final Duration LOCK_TIMEOUT = Duration.ofSeconds(1);

    /** For a transaction whose client fell silent, kept by the server: a zombie's locks are gone after it. */
    public static final Duration IDLE_IN_TRANSACTION_TIMEOUT = Duration.ofSeconds(5);

    /** To get a connection out of a pool. */
    public static final Duration POOL_TIMEOUT = Duration.ofSeconds(1);

    private final String url;
    private final @Nullable String user;
    private final @Nullable String password;

    /** @param url {@code jdbc:postgresql://host[:port]/database[?…]} */
    public DatabaseSettings(String url, @Nullable String user, @Nullable String password) {
        this.url = Objects.requireNonNull(url);
        this.user = user;
        this.password = password;
    }

    public String url() {
        return url;
    }

    public @Nullable String user() {
        return user;
    }

    public @Nullable String password() {
        return password;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return user == null ? url : url + " as " + user;
    }
}
