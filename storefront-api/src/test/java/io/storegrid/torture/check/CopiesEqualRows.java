package io.storegrid.torture.check;

import io.storegrid.torture.history.FinalState;
import io.storegrid.torture.history.FinalState.CartRow;
import io.storegrid.torture.history.FinalState.Copy;
import io.storegrid.torture.history.FinalState.HoldRow;
import io.storegrid.torture.history.FinalState.OrderRow;
import io.storegrid.torture.history.FinalState.StockRow;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * At rest the grid is what PostgreSQL has (I12): every copy equals its row in all that it says; an owner has a copy of each of
 * its entries that was asked for, a backup may have none; every SKU was asked for at exactly one owner. Linear in the copies.
 */
final class CopiesEqualRows implements Checker {

    @Override
    public String name() {
        return "copies equal rows (I12)";
    }

    @Override
    public void check(Books books, Findings findings) {
        FinalState end = books.end();
        Map<String, String> owners = new HashMap<>();
        Set<String> entries = new HashSet<>();
        for (Copy copy : end.copies()) {
            SortedMap<String, String> row = row(copy, end);
            String entry = copy.cache() + " " + copy.key();
            entries.add(entry);
            if (copy.primary()) {
                String other = owners.put(entry, copy.node());
                findings.require(
                        other == null || other.equals(copy.node()),
                        "{} has two owners, {} and {}",
                        entry,
                        other,
                        copy.node());
            }
            if (copy.fields().isEmpty()) {
                findings.require(
                        !copy.primary() || row == null,
                        "{}: its owner {} has no copy, the row is {}",
                        entry,
                        copy.node(),
                        row);
                continue;
            }
            if (row == null) {
                findings.violation("{}: {} has {}, and there is no row", entry, copy.node(), copy.fields());
                continue;
            }
            SortedMap<String, String> said = new TreeMap<>(row);
            said.keySet().retainAll(copy.fields().keySet());
            findings.require(
                    said.equals(copy.fields()),
                    "{}: {} {} has {}, the row is {}",
                    entry,
                    copy.primary() ? "owner" : "backup",
                    copy.node(),
                    copy.fields(),
                    row);
        }
        for (String sku : end.stock().keySet()) {
            findings.require(
                    owners.containsKey(Copy.INVENTORY + " " + sku), "nobody said that it owns the stock of {}", sku);
        }
        findings.note("{} entries on {} copies", entries.size(), end.copies().size());
    }

    private static @Nullable SortedMap<String, String> row(Copy copy, FinalState end) {
        return switch (copy.cache()) {
            case Copy.INVENTORY -> {
                StockRow row = end.stock().get(copy.key());
                yield row == null ? null : FinalState.fields(row);
            }
            case Copy.RESERVATIONS -> {
                HoldRow row = end.holds().get(copy.key());
                yield row == null ? null : FinalState.fields(row);
            }
            case Copy.CARTS -> {
                CartRow row = end.carts().get(copy.key());
                yield row == null ? null : FinalState.fields(row);
            }
            case Copy.ORDERS -> {
                OrderRow row = end.orders().get(copy.key());
                yield row == null ? null : FinalState.fields(row);
            }
            default -> throw new IllegalArgumentException("no such cache: " + copy);
        };
    }
}
