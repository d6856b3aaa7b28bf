package io.storegrid.api.http;

/** Characters that may stand in a header value that we echo or store: {@code !} to {@code ~}. */
final class VisibleAscii {

    private VisibleAscii() {}

    /** Whether {@code text} has no other character. */
    static boolean only(String text) {
        return text.chars().allMatch(c -> c > ' ' && c <= '~');
    }

    /** {@code text} with every other character replaced by a hyphen. */
    static String of(String text) {
        StringBuilder visible = new StringBuilder(text);
        for (int i = 0; i < visible.length(); i++) {
            char c = visible.charAt(i);
            if (c <= ' ' || c > '~') {
                visible.setCharAt(i, '-');
            }
        }
        return visible.toString();
    }
}
