package dev.baton.protocol;

import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SessionImage;
import dev.baton.model.Stamp;
import java.util.List;

/**
 * What primary and backups both keep of one session, or the tombstone of a destroyed one. Immutable.
 *
 * @param image    contents, null in a tombstone
 * @param contents version of the image and the fence under which that version was made
 * @param fence    the fence granted last
 * @param holder   process that has the token, or null
 * @param rid      request of the holder that was granted
 * @param expiring the token was granted to run the destroyed listeners
 * @param history  last version made under each of the last few fences, ascending, the present one included
 * @param movedTo  in the tombstone of a renamed session its new id, else null
 */
public record StoredSession(SessionImage image, Stamp contents, Fence fence, NodeId holder, long rid,
                            boolean expiring, List<Stamp> history, String movedTo) {
    /** Fences remembered per session. */
    public static final int MAX_HISTORY = 8;

    public StoredSession {
        // Of a session that never moved it says what the contents say: not kept twice.
        history = history.size() == 1 && history.get(0).equals(contents) ? null : List.copyOf(history);
    }

    public List<Stamp> history() {
        return history == null ? List.of(contents) : history;
    }

    public boolean tombstone() {
        return image == null;
    }

    public long version() {
        return contents.version();
    }

    /** Whether version {@code stamp.version()} is remembered to have been made under {@code stamp.fence()}. */
    public boolean made(Stamp stamp) {
        List<Stamp> made = history();
        for (int i = made.size() - 1; i >= 0; i--) {
            Stamp last = made.get(i);
            long before = i == 0 ? 0 : made.get(i - 1).version();
            if (stamp.version() <= last.version() && stamp.version() > before) {
                // Before the oldest of a full history stood fences that are forgotten: only its last version is sure.
                return last.fence().equals(stamp.fence())
                        && (i > 0 || made.size() < MAX_HISTORY || stamp.version() == last.version());
            }
        }
        return false;
    }
}
