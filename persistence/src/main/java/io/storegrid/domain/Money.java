package io.storegrid.domain;

import java.util.Objects;

/** An amount in minor units (centavos) of one ISO 4217 currency. Never a floating-point number. */
public final class Money {

    private final long amountMinor;
    private final String currency;

    public Money(long amountMinor, String currency) {
        InvariantViolation.require(isCurrency(currency), "not a currency code [%s]", currency);
        this.amountMinor = amountMinor;
        this.currency = currency;
    }

    /** Whether {@code code} has the form of an ISO 4217 code: three capital letters. */
    public static boolean isCurrency(String code) {
        return code.length() == 3 && code.chars().allMatch(c -> c >= 'A' && c <= 'Z');
    }

    public long amountMinor() {
        return amountMinor;
    }

    public String currency() {
        return currency;
    }

    /** This amount {@code quantity} times. */
    public Money times(int quantity) {
        return new Money(Math.multiplyExact(amountMinor, (long) quantity), currency);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Money that && amountMinor == that.amountMinor && currency.equals(that.currency);
    }

    @Override
    public int hashCode() {
        return Objects.hash(amountMinor, currency);
    }

    @Override
    public String toString() {
        return amountMinor + " " + currency;
    }
}
