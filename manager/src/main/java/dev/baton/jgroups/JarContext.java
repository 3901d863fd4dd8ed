package dev.baton.jgroups;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
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

    private static final boolean FILTERED = inside(JarContext::isFiltered);

    private JarContext() {
    }

    /** What no filter of anybody's has reason to let through. */
    private static final class Foreign implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /** Whether JGroups refuses objects: by trial, since it says nothing where the filter came too late. */
    private static boolean isFiltered() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new Foreign());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        try (ObjectInputStream in = new ObjectInputStreamWithClassloader(
                new ByteArrayInputStream(bytes.toByteArray()), JarContext.class.getClassLoader())) {
            in.readObject();
            return false;
        } catch (InvalidClassException refused) {
            return true;
        } catch (IOException | ClassNotFoundException e) {
            return false;
        }
    }

    /**
     * Makes sure that the static part above has run.
     *
     * @throws IllegalStateException where JGroups deserialises objects all the same. A warning would be overlooked, and
     *                               whoever reaches the port could run what he likes
     */
    static void prepare() {
        if (!FILTERED) {
            throw new IllegalStateException("JGroups deserialises whatever a stranger sends to its port: it was in use in"
                    + " this JVM before Baton, without a filter, or is a version that has none. Start the JVM with -D"
                    + FILTER + "=!* , or give the other user of JGroups a copy of its own");
        }
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
