package dev.baton.tomcat;

import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.catalina.authenticator.Constants;
import org.apache.catalina.authenticator.SavedRequest;
import org.apache.catalina.realm.GenericPrincipal;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/**
 * The principal and the container's notes of a session as bytes. What cannot be written or read counts as absent, is
 * logged and counted, and fails no request: the user logs in again at the other node.
 */
final class MetaForm {
    private static final Log log = LogFactory.getLog(MetaForm.class);

    /** Notes that travel without a change, and what they must be. (The session's id loses its route on the way.) */
    private static final Map<String, Class<? extends Serializable>> AS_THEY_ARE = Map.of(
            Constants.FORM_REQUEST_NOTE, SavedRequest.class, BatonSingleSignOn.NOTE, String.class);

    private final WebappSerializer serializer;
    private final AtomicLong failures = new AtomicLong();
    /** Names of classes. */
    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    MetaForm(ClassLoader loader, ObjectInputFilter filter) {
        this.serializer = new WebappSerializer(loader, filter);
    }

    long failures() {
        return failures.get();
    }

    /**
     * Null where it is null or cannot be serialised, or where no node could read what is written. Of a Tomcat principal
     * at least name and roles are kept.
     */
    byte[] principal(Principal principal) {
        if (principal == null) {
            return null;
        }
        GenericPrincipal full = principal instanceof GenericPrincipal ofTomcat ? ofTomcat : null;
        byte[] whole = full != null ? tryWrite(full)
                : write(principal, "The principal " + principal.getClass().getName());
        if (whole != null) {
            Exception refusal = tryRead(whole);
            if (refusal == null) {
                return whole;
            }
            warn(principal, refusal);
        }
        return full == null ? null : write(new GenericPrincipal(full.getName(), List.of(full.getRoles())),
                "The principal " + full.getName());
    }

    /** Null where it is a principal again. */
    private Exception tryRead(byte[] bytes) {
        try {
            Principal.class.cast(serializer.read(bytes));
            return null;
        } catch (IOException | ClassNotFoundException | RuntimeException e) {
            return e;
        } catch (LinkageError e) {
            return new ClassNotFoundException(e.getMessage(), e);
        }
    }

    /** Once of each class: users log in all the time. */
    private void warn(Principal principal, Exception refusal) {
        boolean ofTomcat = principal instanceof GenericPrincipal;
        if (!ofTomcat) {
            failures.incrementAndGet();
        }
        String culprit = refusal instanceof InvalidClassException named && named.classname != null ? named.classname
                : principal.getClass().getName();
        if (warned.add(culprit)) {
            log.warn(culprit + " of a principal can be read on no other node"
                    + (ofTomcat ? ", name and roles are known there" : ": the user must log in again there")
                    + "; serialFilter says which classes may be (" + refusal + ")");
        }
    }

    /** Null where there is none or it cannot be read. */
    Principal principal(byte[] bytes) {
        return bytes == null ? null : read(bytes) instanceof Principal principal ? principal : null;
    }

    /** A user's name and password. Null where there is no password to keep. */
    byte[] credentials(String user, String password) {
        return password == null ? null : write(new String[] {user, password}, "A user's name and password");
    }

    /** Null where there are none or they cannot be read. */
    String[] credentials(byte[] bytes) {
        return bytes != null && read(bytes) instanceof String[] texts && texts.length == 2 ? texts : null;
    }

    /** Whether other nodes need the note: what FORM login keeps between its requests, and the id of the sign-on. */
    static boolean travels(String name) {
        return Constants.SESSION_ID_NOTE.equals(name) || AS_THEY_ARE.containsKey(name);
    }

    /** The travelling notes as bytes; the id in its note loses its route. Null where there are none. */
    byte[] notes(Map<String, Object> notes) {
        TreeMap<String, Serializable> kept = new TreeMap<>();
        if (notes.get(Constants.SESSION_ID_NOTE) instanceof String id && SessionIds.base(id) != null) {
            kept.put(Constants.SESSION_ID_NOTE, SessionIds.base(id));
        }
        copy(notes, kept);
        return kept.isEmpty() ? null : write(kept, "What the login noted");
    }

    /** @param route of this node, which the id in its note gets */
    Map<String, Object> notes(byte[] bytes, String route) {
        Map<String, Object> notes = new TreeMap<>();
        if (bytes != null && read(bytes) instanceof Map<?, ?> kept) {
            if (kept.get(Constants.SESSION_ID_NOTE) instanceof String id) {
                notes.put(Constants.SESSION_ID_NOTE, SessionIds.withRoute(id, route));
            }
            copy(kept, notes);
        }
        return notes;
    }

    private static void copy(Map<?, ?> from, Map<String, ? super Serializable> to) {
        AS_THEY_ARE.forEach((name, type) -> {
            if (type.isInstance(from.get(name))) {
                to.put(name, type.cast(from.get(name)));
            }
        });
    }

    private byte[] write(Object value, String what) {
        try {
            return WebappSerializer.write(value);
        } catch (IOException | RuntimeException e) {
            failures.incrementAndGet();
            log.warn(what + " cannot be serialised and stays on this node: " + e);
            return null;
        }
    }

    private static byte[] tryWrite(Object value) {
        try {
            return WebappSerializer.write(value);
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    private Object read(byte[] bytes) {
        try {
            return serializer.read(bytes);
        } catch (IOException | ClassNotFoundException | RuntimeException | LinkageError e) {
            failures.incrementAndGet();
            log.warn("Authentication data of a session cannot be read here, the user must log in again: " + e);
            return null;
        }
    }
}
