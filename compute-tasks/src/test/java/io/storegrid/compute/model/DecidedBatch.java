package io.storegrid.compute.model;

import io.storegrid.domain.HoldState;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a batch came to, in the model's numbers. Equal ones are one object, known by its id. */
final class DecidedBatch {

    /** In place of an answer: not decided in this batch. */
    static final int DEFERRED = -1;

    /** In place of an answer: decided, and nobody waits for it. */
    static final int UNHEARD = 0;

    final int[] members;
    /** For each member a code of {@link Decisions}, {@link #DEFERRED} or {@link #UNHEARD}. */
    final int[] answers;

    final @Nullable Delta[] deltas = new Delta[World.SKUS];
    final @Nullable HoldState[] settlements = new HoldState[World.HOLDS];
    /** The operation that settles each hold; -1: the lane itself. */
    final int[] settledBy = new int[World.HOLDS];

    int made;
    int unreadStock;
    int unreadHolds;
    boolean writes;
    boolean defect;
    int id;

    DecidedBatch(int[] members) {
        this.members = members;
        this.answers = new int[members.length];
        Arrays.fill(settledBy, -1);
    }

    /**
     * The guarded change of one SKU.
     *
     * @param baseVersion the version that it was decided on
     * @param onHandAfter what memory says the row becomes
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Delta(
            int[] onHand,
            int[] reserved,
            boolean[] sale,
            long need,
            long needReserved,
            long expected,
            int baseVersion,
            int onHandAfter,
            int reservedAfter) {

        int entries() {
            return onHand.length;
        }

        int sumOnHand() {
            return Arrays.stream(onHand).sum();
        }

        int sumReserved() {
            return Arrays.stream(reserved).sum();
        }

        String signature() {
            return Arrays.toString(onHand) + Arrays.toString(reserved) + Arrays.toString(sale) + need + "/"
                    + needReserved + "/" + expected + "/" + baseVersion + "/" + onHandAfter + "/" + reservedAfter;
        }
    }

    boolean incomplete() {
        return unreadStock != 0 || unreadHolds != 0;
    }

    boolean changes(int sku) {
        return deltas[sku] != null;
    }

    String signature() {
        StringBuilder signature = new StringBuilder()
                .append(Arrays.toString(members))
                .append(Arrays.toString(answers))
                .append(Arrays.toString(settlements))
                .append(Arrays.toString(settledBy))
                .append(made)
                .append('/')
                .append(unreadStock)
                .append('/')
                .append(unreadHolds)
                .append(writes)
                .append(defect);
        for (Delta delta : deltas) {
            signature.append(delta == null ? "-" : delta.signature());
        }
        return signature.toString();
    }
}
