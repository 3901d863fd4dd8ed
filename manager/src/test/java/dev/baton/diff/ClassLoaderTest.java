package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.corpus.Compiled;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is remembered of classes holds no class loader of an application that has gone")
class ClassLoaderTest {
    private static final String SOURCE = """
            package shop;
            public class Basket implements java.io.Serializable {
                int a; long b; double c; boolean d; String e = "e"; Object f = new Odd(); java.util.List<Object> g = new Own();
                Object h = new Fixed(1);
                record Fixed(int n) implements java.io.Serializable {}
                static class Own extends java.util.ArrayList<Object> { int n; }
                static class Odd implements java.io.Serializable {
                    private void writeObject(java.io.ObjectOutputStream out) throws java.io.IOException {
                        out.writeInt(1);
                    }
                }
            }
            """;

    @Test
    void theLoaderOfWhatWasLookedAtCanGo() throws Exception {
        WeakReference<ClassLoader> loader = used();
        for (int i = 0; i < 200 && loader.get() != null; i++) {
            System.gc();
            // Soft references, the JDK's own, go when memory is short.
            byte[][] pressure = new byte[16][];
            for (int j = 0; j < pressure.length; j++) {
                pressure[j] = new byte[1 << 20];
            }
        }
        assertThat(loader.get()).isNull();
    }

    private static WeakReference<ClassLoader> used() throws Exception {
        Compiled loader = new Compiled("shop.Basket", SOURCE);
        Object value = loader.make("shop.Basket");
        Differencer differencer = new Differencer(Methods.DEFAULT);
        Benchmark benchmark = differencer.compare("a", null, value, new Bytes(value)).next();
        // Often enough for method handles to be compiled for these classes.
        for (int i = 0; i < 5_000; i++) {
            assertThat(differencer.compare("a", benchmark, value, new Bytes(value)).change()).isNull();
            Mutability.immutable(value);
        }
        assertThat(benchmark.snapshot().size()).isGreaterThanOrEqualTo(3);
        return new WeakReference<>(loader);
    }
}
