package dev.baton.corpus;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Collections that grow, turn over and are put in another order. */
final class Collected {
    /** A HashMap of so many entries doubles its table with the next one. */
    private static final int FULL = 96;

    private Collected() {
    }

    static void add(Corpus corpus) {
        corpus.attribute("growlist", Collected::history)
                .changed("append", list -> list.add(new Visit(500)))
                .changed("dropFirst", list -> list.remove(0));
        corpus.attribute("lru", Collected::lru)
                .changed("access1", map -> map.get("key-30"))
                .changed("access5", map -> {
                    for (int i = 10; i < 60; i += 10) {
                        map.get("key-" + i);
                    }
                })
                .changed("evictAdd", map -> {
                    map.remove("key-0");
                    map.put("key-100", new Entry(100));
                });
        corpus.attribute("hashmap", () -> counters(FULL))
                .changed("valueChg", map -> map.put("counter30", 1_234_567))
                .starting("put", () -> counters(FULL - 6), map -> {
                    map.put("counter99", 1_234_567);
                    return map;
                })
                .changed("rehash", map -> map.put("counter99", 1_234_567));
    }

    private static ArrayList<Visit> history() {
        ArrayList<Visit> list = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            list.add(new Visit(i));
        }
        return list;
    }

    private static Map<String, Entry> lru() {
        Map<String, Entry> map = new LinkedHashMap<>(16, 0.75f, true);
        for (int i = 0; i < 100; i++) {
            map.put("key-" + i, new Entry(i));
        }
        return map;
    }

    private static Map<String, Integer> counters(int count) {
        Map<String, Integer> map = new HashMap<>();
        for (int i = 0; i < count; i++) {
            map.put("counter" + i, 100_000 + i * 7_919);
        }
        return map;
    }

    static final class Visit implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String page;
        private final long atMillis;
        private final int status;

        Visit(int n) {
            page = "/shop/" + Words.of(700 + n, 4).replace(' ', '/') + "?n=" + n;
            atMillis = 1_700_000_000_000L + n * 7_331L;
            status = n % 17 == 0 ? 302 : 200;
        }
    }

    static final class Entry implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String text;
        private int hits;

        Entry(int n) {
            text = Words.of(800 + n, 6);
            hits = n;
        }
    }
}
