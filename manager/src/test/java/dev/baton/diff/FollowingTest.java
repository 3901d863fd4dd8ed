package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.corpus.Corpus;
import dev.baton.diff.Followers.Caching;
import dev.baton.diff.Followers.Choosing;
import dev.baton.diff.Followers.Holding;
import dev.baton.diff.Followers.Line;
import dev.baton.diff.Followers.LongLine;
import dev.baton.diff.Followers.NoData;
import dev.baton.diff.Followers.OnUnwritten;
import dev.baton.diff.Followers.Reading;
import dev.baton.diff.Followers.Recorded;
import dev.baton.diff.Followers.Resolving;
import dev.baton.diff.Followers.Vanishing;
import dev.baton.model.AttributeChange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("D1, D5: live objects follow what changed elsewhere, where that is the same as reading them anew")
class FollowingTest {
    private final Differencer differencer = new Differencer(Methods.DEFAULT);

    /** One process that has a copy, and what came of the last change that reached it. */
    private final class Copy {
        Object value;
        Benchmark benchmark;
        boolean followed;
        int serialised;

        Copy(byte[] bytes) throws Exception {
            read(bytes, true);
        }

        private void read(byte[] bytes, boolean wanders) throws Exception {
            List<Object> made = new ArrayList<>();
            value = Followers.read(bytes, made);
            benchmark = Benchmark.of(bytes);
            differencer.read(benchmark, value, wanders ? made : List.of());
        }

        /** Bytes from the store, as with a token. */
        Copy receive(byte[] bytes, Collection<Benchmark> others) throws Exception {
            Benchmark next = differencer.follow(benchmark, value, bytes, others);
            followed = next != null;
            if (followed) {
                benchmark = next;
            } else {
                read(bytes, true);
            }
            assertThat(benchmark.bytes()).isEqualTo(bytes);
            assertThat(benchmark.look(value)).isSameAs(Snapshot.NOTHING);
            assertThat(Corpus.bytes(value)).isEqualTo(Corpus.bytes(Followers.read(bytes)));
            return this;
        }

        /** What the application did here; the bytes that the store has then. */
        byte[] changed() throws Exception {
            Bytes source = new Bytes(value);
            Differencer.Comparison found = differencer.compare("a", benchmark, value, source);
            serialised = source.calls;
            AttributeChange change = found.change();
            byte[] stored = change == null ? benchmark.bytes() : change.apply(benchmark.bytes());
            benchmark = found.next();
            assertThat(stored).isEqualTo(benchmark.bytes());
            return stored;
        }
    }

    /** What the store has after this change at another process. */
    @SuppressWarnings("unchecked")
    private <T> byte[] elsewhere(byte[] bytes, Consumer<T> change) throws Exception {
        Copy there = new Copy(bytes);
        change.accept((T) there.value);
        byte[] changed = there.changed();
        assertThat(changed).isNotEqualTo(bytes);
        return changed;
    }

    /** Whether a copy that was read before follows this change. */
    private <T> boolean follows(T value, Consumer<T> change) throws Exception {
        byte[] bytes = Corpus.bytes(value);
        Copy here = new Copy(bytes);
        Object before = here.value;
        here.receive(elsewhere(bytes, change), List.of());
        assertThat(here.value == before).isEqualTo(here.followed);
        return here.followed;
    }

    /** The same of a number in an object that another one has, or that stands beside that one. */
    private boolean followsIn(Function<Line, Object> around) throws Exception {
        Line line = new LongLine();
        return follows(new Object[] {line, around.apply(line)}, array -> ((Line) array[0]).number++);
    }

    @Test
    @DisplayName("Numbers of each type, as primitives and as objects, and texts, also longer and shorter ones")
    void everyKindOfFieldFollows() throws Exception {
        List<Consumer<LongLine>> changes = List.of(l -> l.flag = true, l -> l.small = -1, l -> l.shorter = -2,
                l -> l.letter = '\u20ac', l -> l.number = Integer.MIN_VALUE, l -> l.longer = -5_000_000_000L,
                l -> l.real = -0.0f, l -> l.precise(Double.NaN), l -> l.text = "same size", l -> l.text = "",
                l -> l.text = "longer \u00e4\u20ac\0 than it was before", l -> l.boxed = -9, l -> l.fraction = 0.25,
                l -> l.any = "else", l -> l.more = 99, l -> {
                    l.flag = true;
                    l.more--;
                    l.text = "longer, with other changes before and behind it";
                    l.precise(1 / 3.0);
                    l.fraction = -1.0;
                    l.any = "anyhow!!";
                });
        for (int i = 0; i < changes.size(); i++) {
            assertThat(follows(new LongLine(), changes.get(i))).as("change %d", i).isTrue();
        }
    }

