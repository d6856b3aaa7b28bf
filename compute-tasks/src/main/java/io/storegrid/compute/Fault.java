package io.storegrid.compute;

import org.jspecify.annotations.Nullable;

/** The environment kept a request from its end. The one exception that callers of the gateways have to expect. */
public final class Fault extends RuntimeException {

    private final FaultCode code;

    public Fault(FaultCode code, String message) {
        this(code, message, null);
    }

    public Fault(FaultCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public FaultCode code() {
        return code;
    }
}
