package io.storegrid.compute.payment;

import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.Money;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to be paid for one order, as the provider is told of it.
 *
 * @param reference ours, one for each attempt, the provider's idempotency key: however often something is asked under it, it
 *     happens once. Whoever knows it can answer for the provider, so it is made by {@link #newReference} and shown to nobody
 *     else; 16 to 64 letters, digits, underscores and dashes
 * @param orderId what is paid for; 1 to 64 letters, digits, dots, colons, underscores and dashes
 * @param method the shopper's word for how, as {@link #isMethod} allows it; never card data
 * @param amount more than nothing; for a refund what is to be given back
 * @param callbackUrl where a provider that knows the answer only later posts it; null when nobody listens
 */
public record PaymentRequest(
        String reference,
        String orderId,
        String method,
        Money amount,
        @Nullable URI callbackUrl) {

    private static final Pattern REFERENCE = Pattern.compile("[A-Za-z0-9_-]{16,64}");
    private static final Pattern ORDER = Pattern.compile("[A-Za-z0-9._:-]{1,64}");
    private static final Pattern METHOD = Pattern.compile("[a-z0-9._:-]{1,64}");

    /** The lengths that card numbers have (ISO/IEC 7812). */
    private static final Pattern CARD_LIKE = Pattern.compile("[0-9]{12,19}");

    private static final Pattern SEPARATORS = Pattern.compile("[._:-]");

    /** 160 bits: not to be guessed in any number of tries. */
    private static final int REFERENCE_BYTES = 20;

    private static final SecureRandom RANDOM = new SecureRandom();

    public PaymentRequest {
        InvariantViolation.require(REFERENCE.matcher(reference).matches(), "not a payment reference");
        InvariantViolation.require(ORDER.matcher(orderId).matches(), "not an order id [%s]", orderId);
        // Not shown: what was refused may be a card number.
        InvariantViolation.require(isMethod(method), "not a payment method [order=%s]", orderId);
        InvariantViolation.require(amount.amountMinor() > 0, "nothing to pay [order=%s]", orderId);
    }

    /** A reference that nobody can guess. */
    public static String newReference() {
        byte[] bytes = new byte[REFERENCE_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * Whether {@code text} can name a way to pay: 1 to 64 small letters, digits, dots, colons, underscores and dashes, and not
     * what looks like the number of a card (12 to 19 digits whose check digit fits), which must not get in even by mistake.
     */
    public static boolean isMethod(String text) {
        if (!METHOD.matcher(text).matches()) {
            return false;
        }
        Matcher digits = CARD_LIKE.matcher(SEPARATORS.matcher(text).replaceAll(""));
        while (digits.find()) {
            if (checkDigitFits(digits.group())) {
                return false;
            }
        }
        return true;
    }

    /** Luhn's sum. */
    private static boolean checkDigitFits(String digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int weighed = i % 2 == 0 ? digit : 2 * digit;
            sum += weighed > 9 ? weighed - 9 : weighed;
        }
        return sum % 10 == 0;
    }

    /** This request for another amount: what the provider took may differ from what it was asked for. */
    public PaymentRequest withAmount(Money newAmount) {
        return new PaymentRequest(reference, orderId, method, newAmount, callbackUrl);
    }

    /** Without the reference, which must not get into logs. */
    @Override
    public String toString() {
        return "PaymentRequest[order=" + orderId + ", method=" + method + ", amount=" + amount + "]";
    }
}
