package io.storegrid.domain;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** Which events somebody wants. Immutable. */
public final class EventFilter {

    /** Every event. */
    public static final EventFilter ALL = new EventFilter(List.of(), List.of());

    private final ArrayList<String> types;
    private final ArrayList<String> subjects;

    /**
     * @param types empty: any
     * @param subjects empty: any
     */
    public EventFilter(Collection<String> types, Collection<String> subjects) {
        this.types = new ArrayList<>(types);
        this.subjects = new ArrayList<>(subjects);
    }

    public List<String> types() {
        return Collections.unmodifiableList(types);
    }

    public List<String> subjects() {
        return Collections.unmodifiableList(subjects);
    }

    /** Whether all events are wanted. */
    public boolean takesAll() {
        return types.isEmpty() && subjects.isEmpty();
    }
}
