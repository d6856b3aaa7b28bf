package io.storegrid.grid;

import java.util.Locale;

/**
 * Everything that can be set at a node's start, in the order in which {@code --help} lists it. Each can be given as an
 * option or as an environment variable; the option wins.
 */
public enum Setting {
    JOIN(
            "host:port,…",
            "",
            "Nodes of the grid to join. Without it, or when the list names this very node, the node may begin a grid."),
    NAME("name", "", "Name of this node, unique in its grid. Default: the machine's name and the HTTP port."),
    CLUSTER("name", "storegrid", "Name of the grid; nodes of different grids never join."),
    ROLE("all|data|api", "all", "all: data and HTTP; data: no HTTP; api: HTTP, no data."),
    DISCOVERY("static|multicast|kubernetes", "static", "How nodes find each other; static is --join."),
    KUBERNETES_SERVICE(
            "name",
            "storegrid-discovery",
            "Headless service whose Endpoints list the nodes, for kubernetes discovery."),
    KUBERNETES_NAMESPACE("name", "", "Its namespace. Default: the one that the service account names."),
    KUBERNETES_API("url", "https://kubernetes.default.svc", "The Kubernetes API."),
    KUBERNETES_ACCOUNT(
            "directory",
            "/var/run/secrets/kubernetes.io/serviceaccount",
            "Where token, ca.crt and namespace of the service account are."),
    ZONE("name", "", "Where this machine stands, such as a data centre; copies are kept in different zones."),
    DISCOVERY_PORT(
            "port",
            "",
            "Port where nodes find this one. Default: 48500, for a node that joins the first free one after."),
    GRID_HOST("address", "127.0.0.1", "Address of this machine for other nodes."),
    TLS_KEY_STORE("file", "", "PKCS#12 file with this node's key and certificate: nodes talk by TLS only."),
    TLS_TRUST_STORE("file", "", "PKCS#12 file with the authority whose certificates other nodes must show."),
    TLS_PASSWORD_FILE("file", "", "File with the password of both."),
    HTTP_PORT("port", "8080", "Port of the REST API; 0 takes any free one."),
    HTTP_HOST("address", "127.0.0.1", "Address of the REST API."),
    HTTP_REQUEST_TIMEOUT("ms", "5000", "The longest a caller waits for a write; after it the outcome is unknown."),
    EVENTS_RETENTION(
            "hours", "25", "How long events can be read again, by webhooks and by streams that were broken off."),
    STREAMS_MAX("number", "1000", "Streams that this node serves at once."),
    STREAMS_HEARTBEAT("ms", "15000", "Between signs of life on a silent stream."),
    STREAMS_STALL("ms", "30000", "How long a stream's client may leave unread what was written before it is closed."),
    WEBHOOKS_ALLOW_PRIVATE(
            "true|false",
            "false",
            "Allow webhooks at any address and without TLS, for a machine where somebody develops."),
    DRAIN_GRACE(
            "ms",
            "3000",
            "How long a node that was told to drain goes on serving, so that balancers see it and go elsewhere."),
    DB_URL(
            "jdbc-url",
            "",
            "PostgreSQL, jdbc:postgresql://host[:port]/database. Default: an embedded one, or that of the grid it joins."),
    DB_USER("name", "", "Role at the PostgreSQL of --db-url."),
    DB_PASSWORD_FILE("file", "", "File with that role's password."),
    DATA_DIR("directory", "./data", "Where the embedded PostgreSQL, logs and uploads are kept."),
    EXPECTED_NODES("number", "1", "Nodes the grid is meant to have; writes need more than half of them."),
    MEMORY("size", "512MB", "Memory for the grid's data, outside of the Java heap."),
    SAMPLE(
            "auto|always|never",
            "auto",
            "Load the sample catalogue into an empty store; auto: into an embedded one only."),
    PAYMENT_PROVIDER(
            "name",
            "",
            "Who takes the money: http, simulator or none. Default: simulator while --http-host is loopback, else none,"
                    + " which declines."),
    PAYMENT_URL("url", "", "Address of the provider http; https, unless it is this machine."),
    PAYMENT_TOKEN_FILE("file", "", "File with the token that this store shows the provider http."),
    PAYMENT_CALLBACK_URL(
            "url",
            "",
            "Address of this API for the provider, which posts there what it knows only later. Default: none; for the"
                    + " simulator this node."),
    PAYMENT_CALL_TIMEOUT("ms", "2000", "How long one request to the provider may take; up to three are made."),
    INSECURE(
            "true|false",
            "false",
            "Allow addresses other machines can reach, although neither encryption nor log-in is set up.");

    /** What every environment variable of ours begins with. */
    public static final String ENVIRONMENT_PREFIX = "STOREGRID_";

    private final String form;
    private final String defaultText;
    private final String description;

    Setting(String form, String defaultText, String description) {
        this.form = form;
        this.defaultText = defaultText;
        this.description = description;
    }

    /** The option, with its dashes. */
    public String option() {
        return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The environment variable. */
    public String variable() {
        return ENVIRONMENT_PREFIX + name();
    }

    /** The form of a value, for people. */
    public String form() {
        return form;
    }

    /** The value when none is given; empty when the description says what happens then. */
    public String defaultText() {
        return defaultText;
    }

    /** One sentence or two for {@code --help}. */
    public String description() {
        return description;
    }
}
