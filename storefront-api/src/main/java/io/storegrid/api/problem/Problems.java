package io.storegrid.api.problem;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.http.NotFoundResponse;
import io.storegrid.api.json.FieldErrors;
import io.storegrid.api.json.JsonText;
import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Cart;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Order;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.Shortage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one map from refusals, faults and defects to problem documents. Nothing else in the module decides on a status of
 * 400 or above. Thread-safe.
 */
public final class Problems {

    /** The media type of a problem document. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** Request attribute: the id under which the request is known, a string. */
    public static final String REQUEST_ID = "storegrid.request-id";

    /** Request attribute: present while a command of the request is under way. */
    public static final String AWAITING = "storegrid.awaiting";

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    /** What a URI's path may have besides ASCII letters and digits (RFC 3986, 3.3). */
    private static final String PATH_MARKS = "/-._~!$&'()*+,;=:@";

    private Problems() {}

    /** The code for a refusal. */
    public static ProblemCode codeOf(Outcome outcome) {
        return switch (outcome) {
            case CREATED, CHANGED, UNCHANGED -> throw new IllegalArgumentException("no refusal: " + outcome);
            case KEY_REUSED -> ProblemCode.IDEMPOTENCY_KEY_REUSED;
            case PRODUCT_NOT_FOUND -> ProblemCode.PRODUCT_NOT_FOUND;
            case INVENTORY_NOT_FOUND -> ProblemCode.INVENTORY_NOT_FOUND;
            case CART_NOT_FOUND -> ProblemCode.CART_NOT_FOUND;
            case RESERVATION_NOT_FOUND -> ProblemCode.RESERVATION_NOT_FOUND;
            case ORDER_NOT_FOUND -> ProblemCode.ORDER_NOT_FOUND;
            case HOLD_LIMIT -> ProblemCode.HOLD_LIMIT;
            case ORDER_NOT_PAYABLE -> ProblemCode.ORDER_NOT_PAYABLE;
            case NOT_CANCELLABLE -> ProblemCode.NOT_CANCELLABLE;
            case INVALID_TRANSITION -> ProblemCode.INVALID_TRANSITION;
            case PAYMENT_DECLINED -> ProblemCode.PAYMENT_DECLINED;
            case CART_NOT_OPEN -> ProblemCode.CART_NOT_OPEN;
            case VERSION_CONFLICT -> ProblemCode.VERSION_CONFLICT;
            case EMPTY_CART -> ProblemCode.EMPTY_CART;
            case QUANTITY_LIMIT -> ProblemCode.QUANTITY_LIMIT;
            case RESERVATION_NOT_HELD -> ProblemCode.RESERVATION_NOT_HELD;
            case EXTENSION_LIMIT -> ProblemCode.EXTENSION_LIMIT;
            case BELOW_RESERVED -> ProblemCode.BELOW_RESERVED;
            case INSUFFICIENT_STOCK -> ProblemCode.INSUFFICIENT_STOCK;
        };
    }

    /** The code for a fault. */
    public static ProblemCode codeOf(FaultCode fault) {
        return switch (fault) {
            case STORE_UNAVAILABLE -> ProblemCode.STORE_UNAVAILABLE;
            case OVERLOADED -> ProblemCode.OVERLOADED;
            case NO_QUORUM -> ProblemCode.NO_QUORUM;
            case DRAINING -> ProblemCode.DRAINING;
            case IN_PROGRESS -> ProblemCode.IDEMPOTENCY_IN_PROGRESS;
            case OUTCOME_UNKNOWN -> ProblemCode.OUTCOME_UNKNOWN;
            case INTERNAL -> ProblemCode.INTERNAL;
        };
    }

