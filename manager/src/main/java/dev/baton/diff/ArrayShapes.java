package dev.baton.diff;

import java.lang.reflect.Array;
import java.util.Arrays;

/** Arrays, by their elements. */
final class ArrayShapes {
    private ArrayShapes() {
    }

    static Shape of(Class<?> type) {
        return type.getComponentType().isPrimitive() ? new OfPrimitives() : new OfReferences();
    }

    private static final class OfReferences extends Shape {
        @Override
        void note(Object live, Notes notes) throws Unwalkable {
            Object[] array = (Object[]) live;
            notes.reserve(1, array.length);
            notes.prim(array.length);
            for (Object element : array) {
                notes.ref(element);
            }
        }

        @Override
        boolean same(Object live, Reader notes) {
            Object[] array = (Object[]) live;
            int length = notes.count();
            for (int i = 0; i < length; i++) {
                if (!notes.ref(array[i])) {
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

    private static final class OfPrimitives extends Shape {
        @Override
        void note(Object live, Notes notes) throws Unwalkable {
            int length = Array.getLength(live);
            notes.copies(length * (long) width(live));
            Object copy = Array.newInstance(live.getClass().getComponentType(), length);
            System.arraycopy(live, 0, copy, 0, length);
            notes.thing(copy);
        }

        @Override
        boolean same(Object live, Reader notes) {
            return sameElements(live, notes.thing());
        }

        @Override
        void skip(Reader notes) {
            notes.skip(0, 1);
        }

        @Override
        boolean follows(Object[] refs, int from, int to) {
            return true;
        }
    }

    private static boolean sameElements(Object a, Object b) {
        if (a instanceof byte[] bytes) {
            return Arrays.equals(bytes, (byte[]) b);
        } else if (a instanceof int[] ints) {
            return Arrays.equals(ints, (int[]) b);
        } else if (a instanceof long[] longs) {
            return Arrays.equals(longs, (long[]) b);
        } else if (a instanceof char[] chars) {
            return Arrays.equals(chars, (char[]) b);
        } else if (a instanceof double[] doubles) {
            return sameBits(doubles, (double[]) b);
        } else if (a instanceof float[] floats) {
            return sameBits(floats, (float[]) b);
        } else if (a instanceof boolean[] booleans) {
            return Arrays.equals(booleans, (boolean[]) b);
        }
        return Arrays.equals((short[]) a, (short[]) b);
    }

    /** {@code Arrays.equals} takes all NaNs for one. */
    private static boolean sameBits(double[] a, double[] b) {
        for (int i = 0; i < a.length; i++) {
            if (Double.doubleToRawLongBits(a[i]) != Double.doubleToRawLongBits(b[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameBits(float[] a, float[] b) {
        for (int i = 0; i < a.length; i++) {
            if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])) {
                return false;
            }
        }
        return true;
    }

    private static int width(Object array) {
        return array instanceof long[] || array instanceof double[] ? 8
                : array instanceof int[] || array instanceof float[] ? 4
                : array instanceof byte[] || array instanceof boolean[] ? 1 : 2;
    }
}
