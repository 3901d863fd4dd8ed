package dev.baton.diff;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** Classes whose objects can follow a change, others that cannot, and how they are read. */
final class Followers {
    private Followers() {
    }

    /** A field of each kind that can follow, and references. */
    static class Line implements Serializable, Comparable<Line> {
        private static final long serialVersionUID = 1L;
        boolean flag;
        byte small = 1;
        short shorter = 2;
        char letter = 'a';
        volatile int number = 3;
        long longer = 4;
        float real = 5;
        private double precise = 6;
        String text = new String("some text");
        Integer boxed = 7_000;
        Double fraction = 8.5;
        Object any = new String("anything");
        Object other;
        final int fixed;

        Line(int fixed) {
            this.fixed = fixed;
        }

        void precise(double value) {
            precise = value;
        }

        @Override
        public int compareTo(Line o) {
            return Integer.compare(number, o.number);
        }
    }

    /** Two levels. */
    static final class LongLine extends Line {
        private static final long serialVersionUID = 1L;
        int more;

        LongLine() {
            super(1);
        }
    }

    /** Nothing about it is in the way. */
    static final class Holding implements Serializable {
        private static final long serialVersionUID = 1L;
        Line line;

        Holding(Line line) {
            this.line = line;
        }
    }

    static final class Caching implements Serializable {
        private static final long serialVersionUID = 1L;
        final Line line;
        transient String cache;

        Caching(Line line) {
            this.line = line;
        }
    }

    static final class Reading implements Serializable {
        private static final long serialVersionUID = 1L;
        final Line line;

        Reading(Line line) {
            this.line = line;
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
        }
    }

    static final class Resolving implements Serializable {
        private static final long serialVersionUID = 1L;
        final Line line;

        Resolving(Line line) {
            this.line = line;
        }

        private Object readResolve() {
            return this;
        }
    }

    /** Is not there once it was read. */
    static final class Vanishing implements Serializable {
        private static final long serialVersionUID = 1L;

        private Object readResolve() {
            return null;
        }
    }

    static final class NoData implements Serializable {
        private static final long serialVersionUID = 1L;
        final Line line;

        NoData(Line line) {
            this.line = line;
        }

        private void readObjectNoData() {
            throw new IllegalStateException();
        }
    }

    static final class Choosing implements Serializable {
        private static final long serialVersionUID = 1L;
        private static final ObjectStreamField[] serialPersistentFields = {new ObjectStreamField("line", Line.class)};
        Line line;

        Choosing(Line line) {
            this.line = line;
        }
    }

    static class Unwritten {
        int cache;
    }

    static final class OnUnwritten extends Unwritten implements Serializable {
        private static final long serialVersionUID = 1L;
        final Line line;

        OnUnwritten(Line line) {
            this.line = line;
        }
    }

    record Recorded(Line line) implements Serializable {}

    /** Reads a value. */
    static Object read(byte[] bytes, List<Object> made) throws IOException, ClassNotFoundException {
        made.clear();
        try (ObjectInputStream in = new Telling(new ByteArrayInputStream(bytes), made)) {
            return in.readObject();
        }
    }

    static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
        return read(bytes, new ArrayList<>());
    }

    private static final class Telling extends ObjectInputStream {
        private final List<Object> made;

        Telling(InputStream in, List<Object> made) throws IOException {
            super(in);
            this.made = made;
            enableResolveObject(true);
        }

        @Override
        protected Object resolveObject(Object object) {
            made.add(object);
            return object;
        }
    }
}
