package dev.baton.diff;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;

/**
 * Objects of the JDK that refer to others, always to the same ones: views and wrappers, unmodifiable collections, proxies,
 * lambdas. What they refer to is found once; then there is nothing to look at.
 */
final class FixedShape extends Shape {
    private static final String IMMUTABLE_COLLECTIONS = "java.util.ImmutableCollections$";
    private static final String SINGLETONS = "java.util.Collections$Singleton";

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
        } else if (live instanceof Map.Entry<?, ?> entry) {
            notes.discover(entry.getKey());
            notes.discover(entry.getValue());
        } else if (!showsAll(live)) {
            Object[] refs = ShallowForm.of(live).refs;
            if (!Arrays.equals(refs, ShallowForm.of(live).refs, Snapshot.IDENTITY)) {
                throw new Unwalkable("what a " + live.getClass().getName() + " refers to is written as something else");
            }
            for (Object ref : refs) {
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

    /** Whether all that a collection refers to are its elements. */
    private static boolean showsAll(Object live) {
        String name = live.getClass().getName();
        return name.startsWith(IMMUTABLE_COLLECTIONS) || name.startsWith(SINGLETONS);
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
