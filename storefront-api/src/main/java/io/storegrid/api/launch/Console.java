package io.storegrid.api.launch;

import java.io.PrintStream;
import java.util.List;

/** What the person who started a node gets to read. Thread-safe as far as single lines go. */
final class Console {

    private final PrintStream out;
    private final PrintStream err;

    Console(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** A step of the start or the stop. */
    void step(String line) {
        out.println("  " + line);
        out.flush();
    }

    /** Lines as they are. */
    void print(String text) {
        out.println(text);
        out.flush();
    }

    /** Why there will be no node: each problem in a line. */
    void problems(List<String> lines) {
        lines.forEach(line -> err.println("storegrid: " + line));
        err.flush();
    }
}
