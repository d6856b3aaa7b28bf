package io.storegrid.api.operations;

import io.javalin.http.Context;
import io.storegrid.api.http.QueryParameters;
import io.storegrid.api.http.Replies;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.Problems;
import io.storegrid.compute.gateway.Operations;
import io.storegrid.domain.LedgerVerdict;
import io.storegrid.domain.Sku;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code /v1/admin}. Thread-safe. */
public final class AdminRoutes {

    private record Draining(boolean draining) {}

    private record LedgerProblem(String sku, long version, String what) {}

    private record Verified(
            boolean verified, long entries, long skus, String heads, long tookMs, List<LedgerProblem> problems) {}

    private record Invariants(boolean hold, List<Operations.Invariant> items) {}

    private final Operations operations;
    private final AtomicBoolean reconciling = new AtomicBoolean();
    private final AtomicBoolean verifying = new AtomicBoolean();

    public AdminRoutes(Operations operations) {
        this.operations = operations;
    }

    public void topology(Context ctx) {
        QueryParameters.of(ctx);
        Replies.json(ctx, 200, Replies.NEVER, operations.topology());
    }

    public void affinity(Context ctx) {
        QueryParameters.of(ctx);
        String sku = ctx.pathParam("sku");
        if (!Sku.isValid(sku)) {
            throw Problems.invalidParameter("sku", "must have the form " + Sku.FORM)
                    .exception();
        }
        Replies.json(ctx, 200, Replies.NEVER, operations.affinity(sku));
    }

    public void drain(Context ctx) {
        QueryParameters.of(ctx);
        operations.drain();
        Replies.json(ctx, 202, Replies.NEVER, new Draining(true));
    }

    public void reconcile(Context ctx) {
        QueryParameters.of(ctx);
        if (!reconciling.compareAndSet(false, true)) {
            throw Problem.of(ProblemCode.OVERLOADED, "A comparison is running already.")
                    .exception();
        }
        try {
            Replies.json(ctx, 200, Replies.NEVER, operations.reconcile());
        } finally {
            reconciling.set(false);
        }
    }

    public void verifyLedger(Context ctx) {
        String sku = QueryParameters.of(ctx, "sku").raw("sku");
        if (sku != null && !Sku.isValid(sku)) {
            throw Problems.invalidParameter("sku", "must have the form " + Sku.FORM)
                    .exception();
        }
        if (!verifying.compareAndSet(false, true)) {
            throw Problem.of(ProblemCode.OVERLOADED, "A verification is running already.")
                    .exception();
        }
        try {
            Operations.LedgerReport report = operations.verifyLedger(sku);
            LedgerVerdict verdict = report.verdict();
            if (sku != null && verdict.entries() == 0 && verdict.verified()) {
                throw Problem.of(ProblemCode.INVENTORY_NOT_FOUND, "No stock was ever recorded for " + sku + ".")
                        .with("sku", sku)
                        .exception();
            }
            List<LedgerProblem> problems = verdict.problems().stream()
                    .map(problem -> new LedgerProblem(problem.sku(), problem.version(), problem.what()))
                    .toList();
            Replies.json(
                    ctx,
                    200,
                    Replies.NEVER,
                    new Verified(
                            verdict.verified(),
                            verdict.entries(),
                            verdict.skus(),
                            verdict.heads(),
                            report.tookMs(),
                            problems));
        } finally {
            verifying.set(false);
        }
    }

    public void invariants(Context ctx) {
        QueryParameters.of(ctx);
        List<Operations.Invariant> items = operations.invariants();
        boolean hold = items.stream().allMatch(invariant -> invariant.violations() == 0);
        Replies.json(ctx, 200, Replies.NEVER, new Invariants(hold, items));
    }
}
