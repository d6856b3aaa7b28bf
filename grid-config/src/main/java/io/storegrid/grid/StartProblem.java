package io.storegrid.grid;

import io.storegrid.persistence.StartupFailure;

/** Finds, in what Ignite and Spring throw at a failed start, the one sentence that helps. */
final class StartProblem {

    private StartProblem() {}

    static StartupFailure of(RuntimeException failure, NodeSettings settings) {
        StringBuilder all = new StringBuilder();
        Throwable root = failure;
        for (Throwable cause = failure; cause != null && cause != cause.getCause(); cause = cause.getCause()) {
            all.append(cause).append('\n');
            root = cause;
        }
        String said = all.toString();
        if (said.contains("join timeout") || said.contains("Join process timed out")) {
            return new StartupFailure(
                    "No node answers where this one should join, is it running? [join="
                            + String.join(",", settings.join()) + "]",
                    failure);
        }
        if (said.contains("SSLException") || said.contains("SSLHandshakeException")) {
            return new StartupFailure(
                    "The grid refuses this node: one side talks TLS and the other does not, or does not trust its"
                            + " certificate, see --tls-key-store [join=" + String.join(",", settings.join()) + "]",
                    failure);
        }
        if (said.contains("same hash code for partitioned affinity")) {
            return new StartupFailure(
                    "The grid refuses this node: it has one of that name already, name it with --name [name="
                            + settings.name() + "]",
                    failure);
        }
        int refusal = said.indexOf("the grid ");
        if (refusal >= 0) {
            String reason = said.substring(refusal).lines().findFirst().orElse("");
            return new StartupFailure("The grid refuses this node: " + reason, failure);
        }
        if (said.contains("Failed to bind")) {
            return new StartupFailure(
                    "No free port for the grid [address=" + settings.gridHost() + ", ports from "
                            + NodeSettings.DISCOVERY_PORT_DEFAULT + " and " + GridConfiguration.COMMUNICATION_PORT
                            + "]",
                    failure);
        }
        return new StartupFailure(
                "The grid node cannot start [cause="
                        + root.toString().lines().findFirst().orElse("unknown") + "]",
                failure);
    }
}
