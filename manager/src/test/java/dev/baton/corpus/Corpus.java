package dev.baton.corpus;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** All cases: 16 attributes, each unchanged and with its mutations. */
public final class Corpus {
    private final List<Case> cases = new ArrayList<>();

    private Corpus() {
    }

    /** In the order of attributes; the unchanged one first. */
    public static List<Case> cases() {
        Corpus corpus = new Corpus();
        Shopping.add(corpus);
        Forms.add(corpus);
        ComponentTree.add(corpus);
        Plain.add(corpus);
        Collected.add(corpus);
        Graphs.add(corpus);
        return List.copyOf(corpus.cases);
    }

    /** The case of this name, such as {@code cart/insertMid}. */
    public static Case named(String name) {
        return cases().stream().filter(c -> c.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no case " + name));
    }

    /** As JDK serialisation writes it: the stored form. */
    public static byte[] bytes(Object value) {
        return bytes(value, null);
    }

    /** @param met if not null, is emptied and filled with the objects in the order in which they are met */
    public static byte[] bytes(Object value, List<Object> met) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (ObjectOutputStream out = met == null ? new ObjectOutputStream(bytes) : new Telling(bytes, met)) {
            out.writeObject(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static final class Telling extends ObjectOutputStream {
        private final List<Object> met;

        Telling(ByteArrayOutputStream out, List<Object> met) throws IOException {
            super(out);
            this.met = met;
            met.clear();
            enableReplaceObject(true);
        }

        @Override
        protected Object replaceObject(Object object) {
            met.add(object);
            return object;
        }
    }

    <T> Attribute<T> attribute(String name, Supplier<T> maker) {
        Attribute<T> attribute = new Attribute<>(name, maker);
        return attribute.replaced("none", value -> value);
    }

    /** One attribute, to which mutations are added; {@code prim} can be done again, and is a change each time. */
    final class Attribute<T> {
        private final String name;
        private final Supplier<T> maker;

        private Attribute(String name, Supplier<T> maker) {
            this.name = name;
            this.maker = maker;
        }

        /** A change in place. */
        Attribute<T> changed(String mutation, Consumer<T> mutator) {
            return replaced(mutation, value -> {
                mutator.accept(value);
                return value;
            });
        }

        /** Another value in its place. */
        Attribute<T> replaced(String mutation, UnaryOperator<T> mutator) {
            return starting(mutation, maker, mutator);
        }

        /** A change that starts from another value than the attribute's own. */
        @SuppressWarnings("unchecked")
        Attribute<T> starting(String mutation, Supplier<T> from, UnaryOperator<T> mutator) {
            cases.add(new Case(name, mutation, from::get, value -> mutator.apply((T) value)));
            return this;
        }
    }
}
