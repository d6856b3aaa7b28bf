package io.storegrid.grid;

import io.storegrid.compute.payment.HttpPaymentProviderFactory;
import io.storegrid.compute.payment.NoPaymentProviderFactory;
import io.storegrid.compute.payment.PaymentProviders;
import io.storegrid.compute.payment.PaymentSettings;
import io.storegrid.compute.payment.SimulatedPaymentProviderFactory;
import io.storegrid.grid.NodeSettings.Discovery;
import io.storegrid.persistence.DatabaseSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads texts into values and keeps what is wrong with them, so that a person is told everything at once. */
final class SettingsReader {

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern ADDRESS = Pattern.compile("([^:,\\s]+|\\[[0-9a-fA-F:]+\\]):([0-9]{1,5})");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(MB|GB)");
    private static final String DATABASE_PREFIX = "jdbc:postgresql://";

    private final Map<Setting, String> values;
    private final List<String> problems = new ArrayList<>();

    SettingsReader(Map<Setting, String> values) {
        this.values = values;
    }

    void throwProblems() {
        if (!problems.isEmpty()) {
            throw new BadSettings(problems);
        }
    }

    boolean given(Setting setting) {
        return !values.getOrDefault(setting, "").isBlank();
    }

    private String text(Setting setting) {
        return given(setting) ? values.getOrDefault(setting, "").strip() : setting.defaultText();
    }

    private void problem(Setting setting, String expected) {
        problems.add("%s %s [given=%s]".formatted(setting.option(), expected, text(setting)));
    }

    String word(Setting setting) {
        String text = text(setting);
        if (!WORD.matcher(text).matches()) {
            problem(setting, "must be 1 to 64 letters, digits, dots, underscores or dashes");
        }
        return text;
    }

    int number(Setting setting, int least, int most) {
        try {
            int number = Integer.parseInt(text(setting));
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The same answer as for a number out of range.
        }
        problem(setting, "must be a number from " + least + " to " + most);
        return least;
    }

    long bytes(Setting setting, long least, long most) {
        Matcher size = SIZE.matcher(text(setting).toUpperCase(Locale.ROOT));
        if (size.matches()) {
            long bytes = Long.parseLong(size.group(1)) << ("MB".equals(size.group(2)) ? 20 : 30);
            if (bytes >= least && bytes <= most) {
                return bytes;
            }
        }
        problem(setting, "must be a size such as 512MB or 4GB, at least " + (least >> 20) + "MB");
        return least;
    }

    boolean flag(Setting setting) {
        String text = text(setting);
        if (!"true".equals(text) && !"false".equals(text)) {
            problem(setting, "must be true or false");
        }
        return "true".equals(text);
    }

