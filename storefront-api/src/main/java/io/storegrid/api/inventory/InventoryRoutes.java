package io.storegrid.api.inventory;

import io.javalin.http.Context;
import io.storegrid.api.http.Cursors;
import io.storegrid.api.http.IdempotencyKeys;
import io.storegrid.api.http.Preconditions;
import io.storegrid.api.http.QueryParameters;
import io.storegrid.api.http.Replies;
import io.storegrid.api.http.RequestBodies;
import io.storegrid.api.http.Writes;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.Problems;
import io.storegrid.compute.command.AdjustStock;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.Entropy;
import io.storegrid.compute.command.SetStock;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.domain.Answer;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.LedgerMark;
import io.storegrid.domain.LedgerPage;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Sku;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/** {@code /v1/inventory}. Thread-safe. */
public final class InventoryRoutes {

    private static final int REASON_LENGTH_MAX = 200;

    private static final Map<String, Boolean> FRESH = Map.of("cached", false, "fresh", true);

    private record Several(List<InventoryView> items, List<String> missing) {}

    private record Adjusted(String adjustmentId, InventoryView inventory) {}

    private record Adjustment(long delta, String reason) {}

    private final ReadGateway reads;
    private final Writes writes;

    public InventoryRoutes(ReadGateway reads, Writes writes) {
        this.reads = reads;
        this.writes = writes;
    }

    public void show(Context ctx) {
        QueryParameters query = QueryParameters.of(ctx, "consistency", "at");
        boolean fresh = query.choice("consistency", FRESH, false);
        OptionalLong at = query.moment("at");
        String sku = ctx.pathParam("sku");
        if (at.isPresent()) {
            if (query.raw("consistency") != null) {
                throw Problems.invalidParameter("at", "has only one consistency")
                        .exception();
            }
            showAt(ctx, sku, at.getAsLong());
            return;
        }
        InventoryItem item = read(sku, fresh).orElseThrow(() -> notFound(sku));
        if (Preconditions.notModified(ctx, item.version())) {
            ctx.header("Cache-Control", Replies.NEVER);
        } else {
            Replies.json(ctx, 200, Replies.NEVER, InventoryView.of(item, reads.nowMicros()));
        }
    }

    private void showAt(Context ctx, String sku, long atMicros) {
        if (atMicros > reads.nowMicros()) {
            throw Problems.invalidParameter("at", "is in the future").exception();
        }
        InventoryItem item = Optional.of(sku)
                .filter(Sku::isValid)
                .flatMap(valid -> reads.inventoryAt(valid, atMicros))
                .orElseThrow(() -> notFound(sku));
        if (Preconditions.notModified(ctx, item.version())) {
            ctx.header("Cache-Control", Replies.NEVER);
        } else {
            Replies.json(ctx, 200, Replies.NEVER, InventoryView.of(item, atMicros));
        }
    }

    public void ledger(Context ctx) {
        QueryParameters query = QueryParameters.of(ctx, "limit", "cursor");
        int limit = query.limit();
        String sku = ctx.pathParam("sku");
        if (!Sku.isValid(sku)) {
            throw notFound(sku);
        }
        String cursor = query.raw("cursor");
        LedgerMark from = cursor == null ? null : Cursors.ledgerMark(sku, cursor);
        LedgerPage page = reads.ledger(sku, from, limit).orElseThrow(() -> notFound(sku));
        Replies.json(ctx, 200, Replies.NEVER, LedgerView.of(sku, page, limit));
    }

    public void several(Context ctx) {
        List<String> skus = QueryParameters.of(ctx, "skus").skus();
        if (skus.isEmpty()) {
            throw Problems.invalidParameter("skus", "is required").exception();
        }
        Map<String, InventoryItem> found = reads.inventories(skus);
        long nowMicros = reads.nowMicros();
        List<InventoryView> items = new ArrayList<>(skus.size());
        List<String> missing = new ArrayList<>();
        for (String sku : skus) {
            InventoryItem item = found.get(sku);
            if (item == null) {
                missing.add(sku);
            } else {
                items.add(InventoryView.of(item, nowMicros));
            }
        }
        Replies.json(ctx, 200, Replies.NEVER, new Several(items, missing));
    }

    public void set(Context ctx) {
        QueryParameters.of(ctx);
        String sku = ctx.pathParam("sku");
        long ifVersion = Preconditions.replaceOrCreate(ctx);
        byte[] body = RequestBodies.json(ctx);
        long onHand = RequestBodies.parsed(body, object -> object.integer("onHand", 0, Limits.ON_HAND_MAX));
        // Stock begins with a product; stock that exists outlives an archived one, because holds may still end on it.
        if (!Sku.isValid(sku)) {
            throw Problem.of(ProblemCode.PRODUCT_NOT_FOUND, "The catalogue has no product " + sku + ".")
                    .with("sku", sku)
                    .exception();
        }
        CommandKey key = IdempotencyKeys.optional(ctx, body);
        Command command = ifVersion == 0 && reads.product(sku).isEmpty()
                ? Writes.refusal(key, sku, Outcome.PRODUCT_NOT_FOUND, sku)
                : new SetStock(key, sku, onHand, ifVersion, adjustmentId());
        writes.run(ctx, command, answer -> {
            InventoryItem item = stock(answer);
            ctx.header("ETag", Preconditions.tag(item.version()));
            Replies.json(
                    ctx,
                    answer.outcome() == Outcome.CREATED ? 201 : 200,
                    Replies.NEVER,
                    InventoryView.of(item, answer.atMicros()));
        });
    }

    public void adjust(Context ctx) {
        QueryParameters.of(ctx);
        IdempotencyKeys.require(ctx);
        String sku = ctx.pathParam("sku");
        byte[] body = RequestBodies.json(ctx);
        Adjustment asked = RequestBodies.parsed(body, object -> {
            long delta = object.integer("delta", -Limits.ON_HAND_MAX, Limits.ON_HAND_MAX);
            if (delta == 0) {
                object.refuse("delta", "must not be 0");
            }
            return new Adjustment(delta, object.line("reason", 1, REASON_LENGTH_MAX));
        });
        if (!Sku.isValid(sku)) {
            throw notFound(sku);
        }
        String adjustmentId = adjustmentId();
        writes.run(
                ctx,
                new AdjustStock(IdempotencyKeys.required(ctx, body), sku, asked.delta(), asked.reason(), adjustmentId),
                answer -> {
                    InventoryItem item = stock(answer);
                    ctx.header("ETag", Preconditions.tag(item.version()));
                    Replies.json(
                            ctx,
                            201,
                            Replies.NEVER,
                            new Adjusted(
                                    Objects.requireNonNullElse(answer.ref(), adjustmentId),
                                    InventoryView.of(item, answer.atMicros())));
                });
    }

    private Optional<InventoryItem> read(String sku, boolean fresh) {
        if (!Sku.isValid(sku)) {
            return Optional.empty();
        }
        return fresh ? reads.freshInventory(sku) : reads.inventory(sku);
    }

    private static String adjustmentId() {
        return "adj_" + Entropy.digits();
    }

    private static InventoryItem stock(Answer answer) {
        return Objects.requireNonNull(answer.inventory(), "an accepted change of stock without the stock");
    }

    private static RuntimeException notFound(String sku) {
        return Problem.of(ProblemCode.INVENTORY_NOT_FOUND, "No stock was ever recorded for " + sku + ".")
                .with("sku", sku)
                .exception();
    }
}
