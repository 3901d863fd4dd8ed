package dev.baton.protocol;

import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import java.util.List;

/** What a grant brings along. */
public sealed interface Content {
    /** The process has it already. */
    record Same() implements Content {}

    /** Steps from the version that the process has. */
    record Deltas(List<SessionDelta> deltas) implements Content {
        public Deltas {
            deltas = List.copyOf(deltas);
        }
    }

    record Whole(SessionImage image) implements Content {}
}
