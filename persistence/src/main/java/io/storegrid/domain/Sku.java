package io.storegrid.domain;

/** The form of a SKU: {@code [A-Za-z0-9._-]{1,64}}, chosen by the client, case-sensitive. */
public final class Sku {

    /** The form as a regular expression, for documents and messages. */
    public static final String FORM = "[A-Za-z0-9._-]{1,64}";

    private Sku() {}

    /** Whether {@code text} may name a product. */
    public static boolean isValid(String text) {
        int length = text.length();
        if (length == 0 || length > Limits.SKU_LENGTH_MAX) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            boolean allowed = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '.'
                    || c == '_'
                    || c == '-';
            if (!allowed) {
                return false;
            }
        }
        return true;
    }
}
