package dev.baton.fuzz;

import dev.baton.diff.PatchSamples;
import dev.baton.graph.Kinds;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** A value with a bit of everything, and patches of its changes. */
final class Patches {
    private Patches() {
    }

    static byte[] base() {
        return written(value());
    }

    static List<byte[]> bytePatches(byte[] base) {
        return patches(base, PatchSamples::bytePatch);
    }

    static List<byte[]> graphPatches(byte[] base) {
        return patches(base, PatchSamples::graphPatch);
    }

    private static List<byte[]> patches(byte[] base, BiFunction<byte[], byte[], byte[]> method) {
        List<Consumer<Page>> changes = List.of(
                page -> page.count++,
                page -> page.names.add(2, "inserted"),
                page -> page.names.remove(0),
                page -> page.names.add(page.names.remove(0)),
                page -> page.next.next = page,
                page -> page.byName.put("new", new Page(5, null)),
                page -> page.data[17]++,
                page -> page.data = new byte[70],
                page -> page.next = null,
                page -> page.extra = new LinkedList<>(List.of(1, 2L, "x")));
        List<byte[]> patches = new ArrayList<>();
        for (Consumer<Page> change : changes) {
            Page page = value();
            change.accept(page);
            byte[] patch = method.apply(base, written(page));
            if (patch != null) {
                patches.add(patch);
            }
        }
        return patches;
    }

    private static byte[] written(Object value) {
        try {
            return Kinds.written(value, new ArrayList<>());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Page value() {
        return new Page(1, new Page(2, new Page(3, null)));
    }

    private static final class Page implements Serializable {
        private static final long serialVersionUID = 1L;
        private int count;
        private Page next;
        private byte[] data = new byte[64];
        private Object extra = "nothing more";
        private final List<String> names = new ArrayList<>(List.of("one", "two", "three", "four"));
        private final Map<String, Page> byName = new HashMap<>();

        Page(int count, Page next) {
            this.count = count;
            this.next = next;
            byName.put("next", next);
        }
    }
}