    /** The problem that a refusing answer tells of, with the extensions of its code. */
    public static Problem of(Answer answer) {
        ProblemCode code = codeOf(answer.outcome());
        Reservation reservation = answer.reservation();
        String ref = answer.ref();
        return switch (answer.outcome()) {
            case PRODUCT_NOT_FOUND, INVENTORY_NOT_FOUND ->
                ref == null
                        ? Problem.of(code)
                        : Problem.of(code, code.meaning() + " [sku=" + ref + "]")
                                .with("sku", ref);
            case VERSION_CONFLICT ->
                Problem.of(
                                code,
                                answer.currentVersion() == 0
                                        ? "Nothing is there yet."
                                        : "The current version is " + answer.currentVersion() + ".")
                        .with("currentVersion", answer.currentVersion());
            case QUANTITY_LIMIT ->
                ref == null
                        ? quantityLimit()
                        : Problem.of(
                                        code,
                                        answer.cart() == null
                                                ? "At most " + Limits.ON_HAND_MAX + " units of " + ref
                                                        + " can be on hand."
                                                : "One order may not have so many units of " + ref + ".")
                                .with("sku", ref);
            case RESERVATION_NOT_HELD ->
                reservation == null
                        ? Problem.of(code)
                        : Problem.of(
                                        code,
                                        reservation.orderId() == null
                                                ? "The reservation is " + reservation.stateAt(answer.atMicros()) + "."
                                                : "The reservation belongs to order " + reservation.orderId()
                                                        + ", which alone settles it.")
                                .with("state", reservation.stateAt(answer.atMicros()));
            case INSUFFICIENT_STOCK -> insufficientStock(code, answer.shortages());
            case CART_NOT_OPEN -> cartNotOpen(code, answer.cart());
            case ORDER_NOT_PAYABLE, NOT_CANCELLABLE, INVALID_TRANSITION, PAYMENT_DECLINED ->
                ofOrder(code, answer.order());
            default -> Problem.of(code);
        };
    }

    private static Problem cartNotOpen(ProblemCode code, @Nullable Cart cart) {
        return cart == null || cart.orderId() == null
                ? Problem.of(code)
                : Problem.of(code, "The cart has become order " + cart.orderId() + ".")
                        .with("orderId", cart.orderId());
    }

    private static Problem ofOrder(ProblemCode code, @Nullable Order order) {
        return order == null
                ? Problem.of(code)
                : Problem.of(code, code.meaning() + " The order is " + order.state() + ".")
                        .with("orderId", order.id())
                        .with("state", order.state());
    }

    /** More units of one SKU, or more lines, than allowed. */
    public static Problem quantityLimit() {
        return Problem.of(
                ProblemCode.QUANTITY_LIMIT,
                "At most " + Limits.LINE_QUANTITY_MAX + " units of one SKU, and at most " + Limits.CART_LINES_MAX
                        + " lines in a cart.");
    }

    /** A body that is JSON but not what was asked for. */
    public static Problem validationFailed(FieldErrors errors) {
        List<FieldErrors.FieldError> list = errors.list();
        return Problem.of(
                        ProblemCode.VALIDATION_FAILED,
                        list.size() == 1 ? "The body has an error." : "The body has " + list.size() + " errors.")
                .with("errors", list);
    }

    /** A path or query parameter or a header that is not taken. */
    public static Problem invalidParameter(String parameter, String detail) {
        return Problem.of(ProblemCode.INVALID_PARAMETER, "Parameter '" + parameter + "' " + detail + ".")
                .with("parameter", parameter);
    }

    /** Installs the mapping of every exception and of a request that took too long. */
    public static void install(RoutesConfig routes) {
        routes.exception(ProblemException.class, (e, ctx) -> write(ctx, e.problem()));
        routes.exception(Fault.class, (e, ctx) -> {
            ProblemCode code = codeOf(e.code());
            if (code == ProblemCode.INTERNAL) {
                LOG.error("Request failed [id={}, path={}]", requestId(ctx), ctx.path(), e);
            } else {
                LOG.debug("Request met a fault [id={}, path={}]", requestId(ctx), ctx.path(), e);
            }
            write(ctx, Problem.of(code));
        });
        routes.exception(MethodNotAllowedResponse.class, (e, ctx) -> {
            String allowed = e.getDetails().values().stream().findFirst().orElse("");
            ctx.header("Allow", allowed);
            write(ctx, Problem.of(ProblemCode.METHOD_NOT_ALLOWED, ctx.method() + " is not one of " + allowed + "."));
        });
        routes.exception(
                NotFoundResponse.class,
                (e, ctx) -> write(
                        ctx, Problem.of(ProblemCode.ROUTE_NOT_FOUND, "Nothing is served under " + ctx.path() + ".")));
        routes.exception(HttpResponseException.class, (e, ctx) -> write(ctx, Problem.of(ofStatus(e.getStatus()))));
        routes.exception(CancellationException.class, (e, ctx) -> {
            // Javalin cancels what a request waited for after the time-out below has answered it.
            if (ctx.resultInputStream() == null) {
                write(ctx, Problem.of(ProblemCode.OUTCOME_UNKNOWN));
            }
        });
        routes.exception(Exception.class, (e, ctx) -> {
            LOG.error("Request failed [id={}, path={}]", requestId(ctx), ctx.path(), e);
            write(ctx, Problem.of(ProblemCode.INTERNAL));
        });
        // Reached with nothing written yet by an Error, and by the time-out that stands behind the gateways' own.
        routes.error(500, ctx -> {
            if (ctx.resultInputStream() == null) {
                boolean awaiting = ctx.attribute(AWAITING) != null;
                write(ctx, Problem.of(awaiting ? ProblemCode.OUTCOME_UNKNOWN : ProblemCode.INTERNAL));
            }
        });
    }

