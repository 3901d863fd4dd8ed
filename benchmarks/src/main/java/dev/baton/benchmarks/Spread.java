package dev.baton.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Least, median and greatest of some values. */
record Spread(double least, double median, double greatest) {
    static Spread of(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return new Spread(sorted[0], n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2,
                sorted[n - 1]);
    }

    static Spread of(List<Sample> samples, ToDoubleFunction<Sample> value) {
        return of(samples.stream().mapToDouble(value).toArray());
    }

    /** As {@code least–median–greatest}; nothing is shown as minus zero. */
    String text(int decimals) {
        return number(least, decimals) + "–" + number(median, decimals) + "–" + number(greatest, decimals);
    }

    private static String number(double value, int decimals) {
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.matches("-0(\\.0*)?") ? text.substring(1) : text;
    }
}
