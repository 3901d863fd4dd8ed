package dev.baton.model;

import java.util.Arrays;

/**
 * What a session has beside its attributes. Readable without application classes: the principal and the notes are
 * opaque bytes, written and read by the Tomcat side only.
 *
 * @param createdMillis      creation time by the creating node's wall clock, for people and {@code getCreationTime} only
 * @param maxInactiveSeconds idle seconds after which the session expires; 0 or less: never
 * @param authType           authentication type, or null
 * @param principal          serialised principal, or null
 * @param notes              serialised container notes, or null
 */
public record SessionMeta(long createdMillis, int maxInactiveSeconds, String authType, byte[] principal, byte[] notes) {
    @Override
    public boolean equals(Object o) {
        return o instanceof SessionMeta m && createdMillis == m.createdMillis
                && maxInactiveSeconds == m.maxInactiveSeconds && java.util.Objects.equals(authType, m.authType)
                && Arrays.equals(principal, m.principal) && Arrays.equals(notes, m.notes);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(createdMillis) * 31 + maxInactiveSeconds;
    }
}
