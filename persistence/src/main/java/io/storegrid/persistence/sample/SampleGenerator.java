package io.storegrid.persistence.sample;

import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.Money;
import io.storegrid.domain.Product;
import io.storegrid.persistence.sample.SampleVocabulary.Axis;
import io.storegrid.persistence.sample.SampleVocabulary.Category;
import io.storegrid.persistence.sample.SampleVocabulary.Family;
import io.storegrid.persistence.sample.SampleVocabulary.Line;
import io.storegrid.persistence.sample.SampleVocabulary.Pack;
import io.storegrid.persistence.sample.SampleVocabulary.Size;
import io.storegrid.persistence.sample.SampleVocabulary.Sizes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a confectionery marketplace's catalogue of any size up to {@link #capacity}. The same seed and count give the same
 * bytes everywhere; an item's price and stock depend on the seed and its SKU alone, so a larger catalogue contains the
 * items of a smaller one unchanged as far as both have them.
 *
 * <p>A catalogue grows in rounds: first every family along its axes and sizes, then the same in packs, then in product
 * lines. The last round is thinned evenly, so that every category keeps its share.
 */
public final class SampleGenerator {

    /** The seed of the checked-in catalogue. */
    public static final long SEED = 20_261_101L;

    /** A pack of something dearer than this, in centavos, is nothing that a confectioner buys. */
    private static final long PACKED_PRICE_MAX = 4_000;

    private static final long STOCK_MAX = 10_000;
    private static final String[] SAYING_WHICH = {"Esta opção vem", "Este item vem"};
    private static final int[] PRICE_ENDINGS = {90, 90, 99, 50};

    private final SampleVocabulary words = SampleVocabulary.load();
    private final List<Variant> variants = new ArrayList<>();
    private final List<Round> rounds = new ArrayList<>();
    private final long seed;

    /** One family at one point of its axes. */
    private record Variant(
            Category category, Family family, @Nullable String kind, List<String> values, Size size) {

        boolean packable() {
            return family.price() * size.percent() / 100 <= PACKED_PRICE_MAX;
        }
    }

    /** All variants once, in one pack of one line. */
    private record Round(@Nullable Pack pack, @Nullable Line line) {}

    public SampleGenerator(long seed) {
        this.seed = seed;
        for (Category category : words.categories()) {
            for (Family family : category.families()) {
                expand(category, family, 0, List.of());
            }
        }
        List<@Nullable Line> lines = new ArrayList<>();
        lines.add(null);
        lines.addAll(words.lines());
        for (Line line : lines) {
            rounds.add(new Round(null, line));
            words.packs().forEach(pack -> rounds.add(new Round(pack, line)));
        }
    }

    /**
     * {@code SampleGenerator [--count=6000] [--seed=…] [--gzip]} writes newline-delimited JSON to standard output, ready
     * for {@code POST /v1/imports}.
     */
    public static void main(String[] args) throws IOException {
        int count = SampleCatalogue.SIZE;
        long seed = SEED;
        boolean gzip = false;
        for (String arg : args) {
            if (arg.startsWith("--count=")) {
                count = Integer.parseInt(arg.substring("--count=".length()));
            } else if (arg.startsWith("--seed=")) {
                seed = Long.parseLong(arg.substring("--seed=".length()));
            } else if (arg.equals("--gzip")) {
                gzip = true;
            } else {
                throw new IllegalArgumentException("unknown option: " + arg);
            }
        }
        OutputStream plain = new BufferedOutputStream(System.out, 1 << 16);
        if (gzip) {
            GZIPOutputStream packed = new GZIPOutputStream(plain);
            new SampleGenerator(seed).write(count, packed);
            packed.finish();
        } else {
            new SampleGenerator(seed).write(count, plain);
        }
        plain.flush();
    }

    /** The most items that the vocabulary can name. */
    public int capacity() {
        return rounds.stream().mapToInt(this::sizeOf).sum();
    }

