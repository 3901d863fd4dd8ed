package dev.baton.tomcat;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionActivationListener;
import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.catalina.Context;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.ExceptionUtils;

/**
 * Tells the listeners of an application what happens to a session in this process, in the order that the servlet
 * specification and Tomcat's own sessions keep. What a listener throws is logged and harms nobody, unless said
 * otherwise. Runs in the caller's thread, which has the application's class loader bound.
 */
final class SessionEvents {
    private static final Log log = LogFactory.getLog(SessionEvents.class);

    private static final String WEBSOCKETS = "org.apache.tomcat.websocket.server.WsSessionListener";

    /**
     * Deeper than this listeners do not call each other by what they do to sessions: one that sets what it is told of
     * again would go on to the end of its thread's stack, where any line of anybody's code may be left half done.
     */
    static final int DEEPEST = 100;

    /** How many calls of listeners the thread is in; empty where it is in none. */
    private static final ThreadLocal<Integer> DEPTH = new ThreadLocal<>();

    private final Context context;

    SessionEvents(Context context) {
        this.context = context;
    }

    void created(HttpSession session) {
        Object[] listeners = context.getApplicationLifecycleListeners();
        if (listeners == null || listeners.length == 0) {
            return;
        }
        HttpSessionEvent event = new HttpSessionEvent(session);
        for (Object each : listeners) {
            if (each instanceof HttpSessionListener listener) {
                tell("SessionCreated", listener, l -> l.sessionCreated(event));
            }
        }
    }

    /** In the reverse order of the listeners. */
    void destroyed(HttpSession session) {
        Object[] listeners = context.getApplicationLifecycleListeners();
        if (listeners == null || listeners.length == 0) {
            return;
        }
        HttpSessionEvent event = new HttpSessionEvent(session);
        for (int i = listeners.length - 1; i >= 0; i--) {
            if (listeners[i] instanceof HttpSessionListener listener) {
                tell("SessionDestroyed", listener, l -> l.sessionDestroyed(event));
            }
        }
    }

    /** The application's listeners heard of it where it ended; Tomcat's own, which closes WebSockets, at every node. */
    void endedElsewhere(HttpSession session) {
        Object[] listeners = context.getApplicationLifecycleListeners();
        for (Object each : listeners == null ? new Object[0] : listeners) {
            if (each instanceof HttpSessionListener listener && each.getClass().getName().equals(WEBSOCKETS)) {
                listener.sessionDestroyed(new HttpSessionEvent(session));
            }
        }
    }

    void idChanged(HttpSession session, String oldId, String newId, boolean tellApplication, boolean tellContainer) {
        if (tellContainer) {
            context.fireContainerEvent(Context.CHANGE_SESSION_ID_EVENT, new String[] {oldId, newId});
        }
        Object[] listeners = context.getApplicationEventListeners();
        if (!tellApplication || listeners == null || listeners.length == 0) {
            return;
        }
        HttpSessionEvent event = new HttpSessionEvent(session);
        for (Object each : listeners) {
            if (each instanceof HttpSessionIdListener listener) {
                harmless(listener, l -> l.sessionIdChanged(event, oldId));
            }
        }
    }

    /** Before the session goes to another process. */
    void passivating(HttpSession session, HttpSessionActivationListener listener) {
        harmless(listener, l -> l.sessionWillPassivate(new HttpSessionEvent(session)));
    }

    /** After the value came from another process, or from the store. */
    void activated(HttpSession session, HttpSessionActivationListener listener) {
        harmless(listener, l -> l.sessionDidActivate(new HttpSessionEvent(session)));
    }

    /** Before the value is put into the session. */
    void bound(HttpSession session, String name, Object value) {
        if (value instanceof HttpSessionBindingListener listener) {
            harmless(listener, l -> l.valueBound(new HttpSessionBindingEvent(session, name, value)));
        }
    }

    /** After the value was replaced, or did not get into the session after all. */
    void unbound(HttpSession session, String name, Object old) {
        if (old instanceof HttpSessionBindingListener listener) {
            harmless(listener, l -> l.valueUnbound(new HttpSessionBindingEvent(session, name)));
        }
    }

    void added(HttpSession session, String name, Object value) {
        HttpSessionBindingEvent event = null;
        for (HttpSessionAttributeListener listener : attributeListeners()) {
            event = event == null ? new HttpSessionBindingEvent(session, name, value) : event;
            HttpSessionBindingEvent told = event;
            tell("SessionAttributeAdded", listener, l -> l.attributeAdded(told));
        }
    }

    void replaced(HttpSession session, String name, Object old) {
        HttpSessionBindingEvent event = null;
        for (HttpSessionAttributeListener listener : attributeListeners()) {
            event = event == null ? new HttpSessionBindingEvent(session, name, old) : event;
            HttpSessionBindingEvent told = event;
            tell("SessionAttributeReplaced", listener, l -> l.attributeReplaced(told));
        }
    }

    /** Unbinds, then tells the listeners. What {@code valueUnbound} throws goes to the caller, as in Tomcat. */
    void removed(HttpSession session, String name, Object old) {
        HttpSessionBindingEvent event = new HttpSessionBindingEvent(session, name, old);
        if (old instanceof HttpSessionBindingListener listener) {
            call(listener, l -> l.valueUnbound(event));
        }
        for (HttpSessionAttributeListener listener : attributeListeners()) {
            tell("SessionAttributeRemoved", listener, l -> l.attributeRemoved(event));
        }
    }

    private List<HttpSessionAttributeListener> attributeListeners() {
        Object[] listeners = context.getApplicationEventListeners();
        if (listeners == null || listeners.length == 0) {
            return List.of();
        }
        List<HttpSessionAttributeListener> found = new ArrayList<>(listeners.length);
        for (Object each : listeners) {
            if (each instanceof HttpSessionAttributeListener listener) {
                found.add(listener);
            }
        }
        return found;
    }

    private <L> void tell(String event, L listener, Consumer<L> call) {
        try {
            harmless(listener, l -> {
                context.fireContainerEvent("before" + event, l);
                call.accept(l);
            });
        } finally {
            context.fireContainerEvent("after" + event, listener);
        }
    }

    private <L> void harmless(L listener, Consumer<L> call) {
        try {
            call(listener, call);
        } catch (Throwable t) {
            ExceptionUtils.handleThrowable(t);
            log.error("Listener " + listener.getClass().getName() + " of application " + context.getName() + " failed",
                    t);
        }
    }

    private static <L> void call(L listener, Consumer<L> call) {
        Integer around = DEPTH.get();
        int depth = around == null ? 1 : around + 1;
        if (depth > DEEPEST) {
            throw new IllegalStateException("not called: " + DEEPEST + " calls of listeners are under way in this"
                    + " thread, each by what the one around it did to a session");
        }
        DEPTH.set(depth);
        try {
            call.accept(listener);
        } finally {
            if (around == null) {
                DEPTH.remove();
            } else {
                DEPTH.set(around);
            }
        }
    }
}
