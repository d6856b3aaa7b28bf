package io.storegrid.api.imports;

import io.javalin.http.Context;
import io.storegrid.api.http.Fingerprints;
import io.storegrid.api.http.HttpMetrics;
import io.storegrid.api.http.IdempotencyKeys;
import io.storegrid.api.http.QueryParameters;
import io.storegrid.api.http.Replies;
import io.storegrid.api.http.RequestBodies;
import io.storegrid.api.json.FieldErrors;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.Problems;
import io.storegrid.compute.gateway.ImportGateway;
import io.storegrid.compute.gateway.ImportStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;

/** {@code /v1/imports}. The lines of an import never are in memory together. Thread-safe. */
public final class ImportRoutes {

    /** Bytes of one import; some two million products. */
    public static final long IMPORT_BYTES_MAX = 512L << 20;

    private static final Set<String> NDJSON = Set.of("application/x-ndjson", "application/ndjson", "application/jsonl");
    private static final int CHUNK_BYTES = 64 << 10;

    private record StatusView(
            String id,
            ImportStatus.State state,
            long accepted,
            long rejected,
            long lastLine,
            List<ImportStatus.LineError> errors) {

        static StatusView of(ImportStatus status) {
            return new StatusView(
                    status.id(),
                    status.state(),
                    status.accepted(),
                    status.rejected(),
                    status.lastLine(),
                    status.errors());
        }
    }

    private final ImportGateway imports;
    private final long bytesMax;

    /** @param bytesMax bytes of one import at most, {@link #IMPORT_BYTES_MAX} outside tests */
    public ImportRoutes(ImportGateway imports, long bytesMax) {
        this.imports = imports;
        this.bytesMax = bytesMax;
    }

    public void create(Context ctx) throws IOException {
        QueryParameters.of(ctx);
        IdempotencyKeys.require(ctx);
        RequestBodies.requireMediaType(ctx, NDJSON);
        RequestBodies.requireLength(ctx, bytesMax);
        MessageDigest digest = Fingerprints.begun(ctx);
        Path spooled = imports.spool();
        ImportGateway.Started started;
        boolean handedOver = false;
        try {
            spool(ctx, spooled, digest);
            handedOver = true;
            started = imports.start(IdempotencyKeys.required(ctx, digest), spooled);
        } finally {
            if (!handedOver) {
                Files.deleteIfExists(spooled);
            }
        }
        if (started instanceof ImportGateway.Started.Accepted accepted) {
            accepted(ctx, accepted);
        } else {
            throw Problem.of(ProblemCode.IDEMPOTENCY_KEY_REUSED).exception();
        }
    }

    public void show(Context ctx) {
        QueryParameters.of(ctx);
        String id = ctx.pathParam("id");
        ImportStatus status = imports.status(id)
                .orElseThrow(() -> Problem.of(ProblemCode.IMPORT_NOT_FOUND, "There is no import " + id + ".")
                        .exception());
        Replies.json(ctx, 200, Replies.NEVER, StatusView.of(status));
    }

    private void accepted(Context ctx, ImportGateway.Started.Accepted accepted) {
        String id = accepted.importId();
        if (accepted.replayed()) {
            ctx.header("Idempotency-Replayed", "true");
        }
        ctx.header("Location", "/v1/imports/" + id);
        ImportStatus status = imports.status(id)
                .orElseGet(() -> new ImportStatus(id, ImportStatus.State.RUNNING, 0, 0, 0, List.of()));
        Replies.json(ctx, 202, Replies.NEVER, StatusView.of(status));
    }

    private void spool(Context ctx, Path spooled, MessageDigest digest) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        long total = 0;
        try (InputStream in = ctx.req().getInputStream();
                OutputStream out = Files.newOutputStream(spooled)) {
            for (int read = read(ctx, in, chunk); read >= 0; read = read(ctx, in, chunk)) {
                total += read;
                if (total > bytesMax) {
                    throw RequestBodies.tooLarge(ctx, bytesMax);
                }
                digest.update(chunk, 0, read);
                out.write(chunk, 0, read);
            }
        }
        HttpMetrics.bodyRead(ctx, total);
        if (total == 0) {
            FieldErrors errors = new FieldErrors();
            errors.add("", "must have at least one line");
            throw Problems.validationFailed(errors).exception();
        }
    }

    /** Keeps a fault of the caller's line apart from one of our disk. */
    private static int read(Context ctx, InputStream in, byte[] chunk) {
        try {
            return in.read(chunk);
        } catch (IOException e) {
            throw RequestBodies.brokenOff(ctx, e);
        }
    }
}
