package io.storegrid.domain;

/** Why stock changed: one value for each kind of entry in the stock ledger. */
public enum LedgerReason {
    /** The first entry of a SKU: what was on hand when its stock began. */
    INITIAL,
    /** Units came in or were written off. */
    ADJUSTED,
    /** A stock-take set the number on hand. */
    COUNTED,
    /** Units are held for a reservation. */
    RESERVED,
    /** Held units left the house. */
    CONFIRMED,
    /** Held units were given back by their holder. */
    RELEASED,
    /** Held units came back because the hold ran out. */
    EXPIRED,
    /** Sold units came back with a cancelled order. */
    RESTOCKED
}
