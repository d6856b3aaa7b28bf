package io.storegrid.compute.catalogue;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Text as a shopper types it: lower case, without accents, "Maçã" and "maca" alike. */
final class Folding {

    private Folding() {}

    static String fold(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (isAscii(lower)) {
            return lower;
        }
        String parts = Normalizer.normalize(lower, Normalizer.Form.NFKD);
        StringBuilder folded = new StringBuilder(parts.length());
        for (int i = 0; i < parts.length(); i++) {
            char c = parts.charAt(i);
            if (Character.getType(c) != Character.NON_SPACING_MARK) {
                folded.append(c);
            }
        }
        return folded.toString();
    }

    /** The beginning of {@link #fold}, {@code max} UTF-16 units of it at most and no half character. */
    static String fold(String text, int max) {
        String folded = fold(text);
        if (folded.length() <= max) {
            return folded;
        }
        return folded.substring(0, Character.isHighSurrogate(folded.charAt(max - 1)) ? max - 1 : max);
    }

    /** The folded words of a search, none when it is blank. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (String word : fold(text).strip().split("\\s+", -1)) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f) {
                return false;
            }
        }
        return true;
    }
}
