package io.storegrid.domain;

import java.util.regex.Pattern;

/** The form of a cart's id: {@code cart_} and 32 lower-case hexadecimal digits of randomness. */
public final class CartId {

    private static final Pattern FORM = Pattern.compile("cart_[0-9a-f]{32}");

    private CartId() {}

    /** @param entropy 32 lower-case hexadecimal digits, unguessable */
    public static String of(String entropy) {
        String id = "cart_" + entropy;
        InvariantViolation.require(isValid(id), "not a cart's id [%s]", id);
        return id;
    }

    /** Whether {@code text} has the form of an id; says nothing about whether such a cart exists. */
    public static boolean isValid(String text) {
        return FORM.matcher(text).matches();
    }
}