    <E extends Enum<E>> E choice(Setting setting, Class<E> type) {
        String text = text(setting);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
                return constant;
            }
        }
        String all = String.join(
                ", ",
                Arrays.stream(type.getEnumConstants())
                        .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                        .toList());
        problem(setting, "must be one of " + all);
        return type.getEnumConstants()[0];
    }

    URI https(Setting setting) {
        try {
            URI uri = new URI(text(setting));
            if ("https".equals(uri.getScheme()) && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // The same answer as for another scheme.
        }
        problem(setting, "must be https://host[:port]");
        return URI.create("https://localhost");
    }

    NodeSettings.@Nullable Tls tls() {
        List<Setting> needed = List.of(Setting.TLS_KEY_STORE, Setting.TLS_TRUST_STORE, Setting.TLS_PASSWORD_FILE);
        if (needed.stream().noneMatch(this::given)) {
            return null;
        }
        for (Setting setting : needed) {
            if (!given(setting)) {
                problems.add(setting.option() + " is missing, TLS needs a key store, a trust store and their password");
            }
        }
        if (!needed.stream().allMatch(this::given)) {
            return null;
        }
        String password = secret(Setting.TLS_PASSWORD_FILE);
        if (password == null) {
            return null;
        }
        return new NodeSettings.Tls(
                store(Setting.TLS_KEY_STORE, password, true),
                store(Setting.TLS_TRUST_STORE, password, false),
                password);
    }

    /** Opened here and now: Ignite's own words about a wrong password are many and late. */
    private Path store(Setting setting, String password, boolean withKey) {
        Path file = directory(setting);
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                store.load(in, password.toCharArray());
            }
            boolean fits = false;
            for (String alias : Collections.list(store.aliases())) {
                fits |= withKey ? store.isKeyEntry(alias) : store.isCertificateEntry(alias);
            }
            if (!fits) {
                problem(setting, withKey ? "has no private key in it" : "has no trusted certificate in it");
            }
        } catch (IOException | GeneralSecurityException e) {
            problem(setting, "must be a PKCS#12 file that the password opens");
        }
        return file;
    }

    String host(Setting setting) {
        String text = text(setting);
        try {
            InetAddress.getAllByName(text);
        } catch (UnknownHostException e) {
            problem(setting, "must be an address of this machine");
        }
        return text;
    }

    List<String> addresses(Setting setting) {
        if (!given(setting)) {
            return List.of();
        }
        List<String> addresses =
                Arrays.stream(text(setting).split(",", -1)).map(String::strip).toList();
        for (String address : addresses) {
            Matcher parts = ADDRESS.matcher(address);
            if (!parts.matches()
                    || Integer.parseInt(parts.group(2)) > 65_535
                    || Integer.parseInt(parts.group(2)) == 0) {
                problem(setting, "must be host:port, or several with commas between them");
                return List.of();
            }
        }
        return addresses;
    }

    Path directory(Setting setting) {
        try {
            return Path.of(text(setting)).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            problem(setting, "must be a directory");
            return Path.of("").toAbsolutePath();
        }
    }

    @Nullable
    DatabaseSettings database() {
        String user = text(Setting.DB_USER);
        String password = given(Setting.DB_PASSWORD_FILE) ? secret(Setting.DB_PASSWORD_FILE) : null;
        if (!given(Setting.DB_URL)) {
            for (Setting setting : List.of(Setting.DB_USER, Setting.DB_PASSWORD_FILE)) {
                if (given(setting)) {
                    problem(setting, "needs --db-url");
                }
            }
            return null;
        }
        String url = text(Setting.DB_URL);
        if (!url.startsWith(DATABASE_PREFIX) || url.length() == DATABASE_PREFIX.length()) {
            problem(Setting.DB_URL, "must be jdbc:postgresql://host[:port]/database");
        }
        if (url.contains("password=")) {
            // Not shown: it would end up in terminals and logs.
            problems.add("--db-url must not carry a password, name a file with --db-password-file");
        }
        return new DatabaseSettings(url, user.isEmpty() ? null : user, password);
    }

    /**
     * Who takes the money. Unless it is said, a node that strangers may reach takes none: approving all that they order
     * would be no default.
     */
    PaymentSettings payment(Role role, String httpHost, int httpPort, boolean insecure) {
        String provider = text(Setting.PAYMENT_PROVIDER);
        if (!given(Setting.PAYMENT_PROVIDER)) {
            provider = loopback(httpHost) ? SimulatedPaymentProviderFactory.NAME : NoPaymentProviderFactory.NAME;
        } else if (!PaymentProviders.names().contains(provider)) {
            problem(Setting.PAYMENT_PROVIDER, "must be one of " + String.join(", ", PaymentProviders.names()));
        }
        boolean simulated = provider.equals(SimulatedPaymentProviderFactory.NAME);
        URI url = given(Setting.PAYMENT_URL) ? base(Setting.PAYMENT_URL, insecure) : null;
        if (provider.equals(HttpPaymentProviderFactory.NAME) && !given(Setting.PAYMENT_URL)) {
            problem(Setting.PAYMENT_PROVIDER, "needs --payment-url");
        }
        String token = given(Setting.PAYMENT_TOKEN_FILE) ? secret(Setting.PAYMENT_TOKEN_FILE) : null;
        if (token != null && !PaymentSettings.isToken(token)) {
            problem(Setting.PAYMENT_TOKEN_FILE, "must have one word of visible ASCII characters in it");
            token = null;
        }
        if (simulated || provider.equals(NoPaymentProviderFactory.NAME)) {
            for (Setting setting : List.of(Setting.PAYMENT_URL, Setting.PAYMENT_TOKEN_FILE)) {
                if (given(setting)) {
                    problem(setting, "does not go with the payment provider " + provider);
                }
            }
        }
        URI callbackUrl = null;
        if (given(Setting.PAYMENT_CALLBACK_URL)) {
            callbackUrl = base(Setting.PAYMENT_CALLBACK_URL, insecure);
        } else if (simulated && role != Role.DATA && httpPort != 0 && loopback(httpHost)) {
            callbackUrl =
                    URI.create("http://" + (httpHost.contains(":") ? "[" + httpHost + "]" : httpHost) + ":" + httpPort);
        }
        return PaymentSettings.defaults(provider)
                .withUrl(url)
                .withCallbackUrl(callbackUrl)
                .withToken(token)
                .withCallTimeout(Duration.ofMillis(number(Setting.PAYMENT_CALL_TIMEOUT, 100, 60_000)));
    }

    /** An address that paths are put after; what goes there is worth stealing, so it is encrypted when it leaves the machine. */
    private @Nullable URI base(Setting setting, boolean insecure) {
        if (text(setting).contains("@")) {
            // Not shown: it would end up in terminals and logs.
            problems.add(setting.option() + " must not carry a name or a password");
            return null;
        }
        try {
            URI uri = new URI(text(setting).replaceFirst("/$", ""));
            if (PaymentSettings.isBase(uri)) {
                if (!"https".equals(uri.getScheme()) && !insecure && !loopback(uri.getHost())) {
                    problem(setting, "must be https, or say --insecure if you mean it");
                }
                return uri;
            }
        } catch (URISyntaxException e) {
            // The same answer as for another scheme.
        }
        problem(setting, "must be https://host[:port][/path]");
        return null;
    }

    /** The one line of a file; null, and a problem, when there is none. */
    private @Nullable String secret(Setting setting) {
        try {
            String secret = Files.readString(Path.of(text(setting))).strip();
            if (!secret.isEmpty()) {
                return secret;
            }
            problem(setting, "must not be empty");
        } catch (IOException | InvalidPathException e) {
            problem(setting, "must be a file that can be read");
        }
        return null;
    }

    /** What no setting alone can get wrong. */
    void checkTogether(
            List<String> join,
            Role role,
            Discovery discovery,
            String gridHost,
            String httpHost,
            boolean insecure,
            boolean tls,
            boolean namesDatabase) {
        boolean openGrid = !loopback(gridHost);
        boolean foreignPeers =
                join.stream().anyMatch(address -> !loopback(address.substring(0, address.lastIndexOf(':'))));
        if (!insecure) {
            if (openGrid && !tls) {
                problem(
                        Setting.GRID_HOST,
                        "opens this node to other machines unprotected, give it --tls-key-store, or say --insecure if"
                                + " you mean it");
            }
            if (!loopback(httpHost)) {
                problem(
                        Setting.HTTP_HOST,
                        "opens the API to other machines unprotected, say --insecure if you mean it");
            }
        }
        if (foreignPeers && !openGrid) {
            problem(Setting.JOIN, "names another machine, which needs an address to answer to: --grid-host");
        }
        if (foreignPeers && !namesDatabase && role != Role.API) {
            problem(Setting.JOIN, "names another machine, whose embedded database cannot be shared: --db-url");
        }
        if (discovery != Discovery.STATIC) {
            if (!join.isEmpty()) {
                problem(Setting.JOIN, "does not go with --discovery=" + text(Setting.DISCOVERY));
            }
            if (!namesDatabase && role != Role.API) {
                problem(Setting.DISCOVERY, "needs --db-url, for no node knows whether it is the first");
            }
        }
        if (discovery == Discovery.MULTICAST && !openGrid) {
            problem(Setting.DISCOVERY, "needs a --grid-host that other machines reach");
        }
        if (discovery == Discovery.KUBERNETES && role != Role.API && !given(Setting.EXPECTED_NODES)) {
            problem(
                    Setting.DISCOVERY,
                    "needs --expected-nodes: where a list of nodes can be short for a moment, one that finds itself alone"
                            + " must know that it is");
        }
        if (role == Role.API && namesDatabase) {
            problem(Setting.DB_URL, "does not go with --role=api, which never asks PostgreSQL");
        }
        if (role == Role.API && "always".equals(text(Setting.SAMPLE))) {
            problem(Setting.SAMPLE, "does not go with --role=api, which keeps no data");
        }
        if (role == Role.API && join.isEmpty() && discovery == Discovery.STATIC) {
            problem(Setting.ROLE, "keeps no data, so it needs a grid to join: --join");
        }
    }

    static boolean loopback(String host) {
        try {
            return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            // Not known yet is not known to be this machine.
            return false;
        }
    }

    static String defaultName(int httpPort) {
        String host = "node";
        try {
            host = InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9._-]", "-");
        } catch (UnknownHostException e) {
            // A machine without a name; the rest of the name tells nodes apart.
        }
        String tail = httpPort == 0 ? "p" + ProcessHandle.current().pid() : Integer.toString(httpPort);
        return host.substring(0, Math.min(host.length(), 50)) + "-" + tail;
    }
}
