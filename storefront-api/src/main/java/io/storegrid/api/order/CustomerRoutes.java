package io.storegrid.api.order;

import io.javalin.http.Context;
import io.storegrid.api.http.QueryParameters;
import io.storegrid.api.http.Replies;
import io.storegrid.api.http.RequestBodies;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.Problems;
import io.storegrid.compute.Fault;
import io.storegrid.compute.gateway.CustomerFile;
import io.storegrid.compute.gateway.Customers;
import io.storegrid.domain.Cart;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Person;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /v1/customers}: what a person may ask for who ordered here. Thread-safe. */
public final class CustomerRoutes {

    /** A cart as far as it says something about a person. */
    private record CartOfCustomer(String id, List<Line> lines) {
        private record Line(String sku, int quantity) {}

        static CartOfCustomer of(Cart cart) {
            return new CartOfCustomer(
                    cart.id(),
                    cart.lines().stream()
                            .map(line -> new Line(line.sku(), line.quantity()))
                            .toList());
        }
    }

    private record Purchase(
            OrderView order,
            @Nullable String email,
            @Nullable Map<String, String> shippingAddress) {}

    private final Customers customers;

    public CustomerRoutes(Customers customers) {
        this.customers = customers;
    }

    public void export(Context ctx) {
        QueryParameters.of(ctx);
        String id = id(ctx);
        CustomerFile file = customers.file(id);
        if (file.empty()) {
            throw Problem.of(ProblemCode.CUSTOMER_NOT_FOUND, "Nothing is kept of customer " + id + ".")
                    .exception();
        }
        Map<String, Object> export = new LinkedHashMap<>();
        export.put("customerId", id);
        export.put("carts", file.carts().stream().map(CartOfCustomer::of).toList());
        export.put(
                "orders",
                file.purchases().stream().map(CustomerRoutes::purchase).toList());
        Replies.json(ctx, 200, Replies.NEVER, export);
    }

    /**
     * Erases; repeating it is no error.
     *
     * @throws Fault when not everything could be erased: repeating finishes it
     */
    public void erase(Context ctx) {
        QueryParameters.of(ctx);
        RequestBodies.none(ctx);
        customers.forget(id(ctx));
        ctx.status(204).header("Cache-Control", Replies.NEVER);
    }

    private static Purchase purchase(CustomerFile.Purchase purchase) {
        Person person = purchase.person();
        return new Purchase(
                OrderView.of(purchase.order(), false),
                person.email(),
                person.shippingAddress().isEmpty() ? null : person.shippingAddress());
    }

    private static String id(Context ctx) {
        String id = ctx.pathParam("id");
        if (id.isBlank()
                || id.codePointCount(0, id.length()) > Limits.CUSTOMER_ID_LENGTH_MAX
                || id.chars().anyMatch(Character::isISOControl)) {
            throw Problems.invalidParameter("id", "must have 1 to " + Limits.CUSTOMER_ID_LENGTH_MAX + " characters")
                    .exception();
        }
        return id;
    }
}