    /** Answers {@code ctx} with the document of {@code problem}. */
    public static void write(Context ctx, Problem problem) {
        ProblemCode code = problem.code();
        ctx.status(code.status())
                .contentType(MEDIA_TYPE)
                .header("Cache-Control", "no-store")
                .result(document(problem, ctx.path(), requestId(ctx)));
        if (code.retryAfterSeconds() > 0) {
            ctx.header("Retry-After", Integer.toString(code.retryAfterSeconds()));
        }
    }

    /**
     * The document of {@code problem} as UTF-8.
     *
     * @param instance the path as it was sent
     */
    public static byte[] document(Problem problem, String instance, String requestId) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("type", problem.code().type());
        document.put("title", problem.code().title());
        document.put("status", problem.code().status());
        document.put("detail", problem.detail());
        document.put("instance", reference(instance));
        document.put("code", problem.code().code());
        document.put("requestId", requestId);
        document.putAll(problem.extensions());
        return JsonText.of(document);
    }

    /** {@code path} as the URI reference that {@code instance} has to be: servers take characters that no URI may have. */
    private static String reference(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        StringBuilder reference = new StringBuilder(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            char c = (char) (bytes[i] & 0xff);
            boolean escape = c == '%' && i + 2 < bytes.length && hexadecimal(bytes[i + 1]) && hexadecimal(bytes[i + 2]);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || PATH_MARKS.indexOf(c) >= 0);
            if (escape || plain) {
                reference.append(c);
            } else {
                reference.append(String.format("%%%02X", (int) c));
            }
        }
        return reference.toString();
    }

    private static boolean hexadecimal(byte digit) {
        return Character.digit(digit, 16) >= 0;
    }

    /** The code for a status that the server below us decided on. */
    public static ProblemCode ofStatus(int status) {
        return switch (status) {
            case 404 -> ProblemCode.ROUTE_NOT_FOUND;
            case 405 -> ProblemCode.METHOD_NOT_ALLOWED;
            case 408 -> ProblemCode.REQUEST_TIMEOUT;
            case 413 -> ProblemCode.PAYLOAD_TOO_LARGE;
            case 414 -> ProblemCode.URI_TOO_LONG;
            case 415 -> ProblemCode.UNSUPPORTED_MEDIA_TYPE;
            case 431 -> ProblemCode.HEADERS_TOO_LARGE;
            case 503 -> ProblemCode.OVERLOADED;
            default -> status >= 500 ? ProblemCode.INTERNAL : ProblemCode.MALFORMED_REQUEST;
        };
    }

    private static Problem insufficientStock(ProblemCode code, List<Shortage> shortages) {
        if (shortages.isEmpty()) {
            return Problem.of(code);
        }
        List<Map<String, Object>> listed = new ArrayList<>(shortages.size());
        for (Shortage shortage : shortages) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("sku", shortage.sku());
            entry.put("requested", shortage.requested());
            entry.put("available", shortage.available());
            listed.add(entry);
        }
        Shortage first = shortages.get(0);
        return Problem.of(
                        code,
                        "Of " + first.sku() + " " + first.requested() + " were asked for and " + first.available()
                                + " are available"
                                + (shortages.size() == 1 ? "." : "; " + (shortages.size() - 1) + " more are short."))
                .with("shortages", listed);
    }

    private static String requestId(Context ctx) {
        String id = ctx.attribute(REQUEST_ID);
        return id == null ? "" : id;
    }
}
