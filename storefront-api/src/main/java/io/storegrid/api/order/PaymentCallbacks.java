package io.storegrid.api.order;

import io.javalin.http.Context;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Who may say what became of a payment.
 *
 * @param token what a provider proves itself with, in {@code Authorization: Bearer}; null: by knowing the payment's reference
 *     alone
 * @param showReference whether callers see references: where one is all the proof that is asked for, only beside a provider
 *     that takes no real money
 */
public record PaymentCallbacks(@Nullable String token, boolean showReference) {

    private static final String SCHEME = "Bearer ";

    /** Refuses whoever does not prove to be the provider. */
    void require(Context ctx) {
        String wanted = token;
        if (wanted == null) {
            return;
        }
        String sent = ctx.header("Authorization");
        boolean right = sent != null
                && sent.startsWith(SCHEME)
                && MessageDigest.isEqual(
                        sent.substring(SCHEME.length()).getBytes(StandardCharsets.UTF_8),
                        wanted.getBytes(StandardCharsets.UTF_8));
        if (!right) {
            throw Problem.of(ProblemCode.UNAUTHENTICATED, "The payment provider's token is missing or wrong.")
                    .exception();
        }
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "PaymentCallbacks[token=" + (token == null ? "none" : "set") + ", showReference=" + showReference + "]";
    }
}
