package dev.baton.benchmarks.differences;

import dev.baton.corpus.Case;
import dev.baton.diff.Benchmark;
import dev.baton.diff.Differencer;
import dev.baton.diff.Methods;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jol.info.GraphLayout;

/**
 * Bytes of heap that one attribute takes: what a second one of the same kind adds, so that what all share (classes,
 * method handles) does not count.
 *
 * @param live  the live objects
 * @param bytes the benchmark's bytes, which the store in the same process may share
 * @param spare what is kept beside them to see changes without serialising, and dropped when the session is idle
 */
record Memory(String attribute, long live, long bytes, long spare) {
    static Memory of(Case of) {
        Differencer differencer = new Differencer(Methods.DEFAULT);
        Object first = of.make();
        Object second = of.make();
        Benchmark one = Pair.first(differencer, first);
        Benchmark two = Pair.first(differencer, second);
        long live = more(List.of(first, one), List.of(second));
        long kept = more(List.of(first, one, second), List.of(two));
        two.shrink();
        long bytes = more(List.of(first, one, second), List.of(two));
        return new Memory(of.attribute(), live, bytes, kept - bytes);
    }

    /** What the others reach that the known do not. */
    private static long more(List<Object> known, List<Object> others) {
        List<Object> all = new ArrayList<>(known);
        all.addAll(others);
        System.gc();
        GraphLayout before = GraphLayout.parseInstance(known.toArray());
        return GraphLayout.parseInstance(all.toArray()).subtract(before).totalSize();
    }
}
