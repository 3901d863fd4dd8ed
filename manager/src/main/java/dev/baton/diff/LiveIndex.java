package dev.baton.diff;

import java.util.Arrays;

/** Live objects by identity. Looked up only, never walked through, so that the order of hashes cannot be seen. */
final class LiveIndex {
    private final Object[] objects;
    /** One more than the position of an object, 0 where free. */
    private final int[] positions;
    private final int mask;

    /** @param objects with nulls, which are not found; of several that are the same the first is */
    LiveIndex(Object[] objects) {
        this.objects = objects;
        int size = Integer.highestOneBit(Math.max(8, objects.length)) * 4;
        this.positions = new int[size];
        this.mask = size - 1;
        for (int i = 0; i < objects.length; i++) {
            if (objects[i] != null) {
                int place = placeOf(objects[i]);
                if (positions[place] == 0) {
                    positions[place] = i + 1;
                }
            }
        }
    }

    /** Position of the object, -1 where it is not among them. */
    int of(Object object) {
        return positions[placeOf(object)] - 1;
    }

    private int placeOf(Object object) {
        int hash = System.identityHashCode(object);
        int place = (hash ^ hash >>> 15) & mask;
        while (positions[place] != 0 && objects[positions[place] - 1] != object) {
            place = place + 1 & mask;
        }
        return place;
    }

    /** Each object once, where it is first met. */
    static Object[] withoutRepetitions(Object[] objects) {
        LiveIndex index = new LiveIndex(objects);
        Object[] once = new Object[objects.length];
        int count = 0;
        for (int i = 0; i < objects.length; i++) {
            if (index.of(objects[i]) == i) {
                once[count++] = objects[i];
            }
        }
        return Arrays.copyOf(once, count);
    }
}
