package io.storegrid.api.catalogue;

import io.storegrid.domain.Money;

/** An amount as callers see it. */
public record MoneyView(long amountMinor, String currency) {

    public static MoneyView of(Money money) {
        return new MoneyView(money.amountMinor(), money.currency());
    }
}
