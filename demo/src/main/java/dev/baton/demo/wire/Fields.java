package dev.baton.demo.wire;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Fields of one record, each percent-encoded, with commas between them; safe inside a header line. */
final class Fields {
    private Fields() {}

    static String join(Object... fields) {
        return Stream.of(fields).map(f -> URLEncoder.encode(String.valueOf(f), StandardCharsets.UTF_8))
                .collect(Collectors.joining(","));
    }

    /** @throws IllegalArgumentException if there are not exactly {@code count} fields */
    static List<String> split(String text, int count) {
        String[] parts = text.split(",", -1);
        if (parts.length != count) {
            throw new IllegalArgumentException("expected " + count + " fields, got " + parts.length + ": " + text);
        }
        return Stream.of(parts).map(p -> URLDecoder.decode(p, StandardCharsets.UTF_8)).toList();
    }
}
