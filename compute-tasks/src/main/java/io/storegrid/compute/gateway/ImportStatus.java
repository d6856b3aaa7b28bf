package io.storegrid.compute.gateway;

import java.util.List;

/**
 * How far an import has come.
 *
 * @param lastLine the last line that is settled, for good or bad
 * @param errors the first 100 lines that were refused
 */
public record ImportStatus(
        String id, State state, long accepted, long rejected, long lastLine, List<LineError> errors) {

    /** Where an import stands. */
    public enum State {
        RUNNING,
        DONE,
        FAILED
    }

    /**
     * A refused line.
     *
     * @param line number of the line, from 1
     * @param code a problem code of the REST contract
     */
    public record LineError(long line, String code, String detail) {}
}