    @Test
    @DisplayName("A fault in finding out where in the bytes everything stands keeps nobody from using what was read")
    void aFaultAfterReadingIsNone() throws Exception {
        Benchmark benchmark = Benchmark.of(Corpus.bytes(new LongLine()));
        List<Object> made = new ArrayList<>();
        Object value = Followers.read(benchmark.bytes(), made);
        differencer.read(benchmark, value, new ArrayList<>(made) {
            @Override
            public Object get(int index) {
                throw new IllegalStateException("as planned");
            }
        });
        Bytes source = new Bytes(value);
        assertThat(differencer.compare("a", benchmark, value, source).change()).isNull();
        assertThat(source.calls).isEqualTo(1);
    }

    @Test
    @DisplayName("Inside of beans, lists, arrays, cycles, and as values of maps with plain keys")
    void insideOfOtherObjects() throws Exception {
        assertThat(followsIn(Holding::new)).isTrue();
        assertThat(followsIn(line -> new ArrayList<>(List.of(line, line)))).isTrue();
        assertThat(followsIn(line -> new LinkedList<>(List.of(line)))).isTrue();
        assertThat(followsIn(line -> new ArrayDeque<>(List.of(line)))).isTrue();
        assertThat(followsIn(line -> new HashMap<>(Map.of("a", line, 2, line)))).isTrue();
        assertThat(followsIn(line -> new LinkedHashMap<>(Map.of("a", line)))).isTrue();
        assertThat(followsIn(line -> new TreeMap<>(Map.of("a", line)))).isTrue();
        assertThat(followsIn(line -> new HashSet<>(List.of("a", "b")))).isTrue();
        assertThat(followsIn(line -> new Line[][] {{line}})).isTrue();
        assertThat(followsIn(line -> new int[] {1, 2})).isTrue();
        assertThat(followsIn(line -> line.other = line)).isTrue();
    }

    @Test
    @DisplayName("Not where something in the graph may hold a trace of the former state, or has code that runs when read")
    void objectsThatMustBeReadAnew() throws Exception {
        assertThat(followsIn(Caching::new)).isFalse();
        assertThat(followsIn(OnUnwritten::new)).isFalse();
        assertThat(followsIn(Reading::new)).isFalse();
        assertThat(followsIn(Resolving::new)).isFalse();
        assertThat(followsIn(line -> new Vanishing())).isFalse();
        assertThat(followsIn(NoData::new)).isFalse();
        assertThat(followsIn(Choosing::new)).isFalse();
        assertThat(followsIn(Recorded::new)).isFalse();
        assertThat(followsIn(line -> Collections.unmodifiableList(new ArrayList<>(List.of(line))))).isFalse();
        assertThat(followsIn(line -> new Things.Basket())).isFalse();
        assertThat(followsIn(line -> new Things.Custom())).isFalse();
        assertThat(followsIn(line -> new Things.External())).isFalse();
    }

    @Test
    @DisplayName("Not where keys or elements have a place by their hash or order and can change")
    void keysThatMustBeReadAnew() throws Exception {
        assertThat(followsIn(line -> new HashSet<>(List.of(line)))).isFalse();
        assertThat(followsIn(line -> new HashMap<>(Map.of(line, "a")))).isFalse();
        assertThat(followsIn(line -> new LinkedHashMap<>(Map.of("x", new HashMap<>(Map.of(line, 1)))))).isFalse();
        assertThat(followsIn(line -> new TreeSet<>(List.of(line)))).isFalse();
        assertThat(followsIn(line -> new TreeMap<>(Map.of(line, "a")))).isFalse();
        assertThat(followsIn(line -> new PriorityQueue<>(List.of(line)))).isFalse();
    }

