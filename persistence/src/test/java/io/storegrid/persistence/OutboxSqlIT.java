package io.storegrid.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.domain.EventFilter;
import io.storegrid.domain.EventPage;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.PublishedEvent;
import io.storegrid.domain.StoreEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxSqlIT {

    @SuppressWarnings("NullAway.Init")
    private TestDatabase database;

    @SuppressWarnings("NullAway.Init")
    private Connection reader;

    @BeforeEach
    void create() throws SQLException {
        database = TestDatabase.create();
        reader = database.connect();
    }

    @AfterEach
    void drop() throws SQLException {
        reader.close();
        database.close();
    }

    private Connection begun() throws SQLException {
        Connection connection = database.connect();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            // Takes the transaction's number, as a writer's first statement does.
            statement.execute("SELECT pg_current_xact_id()");
        }
        return connection;
    }

    private static void append(Connection connection, String subject, long... versions) throws SQLException {
        List<StoreEvent> events = new ArrayList<>();
        for (long version : versions) {
            events.add(new StoreEvent("inventory.changed", subject, version, "{\"v\":" + version + "}"));
        }
        int added = RoundTrip.alone(connection, trip -> OutboxSql.append(trip, events, 1_700_000_000_000_123L));
        assertEquals(versions.length, added);
    }

    private EventPage after(EventPosition position, int limit) throws SQLException {
        return OutboxSql.after(reader, position, EventFilter.ALL, limit);
    }

    private static List<String> told(EventPage page) {
        return page.events().stream()
                .map(event -> event.subject() + event.subjectSeq())
                .toList();
    }

    @Test
    void aTransactionThatCommitsLateIsNotPassed() throws SQLException {
        EventPosition start = OutboxSql.head(reader);
        try (Connection early = begun();
                Connection late = begun()) {
            append(early, "E", 1);
            append(late, "L", 1);
            late.commit();
            assertEquals(List.of(), told(after(start, 10)), "the early one may still say something");
            EventPosition joined = OutboxSql.head(reader);
            early.commit();
            assertEquals(List.of("E1", "L1"), told(after(start, 10)));
            assertEquals(List.of("E1", "L1"), told(after(joined, 10)), "whoever joined meanwhile is told of both");
            assertEquals(List.of(), told(after(OutboxSql.head(reader), 10)));
        }
    }

    @Test
    void whatIsRolledBackHoldsNobodyUp() throws SQLException {
        EventPosition start = OutboxSql.head(reader);
        try (Connection lost = begun();
                Connection kept = begun()) {
            append(lost, "X", 1);
            append(kept, "K", 1);
            kept.commit();
            lost.rollback();
            assertEquals(List.of("K1"), told(after(start, 10)));
        }
    }

    /** The one with the lower number waited for the other's row, so its version is the later one. */
    @Test
    void versionsStayInOrderAlthoughTransactionNumbersDoNot() throws SQLException {
        EventPosition start = OutboxSql.head(reader);
        try (Connection second = begun();
                Connection first = begun()) {
            append(first, "A", 1);
            first.commit();
            append(second, "A", 2);
            append(second, "B", 1);
            second.commit();
        }
        try (Connection more = begun()) {
            append(more, "A", 3);
            more.commit();
        }
        List<PublishedEvent> all = after(start, 10).events();
        assertEquals(List.of("A1", "B1", "A2", "A3"), told(new EventPage(all, start, false)));
        assertEquals(List.of("A1", "B1", "A2", "A3"), told(after(all.get(0).resume(), 10)), "A2 is not passed");
        // Page by page, whatever their size: no page ends between the two.
        for (int limit = 1; limit <= 4; limit++) {
            List<String> told = new ArrayList<>();
            EventPosition at = start;
            EventPage page;
            do {
                page = after(at, limit);
                told.addAll(told(page));
                assertTrue(page.end().compareTo(at) > 0 || !page.more(), "it goes on");
                at = page.end();
            } while (page.more());
            assertEquals(List.of("A1", "B1", "A2", "A3"), told, "pages of " + limit);
        }
    }

    @Test
    void aFilterTakesWhatItNamesAndPassesTheRest() throws SQLException {
        EventPosition start = OutboxSql.head(reader);
        append(reader, "A", 1, 2);
        append(reader, "B", 1);
        RoundTrip.alone(
                reader, trip -> OutboxSql.append(trip, List.of(new StoreEvent("product.updated", "A", 9, "{}")), 1));
        append(reader, "A", 3);
        EventFilter filter = new EventFilter(List.of("inventory.changed"), List.of("A"));
        EventPage first = OutboxSql.after(reader, start, filter, 2);
        assertEquals(List.of("A1", "A2"), told(first));
        assertTrue(first.more());
        EventPage second = OutboxSql.after(reader, first.end(), filter, 2);
        assertEquals(List.of("A3"), told(second));
        assertFalse(second.more());
        assertEquals(
                List.of("A9"),
                told(OutboxSql.after(reader, start, new EventFilter(List.of("product.updated"), List.of()), 9)));
        EventPage none = OutboxSql.after(reader, start, new EventFilter(List.of(), List.of("Z")), 9);
        assertEquals(List.of(), told(none));
        assertEquals(second.end(), none.end(), "what nobody wants is passed");
    }

    @Test
    void anEventIsReadAsItWasWritten() throws SQLException {
        EventPosition start = OutboxSql.head(reader);
        append(reader, "A", 7);
        PublishedEvent event = after(start, 10).events().get(0);
        assertEquals("inventory.changed", event.type());
        assertEquals("{\"v\":7}", event.data());
        assertEquals(1_700_000_000_000_123L, event.atMicros());
        assertEquals(
                event.position(),
                OutboxSql.at(reader, event.position()).orElseThrow().position());
        assertTrue(OutboxSql.at(reader, start).isEmpty());
        EventPosition before = OutboxSql.before(reader, 1_700_000_000_000_000L).orElseThrow();
        assertEquals(List.of("A7"), told(after(before, 10)));
        assertTrue(OutboxSql.before(reader, 1_700_000_000_000_124L).isEmpty());
    }

    @Test
    void whatIsClearedOutIsKnownToBeLost() throws SQLException {
        EventPosition start = OutboxSql.head(reader);
        append(reader, "A", 1, 2, 3);
        long now = Times.now(reader);
        RoundTrip.alone(
                reader, trip -> OutboxSql.append(trip, List.of(new StoreEvent("product.updated", "A", 1, "{}")), now));
        List<PublishedEvent> events = after(start, 10).events();
        assertFalse(OutboxSql.lost(reader, start));
        assertEquals(2, OutboxSql.purge(reader, 25, 2));
        assertTrue(OutboxSql.lost(reader, start));
        assertTrue(OutboxSql.lost(reader, events.get(0).position()));
        assertFalse(OutboxSql.lost(reader, events.get(1).position()), "nothing behind it is gone");
        assertEquals(events.get(1).position(), OutboxSql.oldest(reader));
        assertEquals(1, OutboxSql.purge(reader, 25, 10));
        assertEquals(0, OutboxSql.purge(reader, 25, 10));
        assertFalse(OutboxSql.lost(reader, events.get(2).position()));
        assertTrue(OutboxSql.lost(reader, new EventPosition(1L << 40, 0)), "a place of another database");
    }
}
