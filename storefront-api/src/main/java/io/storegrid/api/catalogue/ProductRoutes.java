package io.storegrid.api.catalogue;

import io.javalin.http.Context;
import io.storegrid.api.http.IdempotencyKeys;
import io.storegrid.api.http.Preconditions;
import io.storegrid.api.http.QueryParameters;
import io.storegrid.api.http.Replies;
import io.storegrid.api.http.RequestBodies;
import io.storegrid.api.http.Writes;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.Problems;
import io.storegrid.compute.command.ArchiveProduct;
import io.storegrid.compute.command.PutProduct;
import io.storegrid.compute.gateway.Catalogue;
import io.storegrid.compute.gateway.ProductQuery;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Product;
import io.storegrid.domain.Sku;
import java.util.Map;
import java.util.Objects;

/** {@code /v1/products} and {@code /v1/categories}. Thread-safe. */
public final class ProductRoutes {

    private static final Map<String, ProductQuery.Sort> SORTS = Map.of(
            "sku", ProductQuery.Sort.SKU,
            "title", ProductQuery.Sort.TITLE,
            "price", ProductQuery.Sort.PRICE_ASCENDING,
            "-price", ProductQuery.Sort.PRICE_DESCENDING);

    private static final Map<String, Boolean> INCLUDES = Map.of("availability", true);

    private final ProductService service;
    private final ProductJson json;
    private final Writes writes;

    public ProductRoutes(Catalogue catalogue, ReadGateway reads, ProductJson json, Writes writes) {
        this.service = new ProductService(catalogue, reads);
        this.json = json;
        this.writes = writes;
    }

    public void list(Context ctx) {
        QueryParameters query = QueryParameters.of(ctx, "category", "q", "skus", "limit", "cursor", "sort");
        ProductQuery asked = new ProductQuery(
                query.text("category"),
                query.text("q"),
                query.skus(),
                query.choice("sort", SORTS, ProductQuery.Sort.SKU),
                query.limit(),
                null);
        Replies.bytes(ctx, 200, Replies.FOR_A_MINUTE, service.page(asked, query.raw("cursor")));
    }

    public void show(Context ctx) {
        boolean withAvailability = QueryParameters.of(ctx, "include").choice("include", INCLUDES, false);
        String sku = ctx.pathParam("sku");
        Product product = service.product(sku).orElseThrow(() -> notFound(sku));
        if (withAvailability) {
            // The tag is the product's and says nothing of stock, so a caller who has it still gets the stock of now.
            ctx.header("ETag", Preconditions.tag(product.version()));
            Replies.json(ctx, 200, Replies.NEVER, service.withAvailability(product));
        } else if (Preconditions.notModified(ctx, product.version())) {
            ctx.header("Cache-Control", Replies.ASK_FIRST);
        } else {
            Replies.bytes(ctx, 200, Replies.ASK_FIRST, service.json(product));
        }
    }

    public void put(Context ctx) {
        QueryParameters.of(ctx);
        String sku = ctx.pathParam("sku");
        if (!Sku.isValid(sku)) {
            throw Problems.invalidParameter("sku", "must have the form " + Sku.FORM)
                    .exception();
        }
        long ifVersion = Preconditions.replaceOrCreate(ctx);
        byte[] body = RequestBodies.json(ctx);
        Product product = RequestBodies.parsed(body, object -> json.product(sku, object));
        writes.run(
                ctx,
                new PutProduct(IdempotencyKeys.optional(ctx, body), product, ifVersion),
                answer -> stored(ctx, answer));
    }

    public void archive(Context ctx) {
        QueryParameters.of(ctx);
        String sku = ctx.pathParam("sku");
        if (!Sku.isValid(sku)) {
            throw notFound(sku);
        }
        long ifVersion = Preconditions.replace(ctx);
        writes.run(
                ctx,
                new ArchiveProduct(IdempotencyKeys.optional(ctx, RequestBodies.none(ctx)), sku, ifVersion),
                answer -> ctx.status(204).header("Cache-Control", Replies.NEVER));
    }

    public void categories(Context ctx) {
        QueryParameters.of(ctx);
        Replies.json(ctx, 200, Replies.FOR_A_MINUTE, service.categories());
    }

    private static void stored(Context ctx, Answer answer) {
        Product product = Objects.requireNonNull(answer.product(), "an accepted product without the product");
        ctx.header("ETag", Preconditions.tag(product.version()));
        Replies.json(ctx, answer.outcome() == Outcome.CREATED ? 201 : 200, Replies.NEVER, ProductView.of(product));
    }

    private static RuntimeException notFound(String sku) {
        return Problem.of(ProblemCode.PRODUCT_NOT_FOUND, "The catalogue has no product " + sku + ".")
                .with("sku", sku)
                .exception();
    }
}
