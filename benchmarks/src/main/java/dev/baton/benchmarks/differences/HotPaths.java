package dev.baton.benchmarks.differences;

import dev.baton.corpus.Case;
import dev.baton.corpus.Corpus;
import dev.baton.diff.Benchmark;
import dev.baton.diff.Differencer;
import dev.baton.diff.Methods;
import dev.baton.model.AttributeChange;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What happens at the end of every request, by JMH. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class HotPaths {
    @Param({"tree", "cart", "bean2K", "session50"})
    public String attribute;

    private final Differencer differencer = new Differencer(Methods.DEFAULT);
    private Case prim;
    private Object value;
    private Benchmark benchmark;
    private Object changing;
    private Benchmark behind;
    private byte[] base;
    private AttributeChange change;

    /** Each twice changed before, so that it is known where in the bytes the field stands. */
    @Setup
    public void setup() throws Exception {
        prim = Corpus.named(attribute + (attribute.equals("session50") ? "/oneChanged" : "/prim"));
        value = prim.make();
        benchmark = Pair.first(differencer, value);
        changing = prim.make();
        behind = Pair.first(differencer, changing);
        for (int i = 0; i < 3; i++) {
            base = behind.bytes().clone();
            Differencer.Comparison found = oneField();
            change = found.change();
            if (!Arrays.equals(change.apply(base), Corpus.bytes(changing))) {
                throw new IllegalStateException("the change is not exact");
            }
        }
    }

    /** Nothing changed since the last request. */
    @org.openjdk.jmh.annotations.Benchmark
    public Differencer.Comparison unchanged() {
        return Pair.compare(differencer, benchmark, value);
    }

    /** The same by serialising and comparing bytes. */
    @org.openjdk.jmh.annotations.Benchmark
    public boolean unchangedBySerialising() {
        return Arrays.equals(benchmark.bytes(), Corpus.bytes(value));
    }

    /** The first look at a value just read: what later ones are compared with. */
    @org.openjdk.jmh.annotations.Benchmark
    public Benchmark look() {
        Benchmark bare = Benchmark.of(benchmark.bytes());
        differencer.read(bare, value);
        return bare;
    }

    /** One primitive field has another value than at the last request: until the change is there to be sent. */
    @org.openjdk.jmh.annotations.Benchmark
    public Differencer.Comparison oneField() {
        prim.change(changing);
        Differencer.Comparison found = Pair.compare(differencer, behind, changing);
        behind = found.next();
        return found;
    }

    /** In the store. */
    @org.openjdk.jmh.annotations.Benchmark
    public byte[] applyOneField() throws Exception {
        return change.apply(base);
    }

    /** Bytes of the change of one field, by attribute. */
    static int bytesOf(String attribute) throws Exception {
        HotPaths paths = new HotPaths();
        paths.attribute = attribute;
        paths.setup();
        return Pair.body(paths.change);
    }
}
