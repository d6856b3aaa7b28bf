package io.storegrid.compute.lane;

import io.storegrid.domain.Answer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A batch after its members were decided in order: answers and effects, and who has to wait. */
final class Plan {

    private final WorkingSet rows;
    private final Map<Member, Answer> answers = new LinkedHashMap<>();
    private final List<Member> deferred = new ArrayList<>(0);
    private final Set<String> expireFirst = new TreeSet<>();
    private final Set<String> unreadStock = new TreeSet<>();
    private final Set<String> unreadHolds = new TreeSet<>();
    private final Set<String> unreadCarts = new TreeSet<>();

    private Plan(WorkingSet rows) {
        this.rows = rows;
    }

    /** Decides {@code batch} on {@code rows}, each member on what those before it left. */
    static Plan decide(List<Member> batch, WorkingSet rows) {
        Plan plan = new Plan(rows);
        for (Member member : batch) {
            Verdict verdict = Decider.decide(member.command(), rows);
            if (verdict instanceof Verdict.Decided decided) {
                plan.answers.put(member, decided.answer());
            } else if (verdict instanceof Verdict.NeedsRead needs) {
                plan.unreadStock.addAll(needs.stock());
                plan.unreadHolds.addAll(needs.holds());
                plan.unreadCarts.addAll(needs.carts());
            } else {
                if (verdict instanceof Verdict.ExpireFirst first) {
                    plan.expireFirst.addAll(first.skus());
                }
                plan.deferred.add(member);
            }
        }
        return plan;
    }

    WorkingSet rows() {
        return rows;
    }

    /** Decided members in order, with what they are told if everything turns out as decided. */
    Map<Member, Answer> answers() {
        return answers;
    }

    /** Members that were not decided, in order; first of the next batch. */
    List<Member> deferred() {
        return deferred;
    }

    /** SKUs whose due holds have to be expired before the deferred members. */
    Set<String> expireFirst() {
        return expireFirst;
    }

    /** Whether something has to be read before every member can be decided. */
    boolean incomplete() {
        return !(unreadStock.isEmpty() && unreadHolds.isEmpty() && unreadCarts.isEmpty());
    }

    Set<String> unreadStock() {
        return unreadStock;
    }

    Set<String> unreadHolds() {
        return unreadHolds;
    }

    Set<String> unreadCarts() {
        return unreadCarts;
    }
}
