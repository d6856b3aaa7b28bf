package io.storegrid.compute.gateway;

import io.storegrid.compute.command.CommandKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The one door for bulk input. An import's lines lie in a file on the node that took them; they are read as a stream, good
 * lines are kept, and an import that was cut off goes on behind the last settled line when its node starts again, or when
 * the same body comes again under the same key. Thread-safe.
 */
public interface ImportGateway {

    /** What became of a request to import. */
    sealed interface Started {
        /** Taken, or known already ({@code replayed}). */
        record Accepted(String importId, boolean replayed) implements Started {}

        /** The key was used before for another request. */
        record KeyReused() implements Started {}
    }

    /** A new, empty file for the lines of one request; the caller writes it and hands it over, or deletes it. */
    Path spool() throws IOException;

    /** Takes over {@code spooled} and imports its lines in the background. Blocking for the one insert that records it. */
    Started start(CommandKey key, Path spooled);

    /** How far an import has come, on whichever node it runs. */
    Optional<ImportStatus> status(String importId);
}
