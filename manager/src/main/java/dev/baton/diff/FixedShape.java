package dev.baton.diff;

import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Map;

/**
 * Objects of the JDK that refer to others, always to the same ones: views and wrappers, unmodifiable collections, proxies,
 * lambdas. What they refer to is found once; then there is nothing to look at.
 */
final class FixedShape extends Shape {
    private static final String IMMUTABLE_COLLECTIONS = "java.util.ImmutableCollections$";

    static boolean isFor(Class<?> type) {
        String name = type.getName();
        return name.startsWith("java.util.Collections$") || name.startsWith(IMMUTABLE_COLLECTIONS)
                || name.equals("java.util.Arrays$ArrayList") || name.equals("java.util.AbstractMap$SimpleImmutableEntry")
                || name.equals("java.lang.String$CaseInsensitiveComparator")
                || Proxy.isProxyClass(type) && !Shapes.replaces(type);
    }

    @Override
    void note(Object live, Notes notes) throws Unwalkable {
        if (live instanceof Proxy proxy) {
            notes.discover(Proxy.getInvocationHandler(proxy));
        } else if (!live.getClass().getName().startsWith(IMMUTABLE_COLLECTIONS)) {
            for (Object ref : ShallowForm.of(live).refs) {
                notes.discover(ref);
            }
        } else if (live instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                notes.discover(entry.getKey());
                notes.discover(entry.getValue());
            }
        } else {
            for (Object element : (Collection<?>) live) {
                notes.discover(element);
            }
        }
    }

    @Override
    boolean same(Object live, Reader notes) {
        return true;
    }

    @Override
    void skip(Reader notes) {
        // Nothing was noted.
    }
}
