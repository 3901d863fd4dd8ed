package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.corpus.Case;
import dev.baton.corpus.Corpus;
import dev.baton.diff.Methods.Method;
import dev.baton.model.AttributeChange;
import dev.baton.model.AttributeChange.BinaryPatch;
import dev.baton.model.AttributeChange.GraphPatch;
import dev.baton.model.AttributeChange.Put;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** D3, D4: which method a change travels by. */
class ChoiceTest {
    @Test
    @DisplayName("D4: auto sends byte ranges where they are few, without asking the graph")
    void byteRangesWhereTheyAreFew() {
        for (String name : List.of("cart/prim", "cart/insertMid", "tree/insertMid", "upload1M/ins10", "lru/access5")) {
            assertThat(change(Method.AUTO, name)).as(name).isInstanceOf(BinaryPatch.class);
        }
    }

    @Test
    @DisplayName("D4: auto asks the graph where the byte ranges are much of the whole, and takes the smaller")
    void theGraphWhereByteRangesAreMany() {
        List<Long> numbers = new ArrayList<>();
        for (long i = 0; i < 2_000; i++) {
            numbers.add(i * 7_919);
        }
        byte[] before = Corpus.bytes(numbers);
        Collections.shuffle(numbers, new Random(1));
        byte[] after = Corpus.bytes(numbers);
        AttributeChange auto = change(Method.AUTO, before, after);
        AttributeChange binary = change(Method.BINARY, before, after);
        assertThat(binary.size()).isGreaterThan(after.length / 8);
        assertThat(auto).isInstanceOf(GraphPatch.class);
        assertThat(auto.size()).isLessThan(binary.size());
    }

    @Test
    @DisplayName("D4: what has nothing in common travels whole by every method")
    void theWholeWhereNothingIsInCommon() {
        byte[][] values = new byte[2][300_000];
        for (int i = 0; i < 2; i++) {
            new Random(i).nextBytes(values[i]);
        }
        for (Method method : Method.values()) {
            assertThat(change(method, values[0], values[1])).isInstanceOf(Put.class);
        }
    }

    @Test
    @DisplayName("D3: the method of an attribute or class is the fixed one, else the usual one")
    void theFixedMethodCounts() {
        Methods methods = new Methods(Method.AUTO, (name, type) ->
                name.equals("plain") ? Method.NONE : type == ArrayList.class ? Method.GRAPH : null);
        assertThat(methods.of("plain", new ArrayList<>())).isEqualTo(Method.NONE);
        assertThat(methods.of("other", new ArrayList<>())).isEqualTo(Method.GRAPH);
        assertThat(methods.of("other", "text")).isEqualTo(Method.AUTO);
    }

    @Test
    @DisplayName("D2: with graph fixed the graph's patch travels, where the value is a graph")
    void theGraphWhereFixed() {
        assertThat(change(Method.GRAPH, "tree/insertMid")).isInstanceOf(GraphPatch.class);
        byte[] noStream = new byte[500];
        byte[] other = noStream.clone();
        other[250] = 1;
        assertThat(change(Method.GRAPH, noStream, other)).isInstanceOf(BinaryPatch.class);
    }

    private static AttributeChange change(Method method, String name) {
        Case of = Corpus.named(name);
        Object value = of.make();
        byte[] before = Corpus.bytes(value);
        return change(method, before, Corpus.bytes(of.change(value)));
    }

    private static AttributeChange change(Method method, byte[] before, byte[] after) {
        return AttributeDiff.between(method, "a", Benchmark.of(before), after, List.of());
    }
}
