package io.storegrid.api;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One request and its reply without a server, for routes that are called some ten thousand times a second. Knows what our
 * routes ask of a {@link Context} and nothing else; a route that asks more fails loudly. What a route waits for has to be
 * there at once. For one thread.
 */
final class MemoryExchange {

    private final String method;
    private final String path;
    private final Map<String, String> pathParameters;
    private final @Nullable String query;
    private final Map<String, List<String>> headers;
    private final byte[] body;
    private final Map<String, Object> attributes = new HashMap<>();
    private final Map<String, String> replied = new HashMap<>();
    private ByteArrayOutputStream reply = new ByteArrayOutputStream();
    private int status = 200;

    /**
     * @param pathParameters as decoded by the router
     * @param query the raw text behind the question mark; null for none
     * @param headers values by lower-case name
     */
    MemoryExchange(
            String method,
            String path,
            Map<String, String> pathParameters,
            @Nullable String query,
            Map<String, List<String>> headers,
            byte[] body) {
        this.method = method;
        this.path = path;
        this.pathParameters = pathParameters;
        this.query = query;
        this.headers = headers;
        this.body = body;
    }

    int status() {
        return status;
    }

    /** A header of the reply; empty when it has none of that name. */
    String header(String name) {
        return replied.getOrDefault(name, "");
    }

    byte[] reply() {
        return reply.toByteArray();
    }

    /** This exchange as a route sees it. */
    Context context() {
        return proxy(Context.class, (self, called, arguments) -> asContext((Context) self, called, arguments));
    }

    private @Nullable Object asContext(Context self, Method called, Object[] arguments) throws Exception {
        return switch (called.getName()) {
            case "req" -> proxy(HttpServletRequest.class, (request, asked, given) -> asRequest(asked, given));
            case "method" -> HandlerType.findOrCreate(method);
            case "path" -> path;
            case "queryString" -> query;
            case "pathParam" -> pathParameters.get((String) arguments[0]);
            case "attribute" ->
                arguments.length == 1
                        ? attributes.get((String) arguments[0])
                        : attribute((String) arguments[0], arguments[1]);
            case "header" -> {
                if (arguments.length == 1) {
                    List<String> values = values((String) arguments[0]);
                    yield values.isEmpty() ? null : values.get(0);
                }
                replied.put((String) arguments[0], (String) arguments[1]);
                yield self;
            }
            case "contentType" -> {
                replied.put("Content-Type", (String) arguments[0]);
                yield self;
            }
            case "status" -> {
                status = (int) arguments[0];
                yield self;
            }
            case "result" -> {
                reply = new ByteArrayOutputStream();
                reply.write((byte[]) arguments[0]);
                yield self;
            }
            case "outputStream" -> new Output(reply);
            case "future" -> {
                finish((CompletableFuture<?>) ((Supplier<?>) arguments[0]).get());
                yield null;
            }
            default -> throw new UnsupportedOperationException("no route asked this before: " + called);
        };
    }

    private @Nullable Object attribute(String name, @Nullable Object value) {
        if (value == null) {
            attributes.remove(name);
        } else {
            attributes.put(name, value);
        }
        return null;
    }

    private static void finish(CompletableFuture<?> future) {
        if (!future.isDone()) {
            throw new IllegalStateException("an answer that is not there at once");
        }
        future.join();
    }

    private Object asRequest(Method called, Object[] arguments) {
        return switch (called.getName()) {
            case "getContentLengthLong" -> (long) body.length;
            case "getInputStream" -> new Input(new ByteArrayInputStream(body));
            case "getHeaders" -> Collections.enumeration(values((String) arguments[0]));
            default -> throw new UnsupportedOperationException("no route asked this before: " + called);
        };
    }

    private List<String> values(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static final class Input extends ServletInputStream {

        private final InputStream bytes;

        private Input(InputStream bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() throws IOException {
            return bytes.read();
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            return bytes.read(into, from, length);
        }

        @Override
        public boolean isFinished() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class Output extends ServletOutputStream {

        private final ByteArrayOutputStream bytes;

        private Output(ByteArrayOutputStream bytes) {
            this.bytes = bytes;
        }

        @Override
        public void write(int one) {
            bytes.write(one);
        }

        @Override
        public void write(byte[] from, int at, int length) {
            bytes.write(from, at, length);
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }
    }
}