    /** Writes {@code count} lines. */
    public void write(int count, OutputStream out) {
        generate(count, item -> {
            try {
                out.write(SampleLines.write(item));
                out.write('\n');
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Hands {@code count} items to {@code sink}, one at a time. */
    public void generate(int count, Consumer<SampleItem> sink) {
        InvariantViolation.require(
                0 <= count && count <= capacity(), "count out of range [count=%d, max=%d]", count, capacity());
        int left = count;
        for (Round round : rounds) {
            int size = sizeOf(round);
            int taken = Math.min(left, size);
            long index = 0;
            for (Variant variant : variants) {
                if (!fits(round, variant)) {
                    continue;
                }
                if ((index + 1) * taken / size > index * taken / size) {
                    sink.accept(item(round, variant));
                }
                index++;
            }
            left -= taken;
        }
    }

    private int sizeOf(Round round) {
        return (int) variants.stream().filter(variant -> fits(round, variant)).count();
    }

    private static boolean fits(Round round, Variant variant) {
        return round.pack() == null || variant.packable();
    }

    private void expand(Category category, Family family, int axis, List<String> chosen) {
        if (axis < family.axes().size()) {
            for (String value : words.axis(family.axes().get(axis)).values()) {
                List<String> more = new ArrayList<>(chosen);
                more.add(value);
                expand(category, family, axis + 1, more);
            }
            return;
        }
        for (Size size : words.sizes(family.size()).values()) {
            if (family.kinds() == null) {
                variants.add(new Variant(category, family, null, chosen, size));
            } else {
                family.kinds().forEach(kind -> variants.add(new Variant(category, family, kind, chosen, size)));
            }
        }
    }

    private SampleItem item(Round round, Variant variant) {
        Family family = variant.family();
        String sku = sku(round, variant);
        Random random = new Random(mixed(sku));
        Sizes sizes = words.sizes(family.size());

        StringBuilder title = new StringBuilder(family.noun());
        List<String> phrases = new ArrayList<>();
        Map<String, String> attributes = new TreeMap<>(variant.category().fixed());
        if (variant.kind() != null) {
            title.append(' ').append(variant.kind());
            attributes.put("tipo", variant.kind());
        }
        for (int i = 0; i < variant.values().size(); i++) {
            Axis axis = words.axis(family.axes().get(i));
            String value = variant.values().get(i);
            title.append(' ').append(axis.title().replace("{v}", agreeing(value, family.feminine())));
            // The words that carry a value in a sentence (cor, versão, moagem …) are feminine wherever it has two
            // forms.
            phrases.add(axis.phrase().replace("{v}", agreeing(value, true)));
            attributes.put(axis.attribute(), agreeing(value, false));
        }
        title.append(' ').append(variant.size().label());
        phrases.add(sizes.phrase().replace("{v}", variant.size().spoken()));
        attributes.put(sizes.attribute(), variant.size().label());

        StringBuilder description = new StringBuilder(family.about())
                .append(' ')
                .append(SAYING_WHICH[random.nextInt(SAYING_WHICH.length)])
                .append(' ')
                .append(String.join(", ", phrases))
                .append(". ")
                .append(purpose(family, random));
        if (round.line() != null) {
            title.append(", ").append(round.line().label());
            description.append(' ').append(round.line().sentence());
            attributes.put("linha", round.line().label().substring("linha ".length()));
        }
        if (round.pack() != null) {
            title.append(" (").append(round.pack().label()).append(')');
            description.append(' ').append(round.pack().sentence());
            attributes.put("unidades", Integer.toString(round.pack().units()));
        }
        description.append(' ').append(variant.category().care());

        Product product = new Product(
                sku,
                title.toString(),
                description.toString(),
                variant.category().name(),
                new Money(price(round, variant, random), "BRL"),
                attributes,
                media(variant, sku),
                0,
                false,
                0,
                0);
        return new SampleItem(product, onHand(random));
    }

    private static String purpose(Family family, Random random) {
        int first = random.nextInt(family.uses().size());
        int second = (first + 1 + random.nextInt(family.uses().size() - 1))
                % family.uses().size();
        String one = family.uses().get(first);
        String other = family.uses().get(second);
        return switch (random.nextInt(4)) {
            case 0 -> (family.feminine() ? "Indicada" : "Indicado") + " para " + one + " e " + other + ".";
            case 1 -> "Boa escolha para " + one + " ou " + other + ".";
            case 2 -> (family.feminine() ? "Perfeita" : "Perfeito") + " para " + one + " e também para " + other + ".";
            default -> "Use para " + one + " ou " + other + ".";
        };
    }

    private static long price(Round round, Variant variant, Random random) {
        long exact = variant.family().price() * variant.size().percent() / 100;
        exact = exact * (92 + random.nextInt(21)) / 100;
        if (round.pack() != null) {
            exact = exact * round.pack().percent() / 100;
        }
        if (round.line() != null) {
            exact = exact * round.line().percent() / 100;
        }
        int ending = PRICE_ENDINGS[random.nextInt(PRICE_ENDINGS.length)];
        return exact < 1_000 ? Math.max(50, exact / 5 * 5) : exact / 100 * 100 + ending;
    }

    /** Few at zero, some low, most between ten and some hundreds, a long tail up to the maximum. */
    private static long onHand(Random random) {
        double kind = random.nextDouble();
        double within = random.nextDouble();
        if (kind < 0.06) {
            return 0;
        }
        if (kind < 0.18) {
            return 1 + (long) (within * 9);
        }
        // StrictMath, because Math may differ in the last bit between processors.
        if (kind < 0.92) {
            return (long) StrictMath.exp(2.31 + within * 5.0);
        }
        return Math.min(STOCK_MAX, (long) StrictMath.exp(7.31 + within * 2.1));
    }

    private static String agreeing(String value, boolean feminine) {
        int bar = value.indexOf('|');
        if (bar < 0) {
            return value;
        }
        return feminine ? value.substring(bar + 1) : value.substring(0, bar);
    }

    private static String sku(Round round, Variant variant) {
        StringBuilder sku = new StringBuilder(variant.family().code());
        if (variant.kind() != null) {
            sku.append('-').append(slug(variant.kind()));
        }
        variant.values().forEach(value -> sku.append('-').append(slug(agreeing(value, false))));
        sku.append('-').append(slug(variant.size().label()).replace("-", ""));
        if (round.line() != null) {
            sku.append('-').append(round.line().sku());
        }
        if (round.pack() != null) {
            sku.append('-').append(round.pack().sku());
        }
        return sku.toString().toUpperCase(Locale.ROOT);
    }

    private static List<String> media(Variant variant, String sku) {
        String folder = "/media/" + slug(variant.category().name()) + "/" + sku.toLowerCase(Locale.ROOT);
        return List.of(folder + "-1.jpg", folder + "-2.jpg");
    }

    /** Lower case, no accents, words joined by hyphens. */
    private static String slug(String text) {
        String plain = Normalizer.normalize(text, Normalizer.Form.NFD).replaceAll("\\p{M}", "");
        return plain.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    /** FNV-1a over the SKU, so that neighbours in the catalogue share nothing. */
    private long mixed(String sku) {
        long hash = 0xcbf29ce484222325L ^ seed;
        for (byte b : sku.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ b) * 0x100000001b3L;
        }
        return hash;
    }
}
