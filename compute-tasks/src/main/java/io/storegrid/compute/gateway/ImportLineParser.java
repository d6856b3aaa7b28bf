package io.storegrid.compute.gateway;

import io.storegrid.domain.Product;
import org.jspecify.annotations.Nullable;

/** Reads one line of an import. The form of a line is the HTTP side's business, so that side brings the parser. */
@FunctionalInterface
public interface ImportLineParser {

    /**
     * What a line says, or why it is refused.
     *
     * @param product null when the line is refused
     * @param onHand units on hand; -1 when the line says nothing of stock
     * @param code the problem code, when refused
     * @param detail for people, when refused
     */
    record ParsedLine(@Nullable Product product, long onHand, String code, String detail) {

        public static ParsedLine of(Product product, long onHand) {
            return new ParsedLine(product, onHand, "", "");
        }

        public static ParsedLine refused(String code, String detail) {
            return new ParsedLine(null, -1, code, detail);
        }
    }

    /**
     * Never throws for what a line holds.
     *
     * @param utf8 the bytes of one line without its line end
     */
    ParsedLine parse(byte[] utf8);
}
