package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.corpus.Case;
import dev.baton.corpus.Corpus;
import dev.baton.diff.Things.Delegating;
import dev.baton.diff.Things.Node;
import dev.baton.graph.Kinds;
import dev.baton.model.Boundless;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("D2, D4: whether a live graph changed is told without serialising it")
class SnapshotTest {
    static List<Case> corpus() {
        return Corpus.cases();
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void unchangedIsUnchangedAndAChangeIsFound(Case c) {
        Object value = c.make();
        byte[] before = Corpus.bytes(value);
        Snapshot snapshot = Snapshot.of(value);
        assertThat(snapshot).isNotNull();
        assertThat(snapshot.unchanged(value)).isTrue();
        Object after = c.change(value);
        assertThat(snapshot.unchanged(after)).isEqualTo(Arrays.equals(before, Corpus.bytes(after)));
    }

    static List<Kinds.Case> kinds() {
        return Kinds.all();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    @DisplayName("Every kind of class: what did not change is not sent, a change is found")
    void everyKindOfClass(Kinds.Case c) throws Exception {
        Object value = c.value();
        Differencer differencer = new Differencer(Methods.DEFAULT);
        Bytes source = new Bytes(value);
        Benchmark first = differencer.compare("a", null, value, source).next();
        assertThat(differencer.compare("a", first, value, source).change()).isNull();
        Benchmark benchmark = first;
        Object now = value;
        for (int i = 0; i < (c.name().equals("sets") ? 1 : 3); i++) {
            now = c.change().to(now);
            Differencer.Comparison found = differencer.compare("a", benchmark, now, new Bytes(now));
            if (!Arrays.equals(found.next().bytes(), Corpus.bytes(now))) {
                assertThat(Canon.of(found.next().bytes())).isEqualTo(Canon.of(Corpus.bytes(now)));
            }
            benchmark = found.next();
        }
    }

    @Test
    @DisplayName("A chain of 100,000 objects takes no stack")
    void aLongChainTakesNoStack() {
        Node first = new Node();
        Node last = first;
        for (int i = 0; i < 100_000; i++) {
            last.next = new Node();
            last = last.next;
        }
        Snapshot snapshot = Snapshot.of(first);
        assertThat(snapshot.size()).isEqualTo(200_002);
        assertThat(snapshot.unchanged(first)).isTrue();
        last.value = 1;
        assertThat(snapshot.unchanged(first)).isFalse();
    }

    @Test
    @DisplayName("What makes fresh objects each time it is written, or cannot be written, is left to serialisation")
    void whatCannotBeLookedAtIsLeftToSerialisation() {
        Node holder = new Node();
        holder.items.add(new Object());
        assertThat(Snapshot.of(holder)).isNull();
        assertThat(Snapshot.of(new Thread())).isNull();
    }

    @Test
    @DisplayName("What no attribute may be takes no memory of its size")
    void whatIsTooLargeIsNotNoted() {
        Boundless value = new Boundless();
        assertThat(Snapshot.of(value)).isNull();
        assertThat(value.megabytes).isEqualTo(64);
        byte[][] arrays = new byte[65][];
        Arrays.setAll(arrays, i -> new byte[1 << 20]);
        assertThat(Snapshot.of(arrays)).isNull();
        assertThat(Snapshot.of(Arrays.copyOf(arrays, 64))).isNotNull();
    }

    @Test
    @DisplayName("An equal plain value in another's place is no change; another object is, though it looks the same")
    void equalValuesAreOneEqualObjectsAreTwo() {
        Node node = new Node();
        node.items.add(new String("text"));
        node.items.add(List.of(new ArrayList<>()));
        Snapshot snapshot = Snapshot.of(node);
        node.items.set(0, new String("text"));
        assertThat(snapshot.unchanged(node)).isTrue();
        node.items.set(1, List.of(new ArrayList<>()));
        assertThat(snapshot.unchanged(node)).isFalse();
    }

    /** What a proxy is written as, where one of its interfaces has this. */
    interface Replacing {
        Object writeReplace();
    }

    /** Behind a proxy: has more than its fields say. */
    static final class Behind implements InvocationHandler, Serializable {
        private static final long serialVersionUID = 1L;
        transient int value;

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) {
            return "value " + value;
        }
    }

    @Test
    @DisplayName("A proxy with a writeReplace looks like what that gives, not like its handler")
    void aProxyThatIsReplaced() {
        Behind behind = new Behind();
        List<Object> root = new ArrayList<>(List.of(Proxy.newProxyInstance(SnapshotTest.class.getClassLoader(),
                new Class<?>[] {Replacing.class}, behind)));
        Snapshot snapshot = Snapshot.of(root);
        assertThat(snapshot.unchanged(root)).isTrue();
        behind.value++;
        assertThat(snapshot.unchanged(root)).isFalse();
    }

    @Test
    @DisplayName("An object whose writeReplace gives one and the same, inside of what the JDK makes unmodifiable")
    void anObjectThatIsReplacedInsideOfOthers() {
        for (Function<Object, Object> around : List.<Function<Object, Object>>of(List::of, Collections::singletonList,
                each -> Collections.singletonMap("a", each),
                each -> new AbstractMap.SimpleImmutableEntry<>("a", each))) {
            Delegating delegating = new Delegating();
            Object root = around.apply(delegating);
            Snapshot snapshot = Snapshot.of(root);
            assertThat(snapshot.unchanged(root)).isTrue();
            delegating.target = new Things.Bean();
            assertThat(snapshot.unchanged(root)).as(root.getClass().getName()).isFalse();
        }
    }

    @Test
    @DisplayName("A set of enum constants is looked at, not serialised each time")
    void enumSetsAreLookedAt() {
        List<Object> root = new ArrayList<>(List.of(EnumSet.of(Things.Colour.RED)));
        Snapshot snapshot = Snapshot.of(root);
        assertThat(snapshot.unchanged(root)).isTrue();
        root.set(0, EnumSet.of(Things.Colour.RED));
        assertThat(snapshot.unchanged(root)).as("another set").isFalse();
        EnumSet<Things.Colour> set = EnumSet.of(Things.Colour.RED);
        snapshot = Snapshot.of(set);
        set.remove(Things.Colour.RED);
        set.add(Things.Colour.BLUE);
        assertThat(snapshot.unchanged(set)).isFalse();
    }

    @Test
    @DisplayName("Negative zero, NaN and keys that changed are changes")
    void unusualChangesAreFound() {
        double[] numbers = {0.0};
        Snapshot snapshot = Snapshot.of(numbers);
        numbers[0] = -0.0;
        assertThat(snapshot.unchanged(numbers)).isFalse();

        Node key = new Node();
        Map<Node, String> map = new HashMap<>(Map.of(key, "value"));
        Snapshot ofMap = Snapshot.of(map);
        key.value++;
        assertThat(ofMap.unchanged(map)).isFalse();
    }

    @Test
    @DisplayName("Objects that other threads change while they are looked at make no exception")
    void concurrentChangesMakeNoException() throws InterruptedException {
        Node node = new Node();
        Map<Integer, Object> map = new HashMap<>();
        node.items.add(map);
        AtomicBoolean stop = new AtomicBoolean();
        Thread other = new Thread(() -> {
            for (int i = 0; !stop.get(); i++) {
                map.put(i % 1_000, new int[i % 7]);
                map.remove((i + 500) % 1_000);
                node.items.add("x");
                if (node.items.size() > 50) {
                    node.items.subList(1, 40).clear();
                }
            }
        });
        other.start();
        try {
            int seen = 0;
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            // On a busy machine the other thread may come late.
            for (int i = 0; i < 3_000 || seen == 0 && System.nanoTime() < deadline; i++) {
                Snapshot snapshot = Snapshot.of(node);
                seen += snapshot != null && !snapshot.unchanged(node) ? 1 : 0;
            }
            assertThat(seen).as("times the other thread was seen to change something").isPositive();
        } finally {
            stop.set(true);
            other.join();
        }
    }
}
