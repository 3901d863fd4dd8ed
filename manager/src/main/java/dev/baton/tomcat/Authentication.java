package dev.baton.tomcat;

import dev.baton.model.SessionMeta;
import java.security.Principal;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.catalina.authenticator.Constants;

/**
 * Who is logged in with a session, and the notes that Tomcat keeps there. Principal, authentication type and the notes
 * of a FORM login under way are metadata of the session and known on every node; all other notes, the password that an
 * authenticator may keep among them, stay in this process.
 */
final class Authentication {
    private final SessionFrame session;
    /** Immutable while there are none. */
    private volatile Map<String, Object> localNotes = Map.of();
    private volatile KnownPrincipal known;
    private volatile KnownNotes knownNotes;

    /** The object that belongs to these bytes; no bytes where it cannot be serialised. */
    private record KnownPrincipal(byte[] bytes, Principal principal) {}

    private record KnownNotes(byte[] bytes, Map<String, Object> notes) {}

    Authentication(SessionFrame session) {
        this.session = session;
    }

    private MetaForm form() {
        return session.deployment().metaForm();
    }

    Principal principal() {
        SessionMeta meta = session.meta();
        if (meta == null) {
            return null;
        }
        KnownPrincipal last = known;
        if (last != null && Arrays.equals(last.bytes(), meta.principal())) {
            // Without bytes only the authentication type tells a principal of this process from nobody.
            return last.bytes() == null && meta.authType() == null ? null : last.principal();
        }
        if (meta.principal() == null) {
            return null;
        }
        Principal principal = form().principal(meta.principal());
        known = new KnownPrincipal(meta.principal(), principal);
        return principal;
    }

    void setPrincipal(Principal principal) {
        byte[] bytes = form().principal(principal);
        if (!Arrays.equals(bytes, session.meta().principal())) {
            session.changeMeta(m -> new SessionMeta(m.createdMillis(), m.maxInactiveSeconds(), m.authType(), bytes,
                    m.notes()));
        }
        known = new KnownPrincipal(bytes, principal);
    }

    void setAuthType(String authType) {
        if (!Objects.equals(authType, session.getAuthType())) {
            session.changeMeta(m -> new SessionMeta(m.createdMillis(), m.maxInactiveSeconds(), authType, m.principal(),
                    m.notes()));
        }
    }

    Object note(String name) {
        return MetaForm.travels(name) ? travelling().get(name) : localNotes.get(name);
    }

    Set<String> noteNames() {
        Set<String> names = new TreeSet<>(localNotes.keySet());
        names.addAll(travelling().keySet());
        return names;
    }

    /** @param value null removes the note */
    void setNote(String name, Object value) {
        if (!MetaForm.travels(name)) {
            setLocalNote(name, value);
            return;
        }
        if (value == null ? note(name) == null : value.equals(note(name)) && name.equals(Constants.SESSION_ID_NOTE)) {
            return;
        }
        session.changeMeta(m -> {
            Map<String, Object> notes = new TreeMap<>(travelling(m));
            if (value == null) {
                notes.remove(name);
            } else {
                notes.put(name, value);
            }
            byte[] bytes = form().notes(notes);
            knownNotes = new KnownNotes(bytes, notes);
            return new SessionMeta(m.createdMillis(), m.maxInactiveSeconds(), m.authType(), m.principal(), bytes);
        });
    }

    private synchronized void setLocalNote(String name, Object value) {
        if (value != null) {
            if (localNotes.isEmpty()) {
                localNotes = new ConcurrentHashMap<>();
            }
            localNotes.put(name, value);
        } else if (!localNotes.isEmpty()) {
            localNotes.remove(name);
        }
    }

    private Map<String, Object> travelling() {
        return travelling(session.meta());
    }

    private Map<String, Object> travelling(SessionMeta meta) {
        byte[] bytes = meta == null ? null : meta.notes();
        KnownNotes last = knownNotes;
        if (last == null || !Arrays.equals(last.bytes(), bytes)) {
            last = new KnownNotes(bytes, form().notes(bytes, session.deployment().route()));
            knownNotes = last;
        }
        return last.notes();
    }

    /** Whether it knows anything that the session's metadata do not say. */
    boolean hasOwn() {
        KnownPrincipal last = known;
        return !localNotes.isEmpty() || last != null && last.bytes() == null && last.principal() != null;
    }

    /** Drops what refers to the application. */
    void forget() {
        localNotes = Map.of();
        known = null;
        knownNotes = null;
    }
}