    @Test
    @DisplayName("Not what is no field of its own: final ones, elements, null, objects that come and go, shared texts")
    void changesThatMustBeReadAnew() throws Exception {
        assertThat(follows(new Holding(new Line(1)), h -> h.line = new Line(2))).as("final").isFalse();
        assertThat(follows(new ArrayList<>(List.of(1, 2_000)), l -> l.set(1, 3_000))).as("element").isFalse();
        assertThat(follows(new HashMap<>(Map.of("a", 2_000)), m -> m.put("a", 3_000))).as("map value").isFalse();
        assertThat(follows(new int[] {1, 2}, a -> a[1]++)).as("primitive element").isFalse();
        assertThat(follows(new Line(1), l -> l.text = null)).as("null").isFalse();
        assertThat(follows(new Line(1), l -> l.any = 5)).as("another class").isFalse();
        assertThat(follows(new Holding(new Line(1)), h -> h.line.other = h.line)).as("reference").isFalse();
        assertThat(follows(new ArrayList<>(List.of(new Line(1))), l -> l.add(new Line(1)))).as("new").isFalse();
        assertThat(follows(new Line(1), l -> {
            l.text = "longer than before";
            l.any = "longer than before as well";
        })).as("two texts of other lengths").isFalse();
        Line sharing = new Line(1);
        sharing.any = sharing.text;
        assertThat(follows(sharing, l -> l.text = "other")).as("shared text").isFalse();
        assertThat(follows(sharing, l -> l.number = 1)).as("control").isTrue();
    }

    @Test
    @DisplayName("Not where the object is part of another attribute, or that cannot be told")
    void whatOthersHaveIsReadAnew() throws Exception {
        byte[] bytes = Corpus.bytes(new Holding(new Line(1)));
        byte[] changed = elsewhere(bytes, (Holding h) -> h.line.number++);
        Copy here = new Copy(bytes);
        assertThat(here.receive(changed, List.of(first(new Line(1)), first("plain"))).followed).isTrue();
        here = new Copy(bytes);
        List<Object> other = new ArrayList<>(List.of("x", ((Holding) here.value).line));
        assertThat(here.receive(changed, List.of(first(other))).followed).isFalse();
        assertThat(other.get(1)).extracting("number").as("not touched").isEqualTo(3);
        assertThat(new Copy(bytes).receive(changed, null).followed).isFalse();
        assertThat(new Copy(bytes).receive(changed, List.of(Benchmark.of(bytes))).followed).isFalse();
    }

    private Benchmark first(Object value) {
        return differencer.compare("b", null, value, new Bytes(value)).next();
    }

    @Test
    @DisplayName("Not objects that the application made here, or changed here meanwhile")
    void onlyUnchangedObjectsThatWereReadHere() throws Exception {
        Line made = new Line(1);
        byte[] bytes = Corpus.bytes(made);
        byte[] changed = elsewhere(bytes, (Line l) -> l.number++);
        Copy here = new Copy(bytes);
        here.value = made;
        here.benchmark = first(made);
        for (int i = 0; i < 3; i++) {
            made.longer++;
            bytes = here.changed();
        }
        assertThat(here.serialised).as("places are known").isZero();
        here.receive(elsewhere(bytes, (Line l) -> l.number++), List.of());
        assertThat(here.followed).isFalse();
        assertThat(made.number).isEqualTo(3);

        here = new Copy(Corpus.bytes(new Line(1)));
        ((Line) here.value).small++;
        assertThat(here.receive(changed, List.of()).followed).isFalse();
        assertThat(here.value).extracting("small").as("what the store has").isEqualTo((byte) 1);

        here = new Copy(Corpus.bytes(new Holding(new Line(1))));
        ((Holding) here.value).line.other = new Line(1);
        bytes = here.changed();
        here.receive(elsewhere(bytes, (Holding h) -> h.line.number++), List.of());
        assertThat(here.followed).as("an object of it was made here").isFalse();
    }

    @Test
    @DisplayName("What was not read by a session that wanders follows once a field of it was changed here")
    void placesAreLearntFromAChangeAsWell() throws Exception {
        byte[] bytes = Corpus.bytes(new LongLine());
        Copy here = new Copy(bytes);
        here.read(bytes, false);
        assertThat(here.receive(elsewhere(bytes, (Line l) -> l.number++), List.of()).followed).isFalse();
        here.read(bytes, false);
        ((Line) here.value).number = 50;
        bytes = here.changed();
        assertThat(here.serialised).isPositive();
        assertThat(here.receive(elsewhere(bytes, (Line l) -> l.number++), List.of()).followed).isTrue();
        assertThat(((Line) here.value).number).isEqualTo(51);
        ((Line) here.value).text += "!";
        here.changed();
        assertThat(here.serialised).as("a change made here, of an object that followed").isZero();
    }

