package dev.baton.diff;

import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;

/**
 * The JDK's collections of exactly these classes, and its sets of enum constants, by what their public iterators give,
 * in that order: the same elements in the same order are written alike, but for capacities that nobody sees. No code of
 * the application runs, and the JDK need not be opened.
 */
final class CollectionShapes {
    /** Those of java.util.concurrent by name: this package has nothing to do with threads. */
    private static final List<String> CONCURRENT_COLLECTIONS = List.of("java.util.concurrent.CopyOnWriteArrayList",
            "java.util.concurrent.CopyOnWriteArraySet", "java.util.concurrent.ConcurrentLinkedQueue",
            "java.util.concurrent.ConcurrentLinkedDeque");
    private static final List<Class<?>> COLLECTIONS = List.of(LinkedList.class, ArrayDeque.class, HashSet.class,
            LinkedHashSet.class, TreeSet.class, Vector.class, Stack.class, PriorityQueue.class);
    private static final List<Class<?>> MAPS = List.of(HashMap.class, LinkedHashMap.class, TreeMap.class,
            Hashtable.class, IdentityHashMap.class, EnumMap.class);

    private CollectionShapes() {
    }

    /** The shape of that class, or null where it is none of those known here. */
    static Shape of(Class<?> type) {
        if (type == ArrayList.class) {
            return new OfArrayList();
        } else if (COLLECTIONS.contains(type) || CONCURRENT_COLLECTIONS.contains(type.getName())
                || EnumSet.class.isAssignableFrom(type)) {
            boolean set = Set.class.isAssignableFrom(type);
            return new OfCollection(SortedSet.class.isAssignableFrom(type) || type == PriorityQueue.class,
                    !set && type != PriorityQueue.class);
        } else if (MAPS.contains(type) || type.getName().equals("java.util.concurrent.ConcurrentHashMap")) {
            return new OfMap(SortedMap.class.isAssignableFrom(type));
        } else if (type == Date.class) {
            return new OfDate();
        } else if (type == AbstractMap.SimpleEntry.class) {
            return new OfEntry();
        }
        return null;
    }

    private static final class OfArrayList extends Shape {
        @Override
        void note(Object live, Notes notes) throws Unwalkable {
            ArrayList<?> list = (ArrayList<?>) live;
            int size = list.size();
            notes.reserve(1, size);
            notes.prim(size);
            for (int i = 0; i < size; i++) {
                notes.ref(list.get(i));
            }
        }

        @Override
        boolean same(Object live, Reader notes) {
            ArrayList<?> list = (ArrayList<?>) live;
            int size = list.size();
            if (!notes.prim(size)) {
                return false;
            }
            for (int i = 0; i < size; i++) {
                if (!notes.ref(list.get(i))) {
                    return false;
                }
            }
            return true;
        }

        @Override
        void skip(Reader notes) {
            notes.skip(0, notes.count());
        }

        @Override
        boolean follows(Object[] refs, int from, int to) {
            return true;
        }
    }

    private static final class OfCollection extends Shape {
        private final boolean sorted;
        private final boolean ordered;

        /** @param ordered whether elements stay where they were put, whatever becomes of them */
        OfCollection(boolean sorted, boolean ordered) {
            this.sorted = sorted;
            this.ordered = ordered;
        }

        @Override
        void note(Object live, Notes notes) throws Unwalkable {
            Collection<?> collection = (Collection<?>) live;
            if (sorted) {
                notes.ref(comparator(live));
            }
            int at = notes.primCount;
            notes.prim(0);
            int count = 0;
            for (Object element : collection) {
                notes.ref(element);
                count++;
            }
            notes.prims[at] = count;
        }

        @Override
        boolean same(Object live, Reader notes) {
            if (sorted && !notes.ref(comparator(live))) {
                return false;
            }
            int count = notes.count();
            for (Object element : (Collection<?>) live) {
                if (--count < 0 || !notes.ref(element)) {
                    return false;
                }
            }
            return count == 0;
        }

