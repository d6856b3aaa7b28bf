package io.storegrid.api.problem;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Every code that a problem document can carry, with its status and its page under {@code /problems/}. */
public enum ProblemCode {
    MALFORMED_REQUEST(400, "Malformed request", "The bytes are no HTTP request. Nothing was done."),
    INVALID_PARAMETER(
            400,
            "Invalid parameter",
            "A path or query parameter or a header is unknown, repeated, or outside its range. The detail names it."),
    INVALID_CURSOR(
            400,
            "Invalid cursor",
            "The cursor was changed, or belongs to another query. Start again without a cursor; keep all other"
                    + " parameters but limit while paging."),
    MALFORMED_JSON(
            400,
            "Malformed JSON",
            "The body is no JSON document in UTF-8, has a member twice, is nested too deeply, or something follows it."),
    IDEMPOTENCY_KEY_REQUIRED(
            400,
            "Idempotency key required",
            "This request needs an Idempotency-Key of 1 to 255 visible ASCII characters, chosen by the client and"
                    + " unique to this operation. Repeating the request with the same key is safe."),
    UNAUTHENTICATED(401, "Unauthenticated", "The request names no caller that is known here."),
    PAYMENT_DECLINED(402, "Payment declined", "The payment provider refused the payment."),
    FORBIDDEN(403, "Forbidden", "The caller may not do this."),
    PRODUCT_NOT_FOUND(404, "Product not found", "The catalogue has no such product, or it was archived."),
    INVENTORY_NOT_FOUND(404, "Inventory not found", "No stock was ever recorded for this SKU."),
    CART_NOT_FOUND(404, "Cart not found", "There is no such cart, or it was deleted or has expired."),
    RESERVATION_NOT_FOUND(404, "Reservation not found", "There is no such reservation."),
    ORDER_NOT_FOUND(404, "Order not found", "There is no such order."),
    CUSTOMER_NOT_FOUND(404, "Customer not found", "Nothing is kept of this customer, or it was erased."),
    IMPORT_NOT_FOUND(404, "Import not found", "There is no such import."),
    WEBHOOK_NOT_FOUND(404, "Webhook not found", "There is no such webhook."),
    EVENT_NOT_FOUND(404, "Event not found", "There is no such event, or it is not kept any more."),
    ROUTE_NOT_FOUND(404, "Route not found", "Nothing is served under this path. The contract is at /openapi.yaml."),
    METHOD_NOT_ALLOWED(405, "Method not allowed", "The path exists, the method does not. Allow lists those that do."),
    REQUEST_TIMEOUT(408, "Request timeout", "The request did not arrive in time. Nothing was done."),
    INSUFFICIENT_STOCK(
            409,
            "Insufficient stock",
            "Fewer units can be promised than were asked for. Nothing was held. All shortages are listed."),
    BELOW_RESERVED(
            409,
            "Below reserved",
            "Fewer units than are held by live reservations cannot be on hand. Nothing changed."),
    RESERVATION_NOT_HELD(
            409,
            "Reservation not held",
            "The reservation was confirmed, released or has expired, or belongs to an order that alone settles it; its state"
                    + " says which."),
    EXTENSION_LIMIT(
            409,
            "Extension limit",
            "A hold lives at most 30 minutes from its creation, extensions included, and is renewed at most 20 times in a"
                    + " row. Let it go, then others have a chance."),
    HOLD_LIMIT(
            409,
            "Hold limit",
            "The cart has as many live holds as one cart may have. Release one, or wait for its end."),
    CART_NOT_OPEN(409, "Cart not open", "The cart has become an order and no longer takes changes."),
    INVALID_TRANSITION(409, "Invalid transition", "The order is not in a state from which this step leads."),
    ORDER_NOT_PAYABLE(409, "Order not payable", "The order takes no payment in its state, or not this one."),
    NOT_CANCELLABLE(409, "Not cancellable", "The order can no longer be cancelled."),
    IDEMPOTENCY_IN_PROGRESS(
            409,
            "Idempotency in progress",
            "An equal request under the same key is still running. Repeat it with the same key.",
            1),
    VERSION_CONFLICT(
            412,
            "Version conflict",
            "The resource has another version than the one the request was decided on. Read it again and decide again."),
    PAYLOAD_TOO_LARGE(413, "Payload too large", "The body is larger than this route takes. Nothing was done."),
    URI_TOO_LONG(414, "URI too long", "The request's line is longer than the server takes."),
    UNSUPPORTED_MEDIA_TYPE(
            415, "Unsupported media type", "The body's Content-Type or Content-Encoding is not one this route takes."),
    VALIDATION_FAILED(
            422,
            "Validation failed",
            "The body is JSON, but not what this route takes. Each error has a JSON Pointer into the body."),
    QUANTITY_LIMIT(
            422,
            "Quantity limit",
            "More units of one SKU, or more lines, than a cart or reservation may have, or more units than may be on hand."),
    EMPTY_CART(422, "Empty cart", "The cart has no lines to reserve."),
    IDEMPOTENCY_KEY_REUSED(
            422,
            "Idempotency key reused",
            "The key was used before for a request with another method, path or body. Use a new key."),
    PRECONDITION_REQUIRED(
            428,
            "Precondition required",
            "This request needs If-Match with the version it was decided on, or If-None-Match: * to create."),
    RATE_LIMITED(429, "Rate limited", "The caller sends more requests than it may. Wait, then go on.", 1),
    HEADERS_TOO_LARGE(431, "Headers too large", "The request's header fields are larger than the server takes."),
    INTERNAL(500, "Internal error", "A defect of ours. Nothing is lost; the request's id leads to it in the log."),
    STORE_UNAVAILABLE(
            503,
            "Store unavailable",
            "The database does not answer. Nothing was done; reads from memory go on. Repeating is safe.",
            2),
    NO_QUORUM(
            503,
            "No quorum",
            "This node sees less than a majority of the grid and decides nothing. Repeating is safe.",
            5),
    OVERLOADED(
            503, "Overloaded", "More work is queued than can be done in time. Nothing was done. Repeating is safe.", 1),
    DRAINING(503, "Draining", "This node is leaving. Nothing was done. Repeating, best at another node, is safe.", 1),
    OUTCOME_UNKNOWN(
            503,
            "Outcome unknown",
            "The request was handed over and its end is not known yet: done or not done. Repeat it with the same"
                    + " Idempotency-Key to learn its one true answer; never with a new key.",
            1);

    private static final Map<String, ProblemCode> BY_CODE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(ProblemCode::code, problem -> problem));

    private final int status;
    private final String title;
    private final String meaning;
    private final int retryAfterSeconds;

    ProblemCode(int status, String title, String meaning) {
        this(status, title, meaning, 0);
    }

    ProblemCode(int status, String title, String meaning, int retryAfterSeconds) {
        this.status = status;
        this.title = title;
        this.meaning = meaning;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** The code that is spelled {@code code}. */
    public static Optional<ProblemCode> of(String code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }

    /** The code as documents spell it: {@code insufficient-stock}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Where the page of this code is, relative to the server's root. */
    public String type() {
        return "/problems/" + code();
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** What it means and what the caller may do, in whole sentences. */
    public String meaning() {
        return meaning;
    }

    /** Seconds for {@code Retry-After}; 0: waiting does not help by itself, no such header. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
