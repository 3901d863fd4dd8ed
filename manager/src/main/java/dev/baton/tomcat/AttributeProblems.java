package dev.baton.tomcat;

import dev.baton.access.ClientState;
import dev.baton.access.NotSerializableAttribute;
import dev.baton.access.UnreadableAttribute;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/**
 * Counts the attributes that could not be handled, and logs each kind once: an attribute name with the class or cause,
 * not each of a million sessions. No request fails for it.
 */
final class AttributeProblems implements ClientState.Problems {
    private static final Log log = LogFactory.getLog(AttributeProblems.class);
    private static final int MAX_KINDS = 1_000;

    private final String application;
    private final boolean dropsUnreadable;
    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final AtomicLong unreadable = new AtomicLong();
    private final AtomicLong notSerializable = new AtomicLong();
    private final AtomicLong restless = new AtomicLong();

    AttributeProblems(String application, boolean dropsUnreadable) {
        this.application = application;
        this.dropsUnreadable = dropsUnreadable;
    }

    long unreadable() {
        return unreadable.get();
    }

    long notSerializable() {
        return notSerializable.get();
    }

    long restless() {
        return restless.get();
    }

    @Override
    public void unreadable(ClientState state, UnreadableAttribute problem) {
        unreadable.incrementAndGet();
        if (firstOfItsKind("unreadable " + problem.getCause())) {
            log.warn(application + ": " + problem.getMessage() + " (" + state.key()
                    + "); " + (dropsUnreadable ? "it is removed" : "it counts as absent here, its bytes are kept")
                    + ". Said once per class and cause.", problem);
        }
    }

    @Override
    public void notSerializable(ClientState state, NotSerializableAttribute problem) {
        notSerializable.incrementAndGet();
        if (firstOfItsKind(problem.attribute() + " " + problem.className())) {
            log.warn(application + ": " + problem.getMessage() + " (" + state.key()
                    + "); it stays on this node, other changes are kept. Said once per attribute and class.");
        }
    }

    /** An attribute was written with an object of a class that will be refused when it is read. */
    void refusedWhenRead(String attribute, Class<?> type) {
        if (firstOfItsKind("refused " + type.getTypeName())) {
            log.warn(application + ": attribute '" + attribute + "' has an object of " + type.getTypeName() + ", which"
                    + " serialFilter or sessionAttributeValueClassNameFilter refuses when it is read: on other nodes the"
                    + " attribute will count as absent, and here when it was not used for a while. Name the class in"
                    + " serialFilter, or keep it out of the session. Said once per class.");
        }
    }

    @Override
    public boolean dropsUnreadable() {
        return dropsUnreadable;
    }

    @Override
    public void restless(ClientState state, String attribute) {
        restless.incrementAndGet();
    }

    @Override
    public void notCompared(ClientState state, String attribute, RuntimeException fault) {
        if (firstOfItsKind("not compared " + attribute + " " + fault.getClass().getName())) {
            log.error(application + ": what changed of attribute '" + attribute + "' cannot be found, a fault of Baton"
                    + " (" + state.key() + "); it is sent whole, nothing is lost. Said once per attribute and fault.",
                    fault);
        }
    }

    @Override
    public void doubtful(ClientState state, String attribute, String finding) {
        if (firstOfItsKind(attribute + " " + finding)) {
            log.warn(application + ": attribute '" + attribute + "': " + finding + " (" + state.key()
                    + "). Said once.");
        }
    }

    private boolean firstOfItsKind(String kind) {
        return known.size() < MAX_KINDS && known.add(kind);
    }
}
