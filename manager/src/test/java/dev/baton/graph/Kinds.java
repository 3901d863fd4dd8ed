package dev.baton.graph;

import java.io.ByteArrayOutputStream;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamException;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * One value of every kind of class that sessions hold, and what a request might do to it. {@code change} alters the
 * value in place, or gives another one for the same attribute.
 */
public final class Kinds {
    /** @param change makes the next state of the value, in place or as a new object */
    public record Case(String name, Object value, Change change) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** What a request does; gives the attribute's value afterwards. */
    public interface Change {
        Object to(Object value);
    }

    private Kinds() {
    }

    /** Bytes as JDK serialisation writes them, and the objects that it met. */
    public static byte[] written(Object value, List<Object> met) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes) {
            {
                enableReplaceObject(true);
            }

            @Override
            protected Object replaceObject(Object object) {
                met.add(object);
                return object;
            }
        }) {
            out.writeObject(value);
        }
        return bytes.toByteArray();
    }

    /** Fresh values with each call. */
    public static List<Case> all() {
        List<Case> all = new ArrayList<>();
        add(all, "string", "a text", v -> v + " that grew: ä 漢 \ud83d\ude00 \0");
        add(all, "long string", "0123456789".repeat(7_000), v -> "begin " + v.substring(3));
        add(all, "integer", 41, v -> v + 1);
        add(all, "double", 1.5, v -> v * 3);
        add(all, "character", 'x', v -> 'y');
        add(all, "bean", new Bean(3, "name"), v -> {
            v.number = 4_000_000_000L;
            v.text = "another name";
            return v;
        });
        add(all, "bean with a superclass", new Derived(3, "name"), v -> {
            v.more = 7.25;
            v.number--;
            v.list.add("x");
            return v;
        });
        add(all, "super class not serialisable", new Stranger(5), v -> {
            v.mine = 6;
            return v;
        });
        add(all, "transient field", new Forgetful("kept", "lost"), v -> {
            v.lost = "changed";
            v.kept = "changed as well";
            return v;
        });
        add(all, "record", new Point(1, "a", List.of("x")), v -> new Point(2, v.label(), List.of("x", "y")));
        add(all, "list of records", new ArrayList<>(points(30)), v -> {
            v.set(11, new Point(99, "eleven", List.of()));
            v.remove(3);
            return v;
        });
        add(all, "enum", Colour.RED, v -> Colour.GREEN);
        add(all, "enum with a body", Shape.ROUND, v -> Shape.FLAT);
        add(all, "enum map", new EnumMap<>(Map.of(Colour.RED, "r")), v -> {
            v.put(Colour.GREEN, "g");
            return v;
        });
        add(all, "enum set", EnumSet.of(Colour.RED), v -> {
            v.add(Colour.GREEN);
            return v;
        });
        add(all, "enum set in a wrapper", Collections.synchronizedSet(EnumSet.noneOf(Colour.class)), v -> {
            v.add(v.isEmpty() ? Colour.RED : Colour.GREEN);
            return v;
        });
        add(all, "inner class", new Outer("o").new Inner(4), v -> {
            v.n++;
            return v;
        });
        add(all, "anonymous class", comparing("prefix"), v -> comparing("another"));
        add(all, "writeObject after the fields", new WithExtra(5, "extra"), v -> {
            v.extra = "other";
            v.field++;
            return v;
        });
        add(all, "writeObject without the fields", new WithoutDefaults(5, "only this"), v -> {
            v.text = "only that";
            return v;
        });
        add(all, "writeObject without the fields, among others", list(new Bean(1, "one"),
                new WithoutDefaults(6, "in a list"), new Bean(2, "two")), v -> {
            ((WithoutDefaults) v.get(1)).text = "in the same list";
            return v;
        });
        add(all, "chosen fields", new Chosen(6, "shown"), v -> {
            v.shown = "changed";
            return v;
        });
        add(all, "blocks of 3,000 bytes", new Blocks(3_000), v -> new Blocks(3_010));
        add(all, "externalizable", new Outside("x", 7), v -> {
            v.n = 8;
            return v;
        });
        add(all, "writeReplace and readResolve", new Money(5), v -> new Money(6));
        add(all, "replaced by one and the same", list(new Single(), new Single(), new Bean(1, "b")), v -> {
            v.add(new Single());
            return v;
        });
        add(all, "proxy", proxy("a"), v -> proxy("b"));
        add(all, "lambda", lambda(3), v -> lambda(4));
        add(all, "array list", new ArrayList<>(List.of("a", "b", "c")), v -> {
            v.add(1, "between");
            return v;
        });
        add(all, "linked list", new LinkedList<>(List.of("a", "b", "c")), v -> {
            v.removeFirst();
            return v;
        });
        add(all, "array deque", new ArrayDeque<>(List.of(1, 2, 3)), v -> {
            v.addFirst(0);
            return v;
        });
        add(all, "vector", new Vector<>(List.of("a", "b")), v -> {
            v.add("c");
            return v;
        });
        add(all, "arrays as list", Arrays.asList("a", "b"), v -> {
            v.set(0, "z");
            return v;
        });
        add(all, "immutable list", List.of("a", "b", "c"), v -> List.of("a", "c"));
        add(all, "immutable map", Map.of("a", 1), v -> Map.of("a", 2));
        add(all, "unmodifiable view", Collections.unmodifiableList(new ArrayList<>(List.of(1, 2))),
                v -> Collections.unmodifiableList(new ArrayList<>(List.of(1, 2, 3))));
        add(all, "hash map", map(new HashMap<>(), 20), v -> {
            v.remove("key-7");
            v.put("key-new", new Bean(1, "new"));
            return v;
        });
        add(all, "hash map growing", map(new HashMap<>(), 12), v -> {
            v.put("the thirteenth", new Bean(13, "x"));
            return v;
        });
        add(all, "linked map in order of access", map(new LinkedHashMap<>(16, 0.75f, true), 20), v -> {
            v.get("key-3");
            return v;
        });
        add(all, "tree map with a comparator", map(new TreeMap<>(Comparator.<String>reverseOrder()), 10), v -> {
            v.pollFirstEntry();
            return v;
        });
        add(all, "identity map", new IdentityHashMap<>(Map.of(Colour.RED, "x")), v -> {
            v.put(Colour.GREEN, "y");
            return v;
        });
        add(all, "concurrent map", map(new ConcurrentHashMap<>(), 10), v -> {
            v.remove("key-1");
            return v;
        });
        add(all, "skip list", map(new ConcurrentSkipListMap<>(), 10), v -> {
            v.put("key-55", new Bean(5, "x"));
            return v;
        });
        add(all, "copy on write", new CopyOnWriteArrayList<>(List.of("a", "b")), v -> {
            v.add("c");
            return v;
        });
        add(all, "sets", list(new HashSet<>(Set.of(1, 2, 3)), new TreeSet<>(Set.of("a", "b")),
                new LinkedHashSet<>(List.of(3, 1, 2))), v -> {
            v.remove(1);
            return v;
        });
        add(all, "priority queue", new PriorityQueue<>(List.of(5, 1, 4)), v -> {
            v.add(0);
            return v;
        });
        add(all, "cycle", ring(10), v -> {
            v.next.next.next = v;
            return v;
        });
        add(all, "list that holds itself", selfish(), v -> {
            v.add("more");
            return v;
        });
        add(all, "shared references", shared(), v -> {
            v.remove(0);
            return v;
        });
        add(all, "arrays", new Object[] {new int[] {1, 2}, new long[] {3}, new byte[100], new boolean[] {true},
            new char[] {'a'}, new short[] {5}, new float[] {1f}, new double[] {2.0}, new String[] {"s", null},
            new int[][] {{1}, {2, 3}}, new Bean[] {new Bean(1, "x")}, new Object[0]}, v -> {
            ((byte[]) v[2])[50] = 7;
            v[9] = new int[][] {{1}, {2, 3, 4}, {}};
            return v;
        });
        add(all, "megabyte", new byte[1 << 20], v -> {
            v[1 << 19] = 1;
            v[3] = 2;
            return v;
        });
        add(all, "classes", list(String.class, int.class, Bean.class, Map.Entry[].class), v -> {
            v.add(Thread.class);
            return v;
        });
        add(all, "java.time", list(LocalDate.of(2026, 1, 2), Instant.ofEpochSecond(5, 6),
                LocalDateTime.of(2026, 1, 2, 3, 4), Duration.ofMillis(5),
                ZonedDateTime.of(2026, 1, 2, 3, 4, 5, 6, ZoneId.of("Europe/Berlin"))), v -> {
            v.set(0, LocalDate.of(2027, 1, 2));
            v.remove(2);
            return v;
        });
        add(all, "dates", list(new Date(5), new GregorianCalendar(TimeZone.getTimeZone("UTC"),
                Locale.ROOT)), v -> {
            ((Date) v.get(0)).setTime(77);
            return v;
        });
        add(all, "numbers", list(new BigDecimal("12.50"), BigInteger.TEN, new AtomicInteger(3),
                adder(4)), v -> {
            v.set(0, new BigDecimal("99999999999999999999999.5"));
            ((AtomicInteger) v.get(2)).incrementAndGet();
            return v;
        });
        add(all, "values", list(new UUID(1, 2), URI.create("http://localhost/a"), Locale.GERMANY,
                BitSet.valueOf(new long[] {5}), new StringBuilder("text")), v -> {
            ((BitSet) v.get(3)).set(200);
            ((StringBuilder) v.get(4)).append("more");
            return v;
        });
        add(all, "exception", new IllegalStateException("broken", new RuntimeException("cause")), v -> {
            v.addSuppressed(new IllegalArgumentException("late"));
            return v;
        });
        add(all, "nulls", Arrays.asList(null, null, new Bean(0, null)), v -> {
            v.set(1, v.get(2));
            v.set(2, null);
            return v;
        });
        return all;
    }

    private static <T> void add(List<Case> all, String name, T value, java.util.function.UnaryOperator<T> change) {
        all.add(new Case(name, value, given -> {
            @SuppressWarnings("unchecked")
            T typed = (T) given;
            return change.apply(typed);
        }));
    }

    private static List<Point> points(int n) {
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            points.add(new Point(i * 37, "label " + i, List.of()));
        }
        return points;
    }

    private static <M extends Map<String, Bean>> M map(M map, int n) {
        for (int i = 0; i < n; i++) {
            map.put("key-" + i, new Bean(i, "value " + i));
        }
        return map;
    }

    static Node ring(int n) {
        Node first = new Node();
        Node last = first;
        for (int i = 1; i < n; i++) {
            last.next = new Node();
            last = last.next;
        }
        last.next = first;
        return first;
    }

    private static List<Object> list(Object... elements) {
        return new ArrayList<>(Arrays.asList(elements));
    }

    private static List<Object> selfish() {
        List<Object> list = new ArrayList<>();
        list.add(list);
        return list;
    }

    private static List<Object> shared() {
        Bean bean = new Bean(1, "shared");
        return new ArrayList<>(List.of(bean, "x", bean, new ArrayList<>(List.of(bean)), bean.text));
    }

    private static LongAdder adder(long n) {
        LongAdder adder = new LongAdder();
        adder.add(n);
        return adder;
    }

    private static Object proxy(String answer) {
        return Proxy.newProxyInstance(Kinds.class.getClassLoader(), new Class<?>[] {Greeting.class},
                new Answer(answer));
    }

    private static Object lambda(int n) {
        return (Supplier<String> & Serializable) () -> "lambda " + n;
    }

    private static Object comparing(String prefix) {
        return new SerializableSupplier() {
            private static final long serialVersionUID = 1L;

            @Override
            public String get() {
                return prefix;
            }
        };
    }

    // ---- classes

    interface SerializableSupplier extends Supplier<String>, Serializable {
    }

    /** For proxies. */
    public interface Greeting {
        String greet();
    }

    record Answer(String text) implements InvocationHandler, Serializable {
        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) {
            return method.getName().equals("greet") ? text : null;
        }
    }

    static class Bean implements Serializable {
        private static final long serialVersionUID = 1L;
        long number;
        boolean flag = true;
        String text;
        Integer boxed = 1_000;

        Bean(long number, String text) {
            this.number = number;
            this.text = text;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Bean b && b.number == number && Objects.equals(b.text, text);
        }

        @Override
        public int hashCode() {
            return Objects.hash(number, text);
        }
    }

    static final class Derived extends Bean {
        private static final long serialVersionUID = 1L;
        double more = 1;
        List<String> list = new ArrayList<>();
        Bean other = new Bean(9, "other");

        Derived(long number, String text) {
            super(number, text);
        }
    }

    static class Plain {
        int inherited = 1;
    }

    static final class Stranger extends Plain implements Serializable {
        private static final long serialVersionUID = 1L;
        int mine;

        Stranger(int mine) {
            this.mine = mine;
        }
    }

    static final class Forgetful implements Serializable {
        private static final long serialVersionUID = 1L;
        String kept;
        transient String lost;

        Forgetful(String kept, String lost) {
            this.kept = kept;
            this.lost = lost;
        }
    }

    record Point(int x, String label, List<String> tags) implements Serializable {
    }

    enum Colour { RED, GREEN }

    enum Shape {
        ROUND {
            @Override
            int corners() {
                return 0;
            }
        },
        FLAT {
            @Override
            int corners() {
                return 2;
            }
        };

        abstract int corners();
    }

    static final class Outer implements Serializable {
        private static final long serialVersionUID = 1L;
        final String name;

        Outer(String name) {
            this.name = name;
        }

        final class Inner implements Serializable {
            private static final long serialVersionUID = 1L;
            int n;

            Inner(int n) {
                this.n = n;
            }
        }
    }

    static final class WithExtra implements Serializable {
        private static final long serialVersionUID = 1L;
        int field;
        transient String extra;

        WithExtra(int field, String extra) {
            this.field = field;
            this.extra = extra;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(77);
            out.writeObject(extra);
            out.writeUTF(extra);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            in.readInt();
            extra = (String) in.readObject();
            in.readUTF();
        }
    }

    static final class WithoutDefaults implements Serializable {
        private static final long serialVersionUID = 1L;
        int field;
        String text;

        WithoutDefaults(int field, String text) {
            this.field = field;
            this.text = text;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.writeInt(field);
            out.writeObject(text);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            field = in.readInt();
            text = (String) in.readObject();
        }
    }

    static final class Chosen implements Serializable {
        private static final long serialVersionUID = 1L;
        private static final ObjectStreamField[] serialPersistentFields = {
            new ObjectStreamField("number", int.class), new ObjectStreamField("words", String.class)};
        transient int n;
        transient String shown;

        Chosen(int n, String shown) {
            this.n = n;
            this.shown = shown;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            ObjectOutputStream.PutField fields = out.putFields();
            fields.put("number", n);
            fields.put("words", shown);
            out.writeFields();
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            ObjectInputStream.GetField fields = in.readFields();
            n = fields.get("number", 0);
            shown = (String) fields.get("words", null);
        }
    }

    static final class Blocks implements Serializable {
        private static final long serialVersionUID = 1L;
        transient int n;

        Blocks(int n) {
            this.n = n;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.writeInt(n);
            for (int i = 0; i < n; i++) {
                out.writeByte(i);
                if (i % 1_000 == 999) {
                    out.writeObject("after " + i);
                }
            }
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            n = in.readInt();
            for (int i = 0; i < n; i++) {
                in.readByte();
                if (i % 1_000 == 999) {
                    in.readObject();
                }
            }
        }
    }

    /** Writes itself. */
    public static final class Outside implements Externalizable {
        private String text;
        private int n;

        public Outside() {
        }

        Outside(String text, int n) {
            this.text = text;
            this.n = n;
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeObject(text);
            out.writeInt(n);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
            text = (String) in.readObject();
            n = in.readInt();
        }
    }

    static final class Money implements Serializable {
        private static final long serialVersionUID = 1L;
        final int cents;

        Money(int cents) {
            this.cents = cents;
        }

        private Object writeReplace() {
            return new Form(cents);
        }

        static final class Form implements Serializable {
            private static final long serialVersionUID = 1L;
            final int cents;

            Form(int cents) {
                this.cents = cents;
            }

            private Object readResolve() throws ObjectStreamException {
                return new Money(cents);
            }
        }
    }

    /** All are written as one and the same object. */
    static final class Single implements Serializable {
        private static final long serialVersionUID = 1L;

        private Object writeReplace() {
            return One.ONE;
        }

        static final class One implements Serializable {
            private static final long serialVersionUID = 1L;
            static final One ONE = new One();

            private Object readResolve() {
                return new Single();
            }
        }
    }

    static final class Node implements Serializable {
        private static final long serialVersionUID = 1L;
        Node next;
        int n;
    }
}
