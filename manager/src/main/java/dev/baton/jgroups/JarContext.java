package dev.baton.jgroups;

import java.io.IOException;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.logging.Logger;
import org.jgroups.logging.LogFactory;
import org.jgroups.util.ExtendedUUID;
import org.jgroups.util.ObjectInputStreamWithClassloader;

/**
 * Runs what may create threads or loggers as if the application server had called it, not a web application. A thread
 * keeps the context class loader of its creator and the protection domains on its creator's stack; one that lives
 * longer than the web application whose request happened to start it would keep that application's classes for ever.
 *
 * <p>Also the place where JGroups is tamed before its first class acts: it logs through java.util.logging, which
 * Tomcat's logging configuration governs, and it deserialises no objects at all, since a stranger may send them.
 */
final class JarContext {
    /**
     * JGroups calls it severe that it could not say good-bye to a process that has just died, and warns of a connection
     * that it has just closed itself. Held here, since a logger that nobody holds is collected with its filter.
     */
    private static final Logger TCP_LOG = inside(() -> Logger.getLogger("org.jgroups.protocols.TCP"));

    private static final String FILTER = "jgroups.deserialization.filter";

    static {
        inside(() -> {
            LogFactory.useJdkLogger(true);
            TCP_LOG.setFilter(record -> !String.valueOf(record.getMessage()).contains("failed sending graceful close")
                    && !(record.getThrown() instanceof IOException && "Stream closed".equals(
                            record.getThrown().getMessage())));
            ExtendedUUID.setPrintFunction(NodeAddress::print);
            // JGroups reads the property once, when the class is initialised. It is put back, for other copies of
            // JGroups in this JVM are none of our business.
            String before = System.getProperty(FILTER);
            System.setProperty(FILTER, "!*");
            try {
                Class.forName(ObjectInputStreamWithClassloader.class.getName(), true,
                        JarContext.class.getClassLoader());
            } catch (ClassNotFoundException impossible) {
                throw new NoClassDefFoundError(impossible.getMessage());
            } finally {
                if (before == null) {
                    System.clearProperty(FILTER);
                } else {
                    System.setProperty(FILTER, before);
                }
            }
            return null;
        });
    }

    private JarContext() {
    }

    /** Makes sure that the static part above has run. */
    static void prepare() {
    }

    @SuppressWarnings("removal") // the only way to keep callers' protection domains out of threads before JDK 24
    static <T> T inside(Supplier<T> action) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        ClassLoader own = JarContext.class.getClassLoader();
        if (before != own) {
            thread.setContextClassLoader(own);
        }
        try {
            return AccessController.doPrivileged((PrivilegedAction<T>) action::get);
        } finally {
            if (before != own) {
                thread.setContextClassLoader(before);
            }
        }
    }

    /** A logger that belongs to the server, not to the web application that happens to be starting. */
    static Logger logger(Class<?> type) {
        return inside(() -> Logger.getLogger(type.getName()));
    }

    /** Daemon threads of the server, named {@code name-1}, {@code name-2}, … */
    static ThreadFactory threads(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> inside(() -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }
}
