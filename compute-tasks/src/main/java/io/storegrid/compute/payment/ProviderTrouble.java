package io.storegrid.compute.payment;

/** Why one attempt brought no answer. */
final class ProviderTrouble extends Exception {

    private final boolean refusal;

    private ProviderTrouble(boolean refusal, String message, Throwable cause) {
        super(message, cause);
        this.refusal = refusal;
    }

    private ProviderTrouble(boolean refusal, String message) {
        super(message);
        this.refusal = refusal;
    }

    /** The provider is not well: another attempt may bring the answer. */
    static ProviderTrouble passing(String message) {
        return new ProviderTrouble(false, message);
    }

    static ProviderTrouble passing(String message, Throwable cause) {
        return new ProviderTrouble(false, message, cause);
    }

    /** The provider is well and does not want the request as it is: another attempt would hear the same. */
    static ProviderTrouble refusal(String message) {
        return new ProviderTrouble(true, message);
    }

    boolean isRefusal() {
        return refusal;
    }
}
