package dev.baton.corpus;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Values without structure, a bean of 2 KB, and a session of 50 such beans as one value. */
final class Plain {
    private Plain() {
    }

    static void add(Corpus corpus) {
        corpus.attribute("upload1M", Plain::upload)
                .changed("chg10", bytes -> {
                    for (int i = 0; i < 10; i++) {
                        bytes[500_000 + i] ^= 0x55;
                    }
                })
                .changed("chg10spread", bytes -> {
                    for (int i = 0; i < 10; i++) {
                        bytes[50_000 + i * 100_000] ^= 0x55;
                    }
                })
                .replaced("ins10", bytes -> {
                    byte[] longer = new byte[bytes.length + 10];
                    System.arraycopy(bytes, 0, longer, 0, 500_000);
                    System.arraycopy(bytes, 500_000, longer, 500_010, bytes.length - 500_000);
                    return longer;
                });
        corpus.attribute("string4K", () -> Words.ofLength(7, 3_831))
                .replaced("editMid", text -> text.substring(0, 1_900) + "changed" + text.substring(1_900));
        corpus.attribute("string20", () -> "a string of 20 chars")
                .replaced("replace", text -> "another of 20 chars!");
        corpus.attribute("bean2K", () -> new Bean(1))
                .changed("prim", bean -> bean.count += 4_711)
                .changed("longerStr", bean -> bean.text3 += Words.ofLength(8, 33));
        corpus.attribute("session50", Plain::session)
                .changed("oneChanged", session -> ((Bean) session.get("attribute-25")).count += 4_711);
    }

    private static byte[] upload() {
        byte[] bytes = new byte[1 << 20];
        new Random(42).nextBytes(bytes);
        return bytes;
    }

    private static Map<String, Object> session() {
        Map<String, Object> session = new LinkedHashMap<>();
        for (int i = 0; i < 50; i++) {
            session.put("attribute-" + i, new Bean(i));
        }
        return session;
    }

    static final class Bean implements Serializable {
        private static final long serialVersionUID = 1L;
        private final long id;
        private int count;
        private double rate;
        private boolean active;
        private String text1;
        private String text2;
        private String text3;
        private String text4;
        private String text5;
        private String text6;
        private String text7;
        private String text8;
        private byte[] digest;
        private int[] numbers;

        Bean(int n) {
            id = 1_000_000L + n;
            count = n;
            rate = n / 7.0;
            active = n % 2 == 0;
            text1 = Words.ofLength(n * 10L + 1, 150);
            text2 = Words.ofLength(n * 10L + 2, 150);
            text3 = Words.ofLength(n * 10L + 3, 150);
            text4 = Words.ofLength(n * 10L + 4, 150);
            text5 = Words.ofLength(n * 10L + 5, 200);
            text6 = Words.ofLength(n * 10L + 6, 200);
            text7 = Words.ofLength(n * 10L + 7, 200);
            text8 = Words.ofLength(n * 10L + 8, 200);
            digest = new byte[32];
            new Random(n).nextBytes(digest);
            numbers = new Random(n).ints(24, 0, 1_000).toArray();
        }
    }
}
