package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.corpus.Corpus;
import dev.baton.diff.Things.Basket;
import dev.baton.diff.Things.Bean;
import dev.baton.diff.Things.Delegating;
import dev.baton.diff.Things.SubBean;
import dev.baton.diff.Things.Unwritten;
import dev.baton.model.AttributeChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("D1, D4: single values are changed in the bytes where they stand; where that would be wrong they are not")
class InPlaceTest {
    private Differencer differencer = new Differencer(Methods.DEFAULT);
    private Benchmark benchmark;

    /** Compares, checks the bytes, and tells how often the value was serialised. */
    private int compare(Object value) throws Exception {
        Bytes source = new Bytes(value);
        Differencer.Comparison found = differencer.compare("a", benchmark, value, source);
        byte[] base = benchmark == null ? null : benchmark.bytes().clone();
        byte[] stored = found.change() == null ? base : found.change().apply(base);
        assertThat(stored).isEqualTo(Corpus.bytes(value)).isEqualTo(found.next().bytes());
        benchmark = found.next();
        return source.calls;
    }

    private static SubBean bean() {
        SubBean bean = new SubBean();
        bean.text = new String("text");
        bean.boxed = 1_000;
        bean.name = new String("name");
        bean.fraction = 1.5;
        return bean;
    }

    @Test
    @DisplayName("Numbers, texts that grow and shrink, boxes, map values: from the second change on nothing is serialised")
    void singleValuesAreChangedInPlace() throws Exception {
        SubBean bean = bean();
        Map<String, Object> map = new HashMap<>(Map.of("text", new String("a"), "number", 5_000L));
        List<Object> root = new ArrayList<>(List.of(bean, map, new String("behind it")));
        compare(root);
        bean.number++;
        assertThat(compare(root)).isEqualTo(1);
        int calls = 0;
        for (int i = 0; i < 40; i++) {
            bean.text = bean.text + "\u00e4\u20ac".repeat(i % 3) + (i % 2 == 0 ? "+" : "");
            calls += compare(root);
            bean.and = !bean.and;
            bean.zero -= i;
            bean.name = "y".repeat(i * 7 % 50);
            calls += compare(root);
            bean.boxed = 2_000 + i;
            bean.fraction = bean.fraction * -3;
            bean.letter++;
            bean.small--;
            calls += compare(root);
            map.put("text", "value " + i);
            map.put("number", 5_001L + i);
            root.set(2, "behind it " + i);
            calls += compare(root);
        }
        assertThat(calls).isZero();
    }

    @Test
    @DisplayName("A text that grows at its end and the number that stands right behind it change together")
    void whatIsInsertedComesBeforeWhatIsReplaced() throws Exception {
        SubBean bean = bean();
        compare(bean);
        bean.zero++;
        compare(bean);
        bean.text += "+";
        bean.and = !bean.and;
        bean.zero = ~bean.zero;
        assertThat(compare(bean)).isZero();
    }

    @Test
    @DisplayName("One field takes a handful of bytes")
    void oneFieldTakesAHandfulOfBytes() throws Exception {
        Object tree = Corpus.named("tree/prim").make();
        compare(tree);
        Corpus.named("tree/render20").change(tree);
        compare(tree);
        Bytes source = new Bytes(Corpus.named("tree/prim").change(tree));
        AttributeChange change = differencer.compare("", benchmark, tree, source).change();
        assertThat(source.calls).isZero();
        assertThat(change).isInstanceOf(AttributeChange.BinaryPatch.class);
        assertThat(((AttributeChange.BinaryPatch) change).patch().encoded().length).isLessThanOrEqualTo(16);
    }

    @Test
    @DisplayName("What is referred to twice is not exchanged in place: the other one stays")
    void sharedValuesAreNotExchanged() throws Exception {
        Bean one = bean();
        Bean two = bean();
        String shared = new String("shared");
        one.text = shared;
        two.text = shared;
        Integer box = 77_777;
        one.boxed = box;
        two.boxed = box;
        List<Object> root = new ArrayList<>(List.of(one, two));
        compare(root);
        one.number++;
        compare(root);
        one.text = "other";
        assertThat(compare(root)).isEqualTo(1);
        two.boxed = 88_888;
        assertThat(compare(root)).isEqualTo(1);
        // Now each is alone; the new one is shared with what is there already.
        two.text = one.text;
        assertThat(compare(root)).isEqualTo(1);
    }

    @Test
    @DisplayName("Null comes and goes with the numbers of all objects behind it")
    void nullIsNotExchanged() throws Exception {
        SubBean bean = bean();
        compare(bean);
        bean.number++;
        compare(bean);
        bean.text = null;
        assertThat(compare(bean)).isEqualTo(1);
        bean.text = "back";
        assertThat(compare(bean)).isEqualTo(1);
    }

    @Test
    @DisplayName("A collection that writes itself: the same elements in other places are a change")
    void elementsThatChangePlacesAreFound() throws Exception {
        Basket basket = new Basket();
        Bean x = bean();
        Bean y = bean();
        basket.addAll(List.of(x, x, y));
        compare(basket);
        assertThat(compare(basket)).isZero();
        basket.set(1, y);
        basket.set(2, x);
        assertThat(compare(basket)).isEqualTo(1);
    }

    @Test
    @DisplayName("writeReplace: an equal object in the place of one that is referred to elsewhere is a change")
    void anExchangedReplacementIsFound() throws Exception {
        Delegating delegating = new Delegating();
        List<Object> root = new ArrayList<>(List.of(delegating, delegating.target));
        compare(root);
        assertThat(compare(root)).isZero();
        delegating.target = new Bean();
        assertThat(compare(root)).isEqualTo(1);
        assertThat(Canon.of(benchmark.bytes())).isEqualTo(Canon.of(Corpus.bytes(root)));
    }

    @Test
    @DisplayName("writeReplace: an object that is written as null is in nobody's way")
    void anObjectThatIsWrittenAsNull() throws Exception {
        for (Methods.Method method : Methods.Method.values()) {
            differencer = new Differencer(Methods.usual(method));
            benchmark = null;
            SubBean bean = bean();
            List<Object> root = new ArrayList<>(List.of(new Unwritten(), bean, new String("behind it")));
            compare(root);
            bean.number++;
            assertThat(compare(root)).isEqualTo(1);
            bean.number++;
            bean.text = "other";
            assertThat(compare(root)).isZero();
            root.add(1, bean());
            compare(root);
        }
    }
}
