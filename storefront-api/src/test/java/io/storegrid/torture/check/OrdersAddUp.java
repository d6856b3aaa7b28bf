package io.storegrid.torture.check;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.PaymentState;
import io.storegrid.torture.check.Books.Ledger;
import io.storegrid.torture.history.FinalState;
import io.storegrid.torture.history.FinalState.CartRow;
import io.storegrid.torture.history.FinalState.HoldRow;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.FinalState.OrderRow;
import io.storegrid.torture.history.FinalState.PaymentRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * At rest orders, units and money agree, computed from the rows and the provider's books: an order's units are sold exactly
 * when its hold is CONFIRMED and its own, with its lines (I10); a cancelled order, and no other, gave back each of its lines
 * once; the provider has the money of what is sold and no other; a cart is one order at a time; and nothing remains to be done.
 * Linear in the number of rows, but for sorting the orders of a cart.
 */
final class OrdersAddUp implements Checker {

    @Override
    public String name() {
        return "orders, units and money agree (I10)";
    }

    @Override
    public void check(Books books, Findings findings) {
        FinalState end = books.end();
        if (end.orders().isEmpty() && end.payments().isEmpty()) {
            findings.skipped("the run has no orders");
            return;
        }
        Map<String, Long> kept = new TreeMap<>();
        for (PaymentRow payment : end.payments()) {
            kept.merge(payment.order(), payment.keptMinor(), Long::sum);
            findings.require(
                    end.orders().containsKey(payment.order()), "the provider knows no order of ours: {}", payment);
        }
        Map<String, List<String>> ofCarts = new TreeMap<>();
        Map<String, Integer> states = new TreeMap<>();
        end.orders().forEach((id, row) -> {
            states.merge(row.state().name(), 1, Integer::sum);
            ofCarts.computeIfAbsent(row.cart(), cart -> new ArrayList<>(1)).add(id);
            sold(id, row, end.holds().get(row.reservation()), findings);
            gaveBack(id, row, books.entriesOf(id), findings);
            paid(id, row, kept.getOrDefault(id, 0L), findings);
        });
        end.holds().forEach((id, row) -> {
            OrderRow order = end.orders().get(row.order());
            findings.require(
                    row.order().isEmpty()
                            || (order != null
                                    && (order.reservation().equals(id)
                                            || (row.state() != HoldState.HELD && row.state() != HoldState.CONFIRMED))),
                    "I10 hold {} {} is held or sold for an order that has another: {}",
                    id,
                    row,
                    order);
        });
        for (Ledger ledger : books.ledgers().values()) {
            for (int i = 0; i < ledger.size(); i++) {
                LedgerEntry entry = ledger.entry(i);
                findings.require(
                        entry.reason() != LedgerReason.RESTOCKED || end.orders().containsKey(entry.ref()),
                        "units came back of no order: {}",
                        entry);
            }
        }
        ofCarts.forEach((cart, ids) -> oneAtATime(cart, ids, books, findings));
        findings.note(
                "orders by state: {}; the provider knows {} payments",
                states,
                end.payments().size());
    }

    private static void sold(String id, OrderRow row, @Nullable HoldRow hold, Findings findings) {
        boolean own = hold != null && hold.order().equals(id);
        findings.require(
                hold != null && row.state().sold() == (hold.state() == HoldState.CONFIRMED && own),
                "I10 order {} {} has hold {}",
                id,
                row,
                hold);
        findings.require(
                !row.lines().isEmpty()
                        && (hold == null || !row.state().sold() || hold.lines().equals(row.lines())),
                "I10 order {} of {} sold {}",
                id,
                row.lines(),
                hold);
    }

    private static void gaveBack(String id, OrderRow row, List<LedgerEntry> entries, Findings findings) {
        Map<String, Long> back = new TreeMap<>();
        for (LedgerEntry entry : entries) {
            findings.require(
                    entry.reason() == LedgerReason.RESTOCKED
                            && entry.deltaReserved() == 0
                            && back.put(entry.sku(), entry.deltaOnHand()) == null,
                    "order {} moved units otherwise than by giving a line back once: {}",
                    id,
                    entry);
        }
        Map<String, Long> owed = new TreeMap<>();
        if (row.state() == OrderState.CANCELLED) {
            row.lines().forEach((sku, units) -> owed.put(sku, (long) units));
        }
        findings.require(back.equals(owed), "order {} {} gave back {}, not {}", id, row, back, owed);
    }

    private static void paid(String id, OrderRow row, long keptMinor, Findings findings) {
        boolean settled = row.payment() == PaymentState.APPROVED
                || row.payment() == PaymentState.DECLINED
                || row.payment() == PaymentState.REFUNDED;
        findings.require(
                settled && row.state() != OrderState.PENDING_PAYMENT && row.state() != OrderState.REFUND_DUE,
                "order {} has no end: {}",
                id,
                row);
        boolean bought = row.state().sold() && row.state() != OrderState.CANCELLED;
        findings.require(
                !settled || bought == (row.payment() == PaymentState.APPROVED),
                "order {} is {} and its payment {}",
                id,
                row.state(),
                row.payment());
        long owed = bought ? row.totalMinor() : 0;
        findings.require(
                !settled || keptMinor == owed,
                "the provider keeps {} for order {} {}, not {}",
                keptMinor,
                id,
                row,
                owed);
    }

    /** Of a cart's orders all but the last failed before the next was placed, and the cart says which one it is. */
    private static void oneAtATime(String cart, List<String> ids, Books books, Findings findings) {
        Map<String, OrderRow> orders = books.end().orders();
        ids.sort(Comparator.comparingLong(
                id -> orders.containsKey(id) ? orders.get(id).createdMicros() : 0));
        for (int i = 1; i < ids.size(); i++) {
            OrderRow one = orders.get(ids.get(i - 1));
            OrderRow next = orders.get(ids.get(i));
            if (one == null || next == null) {
                continue;
            }
            boolean gone = one.state() == OrderState.REFUNDED
                    || one.state() == OrderState.REFUND_DUE
                    || (one.state() == OrderState.PAYMENT_FAILED
                            && one.updatedMicros()
                                    <= next.createdMicros() + books.decisionMicros(next.createdMicros()));
            findings.require(
                    gone,
                    "cart {} was two orders at a time: {} {}, {} {}",
                    cart,
                    ids.get(i - 1),
                    one,
                    ids.get(i),
                    next);
        }
        String last = ids.get(ids.size() - 1);
        OrderRow row = orders.get(last);
        CartRow there = books.end().carts().get(cart);
        boolean stands = row != null && (row.state().sold() || row.state() == OrderState.PENDING_PAYMENT);
        findings.require(
                there != null && there.order().equals(stands ? last : ""),
                "cart {} {} became order {} {}",
                cart,
                there,
                last,
                row);
    }
}
