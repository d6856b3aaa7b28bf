package io.storegrid.compute.model;

import static io.storegrid.compute.model.Op.adjust;
import static io.storegrid.compute.model.Op.confirm;
import static io.storegrid.compute.model.Op.count;
import static io.storegrid.compute.model.Op.release;
import static io.storegrid.compute.model.Op.reserve;
import static io.storegrid.compute.model.Op.settleThatOf;

import java.util.List;

/** The scenarios: each is small enough to be explored to its last state in a second or two. */
final class Shops {

    private static final int[] ONE = {1, 0};
    private static final int[] BOTH = {1, 1};

    static final Scenario LAST_UNIT = Scenario.of("the last unit", 1)
            .asked(reserve(1).sent(2), reserve(1).sent(2))
            .faults(1, 1);

    static final Scenario ONE_KEY = Scenario.of("one key, four times", 2)
            .asked(reserve(1).sent(4))
            .faults(1, 1)
            .moving(1);

    static final Scenario TWO_KEYS = Scenario.of("two keys, each twice", 3)
            .asked(reserve(1).sent(2), reserve(2).sent(2))
            .faults(1, 1);

    static final Scenario BEHIND_THEM = Scenario.of("stock that came in unseen", 0)
            .remembered()
            .asked(reserve(1).sent(2), reserve(1), adjust(0, 1))
            .faults(0, 1);

    static final Scenario TWO_LINES = Scenario.of("two lines", 1, 2)
            .asked(reserve(1, 1).sent(2), reserve(1, 1).sent(2))
            .faults(1, 1);

    static final Scenario CROSSWISE = Scenario.of("two lines and single ones", 1, 1)
            .asked(reserve(1, 1), reserve(1, 1), reserve(0, 1), reserve(1, 0));

    static final Scenario SHORT_BESIDE = Scenario.of("one line short beside a release", 2, 2)
            .holding(BOTH)
            .asked(reserve(1, 1), reserve(1, 0), release(0));

    static final Scenario TWO_HOLDS =
            Scenario.of("two holds of two SKUs", 2, 1).holding(BOTH, ONE).asked(release(0), confirm(1), reserve(1, 1));

    static final Scenario RELEASE_PAYS = Scenario.of("a release beside reserves", 2)
            .holding(ONE)
            .asked(reserve(1), release(0), reserve(1), adjust(0, -1));

    static final Scenario ENDS = Scenario.of("the end of a hold", 1)
            .holding(ONE)
            .asked(confirm(0), release(0))
            .ticking();

    static final Scenario ENDS_UNHEARD = Scenario.of("the end of a hold, unheard", 1)
            .holding(ONE)
            .asked(confirm(0), release(0).sent(2))
            .ticking()
            .faults(0, 1)
            .oneByOne();

    static final Scenario ENDS_KILLED = Scenario.of("the end of a hold, killed", 1)
            .holding(ONE)
            .asked(confirm(0).sent(2))
            .ticking()
            .faults(1, 1)
            .oneByOne();

    static final Scenario TWO_ENDS = Scenario.of("two ends of one hold beside another", 2)
            .holding(ONE, ONE)
            .asked(confirm(0).sent(2), release(0))
            .faults(0, 1);

    static final Scenario REFUSED_FIRST = Scenario.of("a refusal, then a release", 1)
            .holding(ONE)
            .asked(reserve(1).sent(2), release(0))
            .faults(1, 0);

    static final Scenario DUE = Scenario.of("a due hold in the way", 1)
            .holding(ONE)
            .asked(reserve(1), confirm(0))
            .ticking();

    static final Scenario DUE_AGAIN = Scenario.of("a due hold in the way, twice asked", 1)
            .holding(ONE)
            .asked(reserve(1).sent(2))
            .ticking()
            .faults(1, 1)
            .oneByOne();

    static final Scenario DUE_LINES = Scenario.of("a due hold of two SKUs in the way", 1, 1)
            .holding(BOTH)
            .asked(reserve(1, 1), release(0))
            .ticking();

    static final Scenario OWN_HOLD = Scenario.of("reserve, then confirm", 1)
            .asked(reserve(1).sent(2), settleThatOf(0, Op.Kind.CONFIRM).sent(2), reserve(1))
            .faults(0, 1);

    static final Scenario COUNTED = Scenario.of("a stock-take", 1)
            .asked(count(2).sent(2), reserve(1), adjust(0, -1))
            .faults(1, 0);

    static final Scenario COUNTED_BELOW = Scenario.of("a stock-take below what is held", 2)
            .asked(count(0), reserve(1), adjust(0, 1).sent(2));

    static final Scenario COPIES =
            Scenario.of("copies", 1).asked(adjust(0, 1), reserve(1)).copied().faults(1, 1);

    static final Scenario COPIES_THRICE = Scenario.of("copies, three changes", 1)
            .asked(adjust(0, 1), reserve(1), adjust(0, 1))
            .copied()
            .oneByOne();

    static final Scenario TAKEOVER = Scenario.of("copies, a takeover", 1)
            .holding(ONE)
            .asked(release(0), reserve(1))
            .copied()
            .faults(1, 1);

    private Shops() {}

    /** Explored by every build. */
    static List<Scenario> all() {
        return List.of(
                LAST_UNIT,
                ONE_KEY,
                TWO_KEYS,
                BEHIND_THEM,
                TWO_LINES,
                CROSSWISE,
                SHORT_BESIDE,
                TWO_HOLDS,
                RELEASE_PAYS,
                ENDS,
                ENDS_UNHEARD,
                ENDS_KILLED,
                TWO_ENDS,
                REFUSED_FIRST,
                DUE,
                DUE_AGAIN,
                DUE_LINES,
                OWN_HOLD,
                COUNTED,
                COUNTED_BELOW,
                COPIES,
                COPIES_THRICE,
                TAKEOVER);
    }

    /** Larger ones, for a run by hand. */
    static List<Scenario> deeper() {
        return List.of(
                Scenario.of("deeper: the last unit, three callers", 1)
                        .asked(reserve(1).sent(2), reserve(1).sent(2), reserve(1))
                        .faults(0, 1),
                Scenario.of("deeper: two lines, three callers", 2, 2)
                        .asked(reserve(1, 1).sent(2), reserve(1, 1), reserve(2, 1))
                        .faults(1, 1),
                Scenario.of("deeper: the end of a hold", 1)
                        .holding(ONE)
                        .asked(confirm(0).sent(2), release(0))
                        .ticking()
                        .faults(0, 1),
                Scenario.of("deeper: due holds in the way", 2, 1)
                        .holding(BOTH, ONE)
                        .asked(reserve(2, 1), confirm(0))
                        .ticking(),
                Scenario.of("deeper: reserve, confirm or release, reserve", 1)
                        .asked(
                                reserve(1).sent(2),
                                settleThatOf(0, Op.Kind.CONFIRM),
                                settleThatOf(0, Op.Kind.RELEASE),
                                reserve(1))
                        .faults(1, 0),
                Scenario.of("deeper: stock that came in unseen", 0)
                        .remembered()
                        .asked(reserve(1).sent(2), reserve(1), adjust(0, 1).sent(2))
                        .faults(1, 1),
                Scenario.of("deeper: copies", 1)
                        .asked(adjust(0, 1).sent(2), reserve(1))
                        .copied()
                        .faults(1, 1));
    }
}
