package dev.baton.diff;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Classes that are written in every way that serialisation knows. */
final class Things {
    private Things() {
    }

    enum Colour { RED, GREEN, BLUE }

    /** A field of every kind. */
    static class Bean implements Serializable {
        private static final long serialVersionUID = 1L;
        boolean flag;
        byte small;
        short shorter;
        char letter = 'a';
        int number;
        long longer;
        float real;
        double precise;
        String text;
        Integer boxed;
        Double fraction;
        Boolean maybe;
        Object first;
        Object second;
        Colour colour = Colour.RED;
        transient int unseen;
    }

    /** A second level, with an odd order of fields. */
    static final class SubBean extends Bean {
        private static final long serialVersionUID = 1L;
        Object third;
        long zero;
        boolean and;
        String name;
    }

    record Pair(Object left, Object right, int weight) implements Serializable {}

    /** Writes what no field shows: transient state. */
    static final class Custom implements Serializable {
        private static final long serialVersionUID = 1L;
        transient int hidden;
        transient Object behind;
        int shown;

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(hidden);
            out.writeObject(behind);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            hidden = in.readInt();
            behind = in.readObject();
        }
    }

    static final class External implements Externalizable {
        private static final long serialVersionUID = 1L;
        int a;
        String b;
        Object c;

        public External() {
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeInt(a);
            out.writeUTF(String.valueOf(b));
            out.writeObject(c);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
            a = in.readInt();
            b = in.readUTF();
            c = in.readObject();
        }
    }

    /** Is written as a fresh object each time. */
    static final class Replaced implements Serializable {
        private static final long serialVersionUID = 1L;
        int value;
        Object inside;

        private Object writeReplace() {
            Form form = new Form();
            form.value = value;
            form.inside = inside;
            return form;
        }

        private static final class Form implements Serializable {
            private static final long serialVersionUID = 1L;
            int value;
            Object inside;

            private Object readResolve() {
                Replaced made = new Replaced();
                made.value = value;
                made.inside = inside;
                return made;
            }
        }
    }

    /** Is written as another object that may be referred to from elsewhere. */
    static final class Delegating implements Serializable {
        private static final long serialVersionUID = 1L;
        Bean target = new Bean();

        private Object writeReplace() {
            return target;
        }
    }

    /** Is written as null. */
    static final class Unwritten implements Serializable {
        private static final long serialVersionUID = 1L;

        private Object writeReplace() {
            return null;
        }
    }

    /** A collection with a field of its own. */
    static final class Basket extends ArrayList<Object> {
        private static final long serialVersionUID = 1L;
        int discount;
    }

    /** A map that gives out nothing of what it has, but is written whole. */
    static final class ShyMap extends HashMap<String, Object> {
        private static final long serialVersionUID = 1L;

        @Override
        public int size() {
            return super.size();
        }

        @Override
        public java.util.Set<Map.Entry<String, Object>> entrySet() {
            return super.entrySet();
        }
    }

    /** Keeps those used last. */
    static final class Recent extends LinkedHashMap<String, Object> {
        private static final long serialVersionUID = 1L;

        Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Object> eldest) {
            return size() > 8;
        }
    }

    static final class ByLength implements Comparator<String>, Serializable {
        private static final long serialVersionUID = 1L;
        int sign = 1;

        @Override
        public int compare(String a, String b) {
            int byLength = Integer.compare(a.length(), b.length());
            return byLength != 0 ? byLength : a.compareTo(b);
        }
    }

    static final class Node implements Serializable {
        private static final long serialVersionUID = 1L;
        Node next;
        int value;
        final List<Object> items = new ArrayList<>();
    }
}
