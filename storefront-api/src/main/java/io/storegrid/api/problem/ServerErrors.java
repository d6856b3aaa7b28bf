package io.storegrid.api.problem;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Problem documents for what the HTTP server refuses before any route sees it: bytes that are no request, huge headers. */
public final class ServerErrors extends ErrorHandler {

    private final String nodeName;

    /** @param nodeName what {@code X-Served-By} says */
    public ServerErrors(String nodeName) {
        this.nodeName = nodeName;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        ProblemCode code = Problems.ofStatus(response.getStatus());
        String requestId = UUID.randomUUID().toString();
        String path = request.getHttpURI() == null || request.getHttpURI().getPath() == null
                ? ""
                : request.getHttpURI().getPath();
        response.setStatus(code.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problems.MEDIA_TYPE);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.getHeaders().put("X-Request-Id", requestId);
        response.getHeaders().put("X-Served-By", nodeName);
        if (code.retryAfterSeconds() > 0) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, code.retryAfterSeconds());
        }
        response.write(true, ByteBuffer.wrap(Problems.document(Problem.of(code), path, requestId)), callback);
        return true;
    }
}
