package io.storegrid.compute.lane;

import io.storegrid.compute.command.ArchiveProduct;
import io.storegrid.compute.command.ImportProducts;
import io.storegrid.compute.command.PutProduct;
import io.storegrid.domain.Answer;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.LineRefusal;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Product;
import io.storegrid.domain.StockChange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules of the catalogue. Always decided under the rows' locks. */
final class ProductRules {

    private ProductRules() {}

    static Verdict put(PutProduct command, WorkingSet rows) {
        String sku = command.product().sku();
        ProductEntry row = rows.product(sku);
        if (row.change() != null) {
            return new Verdict.Deferred();
        }
        Product stored = row.current();
        Product listed = stored == null || stored.archived() ? null : stored;
        if (command.ifVersion() != (listed == null ? 0 : listed.version())) {
            return conflict(listed, sku, rows);
        }
        Product next = command.product().stored(stored == null ? 1 : stored.version() + 1, rows.atMicros());
        return new Verdict.Decided(Answer.of(listed == null ? Outcome.CREATED : Outcome.CHANGED, rows.atMicros())
                .withProduct(row.become(next)));
    }

    static Verdict archive(ArchiveProduct command, WorkingSet rows) {
        ProductEntry row = rows.product(command.sku());
        if (row.change() != null) {
            return new Verdict.Deferred();
        }
        Product stored = row.current();
        if (stored == null || stored.archived()) {
            return new Verdict.Decided(
                    Answer.of(Outcome.PRODUCT_NOT_FOUND, rows.atMicros()).withRef(command.sku()));
        }
        if (command.ifVersion() != stored.version()) {
            return conflict(stored, command.sku(), rows);
        }
        return new Verdict.Decided(Answer.of(Outcome.CHANGED, rows.atMicros())
                .withProduct(row.become(stored.archivedAt(rows.atMicros()))));
    }

    static Verdict importLines(ImportProducts command, WorkingSet rows) {
        for (ImportProducts.Line line : command.lines()) {
            String sku = line.product().sku();
            if (rows.stock(sku).touched() || rows.product(sku).change() != null) {
                return new Verdict.Deferred();
            }
        }
        List<LineRefusal> refused = new ArrayList<>(0);
        for (ImportProducts.Line line : command.lines()) {
            Outcome outcome = line.onHand() < 0 ? Outcome.UNCHANGED : count(command, line, rows);
            if (outcome.accepted()) {
                describe(line, rows);
            } else {
                refused.add(new LineRefusal(line.number(), outcome));
            }
        }
        return new Verdict.Decided(Answer.of(Outcome.CHANGED, rows.atMicros()).withRefusedLines(refused));
    }

    private static Outcome count(ImportProducts command, ImportProducts.Line line, WorkingSet rows) {
        StockRow row = rows.stock(line.product().sku());
        InventoryItem item = row.current();
        if (item == null) {
            row.create(line.onHand(), command.importId());
            return Outcome.CREATED;
        }
        if (item.onHand() == line.onHand()) {
            return Outcome.UNCHANGED;
        }
        if (line.onHand() < item.reserved()) {
            return Outcome.BELOW_RESERVED;
        }
        row.absolute();
        row.apply(StockChange.count(command.importId(), line.onHand() - item.onHand()));
        return Outcome.CHANGED;
    }

    private static void describe(ImportProducts.Line line, WorkingSet rows) {
        ProductEntry row = rows.product(line.product().sku());
        Product base = row.base();
        Product next = line.product().stored(base == null ? 1 : base.version() + 1, rows.atMicros());
        Product current = row.current();
        if (current == null || !current.describesSameAs(next)) {
            row.become(base != null && base.describesSameAs(next) ? base : next);
        }
    }

    private static Verdict conflict(@Nullable Product stored, String sku, WorkingSet rows) {
        return new Verdict.Decided(Answer.of(Outcome.VERSION_CONFLICT, rows.atMicros())
                .withCurrentVersion(stored == null ? 0 : stored.version())
                .withRef(sku));
    }
}
