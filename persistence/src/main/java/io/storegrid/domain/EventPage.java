package io.storegrid.domain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Events in the order of their delivery, and where the next ones are. Immutable. */
public final class EventPage {

    private final ArrayList<PublishedEvent> events;
    private final EventPosition end;
    private final boolean more;

    /**
     * @param end everything that was asked for up to here is in this page or in one before
     * @param more whether there may be more already
     */
    public EventPage(List<PublishedEvent> events, EventPosition end, boolean more) {
        // Copied: what crosses the grid is of a class that every node can read.
        this.events = new ArrayList<>(events);
        this.end = end;
        this.more = more;
    }

    public List<PublishedEvent> events() {
        return Collections.unmodifiableList(events);
    }

    public EventPosition end() {
        return end;
    }

    public boolean more() {
        return more;
    }
}
