package io.storegrid.torture.history;

/**
 * One sending of a request to one node.
 *
 * @param status of HTTP; 0 when nothing came back
 * @param code the problem code, or when nothing came back what went wrong; empty for a success
 */
public record Attempt(String node, long startMicros, long endMicros, int status, String code) {

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;

    /**
     * Whether this settles the request for good: every success and every refusal, but not "come back later", "still running"
     * or "cannot know", and nothing that the server got wrong.
     */
    public boolean definitive() {
        return status >= 200
                && status < SERVER_ERROR
                && status != TOO_MANY_REQUESTS
                && !code.equals("idempotency-in-progress");
    }
}
