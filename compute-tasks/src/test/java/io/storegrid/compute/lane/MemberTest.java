package io.storegrid.compute.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.ExpireHold;
import io.storegrid.compute.command.SettleHold;
import io.storegrid.domain.Answer;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemberTest {

    private static final Command COMMAND =
            new SettleHold(new CommandKey("k", new byte[] {1}), TestRows.holdId(1), HoldState.RELEASED);

    private final Request first = new Request(COMMAND);
    private final Request twin = new Request(COMMAND);

    @ParameterizedTest(name = "{0}: the twin''s answer is a replay {1}")
    @CsvSource({"CHANGED, true", "RESERVATION_NOT_HELD, true", "KEY_REUSED, false"})
    void aTwinGetsTheFirstOnesAnswerAsAReplay(Outcome outcome, boolean replay) {
        Member member = new Member(first);
        assertTrue(member.run());
        member.join(new Member(twin));

        member.answer(Answer.of(outcome, 1));

        assertFalse(first.answer().join().replayed());
        assertEquals(replay, twin.answer().join().replayed());
        assertEquals(outcome, twin.answer().join().outcome());
        assertTrue(twin.running());
    }

    @Test
    void aWithdrawnTwinIsNotJoined() {
        Member member = new Member(first);
        assertTrue(member.run());
        assertTrue(twin.withdraw());
        member.join(new Member(twin));

        member.answer(Answer.of(Outcome.CHANGED, 1));

        assertFalse(twin.answer().isDone());
    }

    @Test
    void aMemberWhoseCallersAllLeftDoesNotRun() {
        assertTrue(first.withdraw());
        assertFalse(new Member(first).run());
    }

    @Test
    void aRequeuedMemberRunsAgainWithAllItsCallers() {
        Member member = new Member(first);
        assertTrue(member.run());
        member.join(new Member(twin));
        member.requeue();
        assertFalse(first.running() || twin.running());
        assertTrue(member.run());
        assertEquals(2, member.attempts());
        member.fail(new IllegalStateException("told"));
        assertTrue(first.answer().isCompletedExceptionally() && twin.answer().isCompletedExceptionally());
    }

    @Test
    void aRequeuedTwinOfOneThatLeftIsAnsweredStill() {
        Member member = new Member(first);
        assertTrue(member.run());
        member.join(new Member(twin));
        member.requeue();
        assertTrue(first.withdraw());
        assertTrue(member.run());

        member.answer(Answer.of(Outcome.CHANGED, 1));

        assertFalse(twin.answer().join().replayed(), "it is the first one now");
    }

    @Test
    void isAbandonedWhenEveryoneWasToldSomething() {
        Member member = new Member(first);
        assertTrue(member.run());
        member.join(new Member(twin));
        first.answer().completeExceptionally(new IllegalStateException("told"));
        assertFalse(member.abandoned());
        twin.answer().completeExceptionally(new IllegalStateException("told"));
        assertTrue(member.abandoned());
    }

    @Test
    void theLanesOwnCommandAlwaysRunsAndIsNeverAbandoned() {
        Member own = new Member(new ExpireHold(TestRows.holdId(1)));
        assertTrue(own.internal());
        assertTrue(own.run());
        assertFalse(own.abandoned());
        assertNull(own.key());
    }
}
