package dev.baton.demo.shop;

import java.util.Locale;

/** Text for HTML. */
final class Html {
    private Html() {}

    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    static String money(int cents) {
        return String.format(Locale.ROOT, "€ %,d.%02d", cents / 100, cents % 100);
    }

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
