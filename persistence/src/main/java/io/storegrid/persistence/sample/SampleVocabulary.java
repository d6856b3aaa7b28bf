package io.storegrid.persistence.sample;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.storegrid.domain.InvariantViolation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The words that the generator composes: categories, families of products, the axes along which a family varies, and how
 * units are packed. Every text is whole Portuguese; agreement is chosen by the gender of a family's noun.
 *
 * @param axes flavours, colours, themes by name
 * @param sizes weights, volumes, counts by name
 * @param packs how several units are sold as one
 * @param lines product lines, each a variation of everything
 */
record SampleVocabulary(
        Map<String, Axis> axes,
        Map<String, Sizes> sizes,
        List<Pack> packs,
        List<Line> lines,
        List<Category> categories) {

    private static final String RESOURCE = "/sample/vocabulary.json";

    /**
     * A way to vary.
     *
     * @param attribute name of the product attribute
     * @param title how a value stands in a title, with {@code {v}} for the value
     * @param phrase how a value stands in a sentence
     * @param values a value, or {@code masculine|feminine}
     */
    record Axis(String attribute, String title, String phrase, List<String> values) {}

    /** A way to vary in size; named apart because size moves the price. */
    record Sizes(String attribute, String phrase, List<Size> values) {}

    /**
     * One size.
     *
     * @param percent price relative to the family's first size, in percent
     * @param words the size in a sentence; null: as the label
     */
    record Size(String label, long percent, @Nullable String words) {
        String spoken() {
            return words == null ? label : words;
        }
    }

    /** Several units sold as one. */
    record Pack(String label, String sku, int units, long percent, String sentence) {}

    /** A product line. */
    record Line(String label, String sku, long percent, String sentence) {}

    /** A category: how its things are kept and what is true of all of them. */
    record Category(String name, String care, Map<String, String> fixed, List<Family> families) {}

    /**
     * Products that differ only along axes and sizes.
     *
     * @param code first part of the SKU
     * @param noun singular, begins the title
     * @param gender {@code m} or {@code f}
     * @param kinds variants that only this family has; null: none
     * @param price of the first size, in centavos
     * @param about a sentence or two
     * @param uses infinitives that follow "para"
     */
    record Family(
            String code,
            String noun,
            String gender,
            List<String> axes,
            @Nullable List<String> kinds,
            String size,
            long price,
            String about,
            List<String> uses) {

        boolean feminine() {
            return gender.equals("f");
        }
    }

    static SampleVocabulary load() {
        try (InputStream in = SampleVocabulary.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new InvariantViolation("not in the jar [resource=" + RESOURCE + "]");
            }
            return new ObjectMapper().readValue(in, SampleVocabulary.class);
        } catch (IOException e) {
            throw new UncheckedIOException("unreadable [resource=" + RESOURCE + "]", e);
        }
    }

    Axis axis(String name) {
        return named(axes, name);
    }

    Sizes sizes(String name) {
        return named(sizes, name);
    }

    private static <T> T named(Map<String, T> all, String name) {
        T found = all.get(name);
        if (found == null) {
            throw new InvariantViolation("the vocabulary has no such axis [name=" + name + "]");
        }
        return found;
    }
}
