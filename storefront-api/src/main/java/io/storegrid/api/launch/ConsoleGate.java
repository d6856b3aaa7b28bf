package io.storegrid.api.launch;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Decides which log lines reach the console: warnings and errors of a node that runs. While it starts and stops the
 * console belongs to {@link Console}, whose one clear line would drown in what libraries say of the same trouble.
 */
public final class ConsoleGate extends Filter<ILoggingEvent> {

    /** Says on every start what nobody can act upon; kept in the file. */
    private static final String IGNITE_LEVEL_NOTE = "Logging at INFO level without checking";

    private static volatile boolean open;

    /** Lets lines through from now on, or no longer. */
    static void open(boolean letThrough) {
        open = letThrough;
    }

    @Override
    public FilterReply decide(ILoggingEvent event) {
        boolean tells = open
                && event.getLevel().isGreaterOrEqual(Level.WARN)
                && !event.getMessage().startsWith(IGNITE_LEVEL_NOTE);
        return tells ? FilterReply.NEUTRAL : FilterReply.DENY;
    }
}
