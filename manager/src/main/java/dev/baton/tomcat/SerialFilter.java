package dev.baton.tomcat;

import java.io.ObjectInputFilter;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which classes may be read from a session's bytes. The built-in list takes values of the JDK and what the application
 * itself brought; a JEP 290 pattern of the user is asked first and the list where that is undecided. In every case
 * Tomcat's {@code sessionAttributeValueClassNameFilter} must agree; depth, references and arrays are limited.
 */
final class SerialFilter implements ObjectInputFilter {
    static final int MAX_DEPTH = 500;
    static final long MAX_REFERENCES = 10_000_000;
    static final long MAX_ARRAY = 100_000_000;

    /**
     * No subpackages of java.lang: serialised lambdas and the like invoke what the sender chose. An asterisk stands at
     * the end only, anywhere else it matches nothing.
     */
    private static final ObjectInputFilter PLATFORM = Config.createFilter(String.join(";",
            "java.lang.*", "java.lang.reflect.Proxy", "java.math.*", "java.time.**", "java.text.*",
            // Of listeners, which are asked about themselves; reading stores them and calls none.
            "java.beans.PropertyChangeSupport", "java.beans.VetoableChangeSupport",
            "java.awt.Color", "java.awt.Point", "java.awt.Dimension", "java.awt.Rectangle",
            "java.net.URI", "java.net.URL", "java.net.Inet4Address", "java.net.Inet6Address",
            "java.net.InetAddress", "java.net.SocketAddress", "java.net.InetSocketAddress", "java.io.File",
            "java.sql.Timestamp", "java.sql.Date",
            "java.sql.Time", "java.security.Principal",
            "java.util.*", "java.util.concurrent.*", "java.util.concurrent.atomic.*", "java.util.concurrent.locks.*",
            "java.util.regex.*", "sun.util.calendar.ZoneInfo", "javax.security.auth.Subject*",
            "javax.security.auth.x500.X500Principal",
            "org.apache.catalina.realm.GenericPrincipal*", "org.apache.catalina.authenticator.SavedRequest",
            "org.apache.catalina.users.*", "org.apache.catalina.filters.CsrfPreventionFilter$LruCache*",
            "org.apache.catalina.realm.UserDatabaseRealm$*", "org.apache.tomcat.util.buf.ByteChunk*",
            "org.apache.tomcat.util.buf.AbstractChunk", "org.apache.tomcat.websocket.**", "jakarta.servlet.http.Cookie",
            "!*"));

    /**
     * Their exceptions hold texts, numbers and each other, and do nothing with them when read. Not so everywhere: one of
     * javax.management calls toString() of what the sender chose.
     */
    private static final Set<String> EXCEPTIONS = Set.of("java.io", "java.net", "java.nio.file", "java.sql");

    /** Asked once for each class: it goes through the whole list. */
    private static final ClassValue<Boolean> LISTED = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return PLATFORM.checkInput(new Asked(type)) == Status.ALLOWED
                    || Throwable.class.isAssignableFrom(type) && EXCEPTIONS.contains(type.getPackageName());
        }
    };

    private final ClassLoader application;
    private final ObjectInputFilter chosen;
    private final Pattern valueClasses;

    /**
     * @param application  class loader of the web application
     * @param pattern      JEP 290 pattern, or null for the built-in list
     * @param valueClasses names that Tomcat's filter lets through, or null for all
     * @throws IllegalArgumentException where the pattern is malformed
     */
    SerialFilter(ClassLoader application, String pattern, Pattern valueClasses) {
        this.application = application;
        this.chosen = pattern == null || pattern.isBlank() ? null : Config.createFilter(pattern);
        this.valueClasses = valueClasses;
    }

    /**
     * For logins. What Tomcat makes them of is in the built-in list and never refused: a pattern that was written for
     * attributes need not name it.
     *
     * @param application class loader of the web application, or null
     * @param pattern     JEP 290 pattern for the rest, or null
     * @throws IllegalArgumentException where the pattern is malformed
     */
    static ObjectInputFilter forLogins(ClassLoader application, String pattern) {
        SerialFilter list = new SerialFilter(null, null, null);
        SerialFilter rest = new SerialFilter(application, pattern, null);
        return info -> list.checkInput(info) == Status.ALLOWED ? Status.ALLOWED : rest.checkInput(info);
    }

    /** Lets through what one of these lets through, of those that there are when it is asked. */
    static ObjectInputFilter anyOf(Collection<ObjectInputFilter> filters) {
        return info -> {
            Status said = Status.REJECTED;
            for (ObjectInputFilter filter : filters) {
                Status one = filter.checkInput(info);
                if (one == Status.ALLOWED) {
                    return one;
                }
                said = one == Status.UNDECIDED ? one : said;
            }
            return said;
        };
    }

    @Override
    public Status checkInput(FilterInfo info) {
        if (info.depth() > MAX_DEPTH || info.references() > MAX_REFERENCES || info.arrayLength() > MAX_ARRAY) {
            return Status.REJECTED;
        }
        Status said = chosen == null ? Status.UNDECIDED : chosen.checkInput(info);
        Class<?> type = info.serialClass();
        if (type == null || said == Status.REJECTED) {
            return said;
        }
        while (type.isArray()) {
            type = type.getComponentType();
        }
        if (type.isPrimitive()) {
            return Status.ALLOWED;
        }
        if (valueClasses != null && !valueClasses.matcher(type.getName()).matches()) {
            return Status.REJECTED;
        }
        return said == Status.ALLOWED ? Status.ALLOWED : builtIn(type);
    }

    private Status builtIn(Class<?> type) {
        for (ClassLoader l = type.getClassLoader(); l != null; l = l.getParent()) {
            if (l == application) {
                return Status.ALLOWED;
            }
        }
        return !Proxy.isProxyClass(type) && LISTED.get(type) ? Status.ALLOWED : Status.REJECTED;
    }

    /** The question whether a class may be read, which knows no limits. */
    record Asked(Class<?> serialClass) implements FilterInfo {
        @Override
        public long arrayLength() {
            return -1;
        }

        @Override
        public long depth() {
            return 1;
        }

        @Override
        public long references() {
            return 1;
        }

        @Override
        public long streamBytes() {
            return 0;
        }
    }
}
