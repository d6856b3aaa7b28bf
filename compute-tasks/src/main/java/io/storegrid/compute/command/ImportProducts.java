package io.storegrid.compute.command;

import io.storegrid.domain.Product;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some lines of an import whose SKUs have one owner. Each line creates or replaces a product and, when it names a number
 * on hand, sets the stock. A line that already stands changes nothing, so the whole may be repeated.
 */
public final class ImportProducts implements Command {

    /** One line: a product and perhaps its stock. */
    public static final class Line {

        private final long number;
        private final Product product;
        private final long onHand;

        /**
         * @param number line number in the import, from 1
         * @param onHand units on hand; -1 when the line says nothing of stock
         */
        public Line(long number, Product product, long onHand) {
            this.number = number;
            this.product = product;
            this.onHand = onHand;
        }

        public long number() {
            return number;
        }

        public Product product() {
            return product;
        }

        public long onHand() {
            return onHand;
        }
    }

    private final String importId;
    private final Line[] lines;

    /**
     * @param importId names the import in the ledger
     * @param lines at least one
     */
    public ImportProducts(String importId, List<Line> lines) {
        this.importId = importId;
        this.lines = lines.toArray(new Line[0]);
    }

    public String importId() {
        return importId;
    }

    public List<Line> lines() {
        return List.of(lines);
    }

    @Override
    public @Nullable CommandKey key() {
        return null;
    }

    @Override
    public String home() {
        return lines[0].product().sku();
    }

    @Override
    public boolean repeatable() {
        return true;
    }
}
