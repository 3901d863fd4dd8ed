package dev.baton.jgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import org.jgroups.JChannel;
import org.jgroups.util.ObjectInputStreamWithClassloader;
import org.junit.jupiter.api.Test;

/** Copies of JGroups and of the transport that nobody in this JVM has used yet. */
class JarContextTest {
    private static final String FILTER = "jgroups.deserialization.filter";

    @Test
    void whereJGroupsWasInUseBeforeAndDeserialisesObjectsNoNodeStarts() throws Exception {
        try (URLClassLoader fresh = fresh()) {
            Class.forName(ObjectInputStreamWithClassloader.class.getName(), true, fresh);
            assertThatThrownBy(() -> prepare(fresh)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("-D" + FILTER + "=!*");
        }
    }

    @Test
    void unlessItWasToldNotTo() throws Exception {
        System.setProperty(FILTER, "!*");
        try (URLClassLoader fresh = fresh()) {
            Class.forName(ObjectInputStreamWithClassloader.class.getName(), true, fresh);
            prepare(fresh);
        } finally {
            System.clearProperty(FILTER);
        }
    }

    @Test
    void whereNobodyUsedItBeforeItIsTold() throws Exception {
        try (URLClassLoader fresh = fresh()) {
            prepare(fresh);
        }
        assertThat(System.getProperty(FILTER)).isNull();
    }

    private static URLClassLoader fresh() {
        return new URLClassLoader(new URL[] {location(JarContext.class), location(JChannel.class)},
                ClassLoader.getPlatformClassLoader());
    }

    private static URL location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    private static void prepare(ClassLoader loader) throws Exception {
        Method prepare = loader.loadClass(JarContext.class.getName()).getDeclaredMethod("prepare");
        prepare.setAccessible(true);
        try {
            prepare.invoke(null);
        } catch (InvocationTargetException e) {
            throw (Exception) e.getCause();
        }
    }
}
