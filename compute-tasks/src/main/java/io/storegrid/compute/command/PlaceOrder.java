package io.storegrid.compute.command;

import io.storegrid.compute.payment.PaymentRequest;
import io.storegrid.domain.Person;
import org.jspecify.annotations.Nullable;

/**
 * Makes an order of a cart as it stands: holds its units, by the hold it has or a new one, freezes its prices, and states
 * that its payment is to be asked for. What is paid is the catalogue's, never the caller's, to say.
 */
public final class PlaceOrder implements Command {

    private final @Nullable CommandKey key;
    private final String cartId;
    private final String paymentMethod;
    private final Person person;
    private final String entropy;
    private final String paymentReference;

    /**
     * @param paymentMethod a word that the payment provider knows
     * @param person who orders; the customer that the cart names is added
     * @param entropy 32 lower-case hexadecimal digits that make the ids of the order and, when it needs a new one, its hold
     * @param paymentReference ours, unguessable: what the provider is to know the payment by
     */
    public PlaceOrder(
            @Nullable CommandKey key,
            String cartId,
            String paymentMethod,
            Person person,
            String entropy,
            String paymentReference) {
        this.key = key;
        this.cartId = cartId;
        this.paymentMethod = paymentMethod;
        this.person = person;
        this.entropy = entropy;
        this.paymentReference = paymentReference;
    }

    /** Whether {@code text} can be the word for a payment method; the number of a card cannot. */
    public static boolean isPaymentMethod(String text) {
        return PaymentRequest.isMethod(text);
    }

    /** A payment reference that nobody can guess. */
    public static String newPaymentReference() {
        return PaymentRequest.newReference();
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public String cartId() {
        return cartId;
    }

    public String paymentMethod() {
        return paymentMethod;
    }

    public Person person() {
        return person;
    }

    public String entropy() {
        return entropy;
    }

    public String paymentReference() {
        return paymentReference;
    }

    @Override
    public String home() {
        return cartId;
    }

    @Override
    public boolean repeatable() {
        return key != null;
    }
}