    @Test
    @DisplayName("Bytes that are damaged or of something else are left to reading")
    void otherBytes() throws Exception {
        byte[] bytes = Corpus.bytes(new LongLine());
        Random random = new Random(7);
        int followed = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] other = random.nextInt(5) == 0
                    ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 20)) : bytes.clone();
            for (int j = random.nextInt(3); j >= 0 && other.length > 0; j--) {
                other[random.nextInt(other.length)] = (byte) random.nextInt();
            }
            Copy here = new Copy(bytes);
            Benchmark next = differencer.follow(here.benchmark, here.value, other, List.of());
            if (next != null) {
                followed++;
                assertThat(Corpus.bytes(here.value)).as("case %d", i).isEqualTo(other);
            } else {
                assertThat(Corpus.bytes(here.value)).as("case %d, not half of it", i).isEqualTo(bytes);
            }
        }
        assertThat(followed).isBetween(100, 4_000);
    }

    @Test
    @DisplayName("Random graphs that wander between three processes: always what reading anew gives, to the byte")
    void randomGraphsWander() throws Exception {
        int followed = 0;
        int serialised = 0;
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            byte[] stored = Corpus.bytes(graph(random));
            List<Copy> copies = List.of(new Copy(stored), new Copy(stored), new Copy(stored));
            for (int step = 0; step < 30; step++) {
                Copy copy = copies.get(random.nextInt(3)).receive(stored, List.of());
                followed += copy.followed ? 1 : 0;
                change(random, (Line[]) ((List<?>) copy.value).get(0), random.nextInt(12) == 0);
                stored = copy.changed();
                serialised += copy.serialised;
            }
        }
        assertThat(followed).isGreaterThan(400 * 30 / 2);
        assertThat(serialised).isLessThan(400 * 30 / 2);
    }

    private static List<Object> graph(Random random) {
        Line[] lines = new Line[1 + random.nextInt(8)];
        List<Object> root = new ArrayList<>();
        root.add(lines);
        for (int i = 0; i < lines.length; i++) {
            lines[i] = random.nextBoolean() ? new LongLine() : new Line(i);
            lines[i].text = new String("text " + i);
            lines[i].any = new String("any " + i);
            lines[i].boxed = 1_000 + i;
            lines[i].other = random.nextBoolean() ? lines[random.nextInt(i + 1)] : new ArrayList<>(List.of(lines[i]));
            root.add(switch (random.nextInt(5)) {
                case 0 -> new HashMap<>(Map.of("key " + i, lines[i]));
                case 1 -> new LinkedHashMap<>(Map.of("plain", 5, i, lines[i]));
                case 2 -> new Holding(lines[i]);
                case 3 -> new Object[] {lines[i], "and", i};
                default -> new ArrayList<>(List.of(lines[i], lines[random.nextInt(i + 1)]));
            });
        }
        return root;
    }

    private static void change(Random random, Line[] lines, boolean anything) {
        for (int i = random.nextInt(4); i > 0; i--) {
            Line line = lines[random.nextInt(lines.length)];
            switch (random.nextInt(12)) {
                case 0 -> line.flag = !line.flag;
                case 1 -> line.small = (byte) random.nextInt();
                case 2 -> line.shorter = (short) random.nextInt();
                case 3 -> line.letter = (char) random.nextInt();
                case 4 -> line.number = random.nextInt();
                case 5 -> line.longer = random.nextLong();
                case 6 -> line.real = Float.intBitsToFloat(random.nextInt());
                case 7 -> line.precise(random.nextGaussian());
                case 8 -> line.text = "t".repeat(random.nextInt(9)) + random.nextInt(100);
                case 9 -> line.any = "any " + (char) ('a' + random.nextInt(26));
                case 10 -> line.fraction = random.nextDouble();
                default -> line.boxed = random.nextInt(300);
            }
        }
        if (anything) {
            Line line = lines[random.nextInt(lines.length)];
            switch (random.nextInt(4)) {
                case 0 -> line.other = null;
                case 1 -> line.other = new Line(random.nextInt(3));
                case 2 -> line.text = null;
                default -> line.any = lines[0];
            }
        }
    }
}
