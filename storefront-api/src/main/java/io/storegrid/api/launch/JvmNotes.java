package io.storegrid.api.launch;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Standard error without what newer JDKs note on every start of a program with Ignite in it: that {@code sun.misc.Unsafe}
 * is used. No one at the console can do anything about it, and no manifest can say so to the JDK. Everything else passes,
 * line by line.
 */
final class JvmNotes extends OutputStream {

    private final PrintStream to;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    private JvmNotes(PrintStream to) {
        this.to = to;
    }

    static PrintStream without(PrintStream to) {
        return new PrintStream(new JvmNotes(to), true, StandardCharsets.UTF_8);
    }

    @Override
    public synchronized void write(int b) {
        line.write(b);
        if (b == '\n') {
            String text = line.toString(StandardCharsets.UTF_8);
            line.reset();
            boolean note = text.startsWith("WARNING: ")
                    && (text.contains("sun.misc.Unsafe") || text.contains("ignite.internal.util.GridUnsafe"));
            if (!note) {
                to.print(text);
                to.flush();
            }
        }
    }
}
