package io.storegrid.domain;

/** A {@link StoreEvent} as it stands in the outbox, to be delivered. Immutable. */
public final class PublishedEvent {

    private static final String PAYMENT = "payment";
    private static final String ORDER = "order";

    private final StoreEvent event;
    private final EventPosition position;
    private final EventPosition resume;
    private final long atMicros;

    private PublishedEvent(StoreEvent event, EventPosition position, EventPosition resume, long atMicros) {
        this.event = event;
        this.position = position;
        this.resume = resume;
        this.atMicros = atMicros;
    }

    /** @param atMicros when it happened, microseconds since the epoch */
    public static PublishedEvent of(StoreEvent event, EventPosition position, long atMicros) {
        return new PublishedEvent(event, position, position, atMicros);
    }

    /** This event with another place to go on from. */
    public PublishedEvent resumingAt(EventPosition place) {
        return place.equals(resume) ? this : new PublishedEvent(event, position, place, atMicros);
    }

    public String type() {
        return event.type();
    }

    public String subject() {
        return event.subject();
    }

    public long subjectSeq() {
        return event.subjectSeq();
    }

    /** One JSON object. */
    public String data() {
        return event.data();
    }

    /** Where it stands: names the event, on every node and for ever. */
    public EventPosition position() {
        return position;
    }

    /** Where whoever has got this event and those before it goes on; mostly {@link #position} itself. */
    public EventPosition resume() {
        return resume;
    }

    public long atMicros() {
        return atMicros;
    }

    /** What has the versions that {@link #subjectSeq} counts: a SKU's stock and its product are two, an order's payment is the order. */
    public String aggregate() {
        return family(type()) + " " + subject();
    }

    /** The kind of aggregate that events of {@code type} are about. */
    public static String family(String type) {
        int dot = type.indexOf('.');
        String first = dot < 0 ? type : type.substring(0, dot);
        return first.equals(PAYMENT) ? ORDER : first;
    }

    @Override
    public String toString() {
        return event + "@" + position;
    }
}