        @Override
        void skip(Reader notes) {
            notes.skip(0, sorted ? 1 : 0);
            notes.skip(0, notes.count());
        }

        /** Elements of sets and heaps stand where their hash or their order has put them. */
        @Override
        boolean follows(Object[] refs, int from, int to) {
            return ordered || leaves(refs, from, to, 1);
        }
    }

    private static final class OfMap extends Shape {
        private static final int FEW = 4;

        private final boolean sorted;

        OfMap(boolean sorted) {
            this.sorted = sorted;
        }

        @Override
        void note(Object live, Notes notes) throws Unwalkable {
            if (sorted) {
                notes.ref(comparator(live));
            }
            int at = notes.primCount;
            notes.prim(0);
            int count = 0;
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) live).entrySet()) {
                notes.ref(entry.getKey());
                notes.ref(entry.getValue());
                count++;
            }
            notes.prims[at] = count;
        }

        @Override
        boolean same(Object live, Reader notes) {
            if (sorted && !notes.ref(comparator(live))) {
                return false;
            }
            int count = notes.count();
            if (live.getClass() == HashMap.class && count <= FEW && looksUp((HashMap<?, ?>) live, count, notes)) {
                notes.skip(0, 2 * count);
                return true;
            }
            Iterator<? extends Map.Entry<?, ?>> entries = ((Map<?, ?>) live).entrySet().iterator();
            while (entries.hasNext()) {
                Map.Entry<?, ?> entry = entries.next();
                if (--count < 0 || !notes.ref(entry.getKey()) || !notes.ref(entry.getValue())) {
                    return false;
                }
            }
            return count == 0;
        }

        /**
         * Whether a map of so few entries still has them: faster than to go through its empty places. Only for keys of
         * which {@code equals} is not the application's. The order counts as little as it does for the application.
         */
        private static boolean looksUp(HashMap<?, ?> map, int count, Reader notes) {
            if (map.size() != count) {
                return false;
            }
            for (int i = notes.refAt; i < notes.refAt + 2 * count; i += 2) {
                Object value = notes.refs[i + 1];
                if (!(notes.refs[i] instanceof String) || value == null || map.get(notes.refs[i]) != value) {
                    return false;
                }
            }
            return true;
        }

        @Override
        void skip(Reader notes) {
            notes.skip(0, sorted ? 1 : 0);
            notes.skip(0, 2 * notes.count());
        }

        @Override
        boolean follows(Object[] refs, int from, int to) {
            int keys = from + (sorted ? 1 : 0);
            return leaves(refs, from, keys, 1) && leaves(refs, keys, to, 2);
        }
    }

    private static Comparator<?> comparator(Object live) {
        return live instanceof SortedMap<?, ?> map ? map.comparator()
                : live instanceof SortedSet<?> set ? set.comparator() : ((PriorityQueue<?>) live).comparator();
    }

    private static final class OfDate extends Shape {
        @Override
        void note(Object live, Notes notes) {
            notes.prim(((Date) live).getTime());
        }

        @Override
        boolean same(Object live, Reader notes) {
            return notes.prim(((Date) live).getTime());
        }

        @Override
        void skip(Reader notes) {
            notes.skip(1, 0);
        }

        @Override
        boolean follows(Object[] refs, int from, int to) {
            return true;
        }
    }

    private static final class OfEntry extends Shape {
        @Override
        void note(Object live, Notes notes) throws Unwalkable {
            notes.ref(((Map.Entry<?, ?>) live).getKey());
            notes.ref(((Map.Entry<?, ?>) live).getValue());
        }

        @Override
        boolean same(Object live, Reader notes) {
            return notes.ref(((Map.Entry<?, ?>) live).getKey()) && notes.ref(((Map.Entry<?, ?>) live).getValue());
        }

        @Override
        void skip(Reader notes) {
            notes.skip(0, 2);
        }

        @Override
        boolean follows(Object[] refs, int from, int to) {
            return true;
        }
    }
}
