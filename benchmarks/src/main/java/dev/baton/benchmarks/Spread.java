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

    /** Of the ratios between windows of the same round. */
    static Spread ofRatios(List<Sample> samples, List<Sample> first, ToDoubleFunction<Sample> value) {
        double[] ratios = new double[Math.min(samples.size(), first.size())];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = value.applyAsDouble(samples.get(i)) / value.applyAsDouble(first.get(i));
        }
        return of(ratios);
    }

    /** As {@code least–median–greatest}, or one number where they are the same; nothing is shown as minus zero. */
    String text(int decimals) {
        String from = number(least, decimals);
        String to = number(greatest, decimals);
        return from.equals(to) ? from : from + "–" + number(median, decimals) + "–" + to;
    }

    private static String number(double value, int decimals) {
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.matches("-0(\\.0*)?") ? text.substring(1) : text;
    }
}
