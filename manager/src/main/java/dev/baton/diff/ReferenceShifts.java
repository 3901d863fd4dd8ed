package dev.baton.diff;

import dev.baton.model.Renumbering;
import java.util.Arrays;

/** By how much the numbers of back-references have moved between two serialised values. */
final class ReferenceShifts {
    /** Numbers are looked at up to one for so many bytes of the base; values have fewer. */
    private static final int BYTES_PER_NUMBER = 8;

    private final byte[] base;
    private final byte[] result;
    /** For each number in the base: the one in the result, plus one; 0 where it was not met. */
    private final int[] found;
    private int last = -1;

    ReferenceShifts(byte[] base, byte[] result) {
        this.base = base;
        this.result = result;
        this.found = new int[Math.min(Renumbering.NUMBERS, base.length / BYTES_PER_NUMBER + 1)];
    }

    /** These ranges are the same but for the numbers of references. */
    void copied(int from, int start, int length) {
        int end = from + length;
        for (int at = Renumbering.next(base, from, end); at >= 0; at = Renumbering.next(base, at + Renumbering.LENGTH, end)) {
            int number = Renumbering.number(base, at);
            if (number < found.length) {
                found[number] = Renumbering.number(result, at - from + start) + 1;
                last = Math.max(last, number);
            }
        }
    }

    /** What was found, without numbers that moved alone; null where nothing moved. */
    Renumbering renumbering() {
        int[] thresholds = new int[8];
        int[] shifts = new int[8];
        int count = 0;
        int shift = 0;
        int candidate = -1;
        for (int number = 0; number <= last; number++) {
            if (found[number] == 0) {
                continue;
            }
            int moved = found[number] - 1 - number;
            if (moved == shift) {
                candidate = -1;
            } else if (candidate >= 0 && found[candidate] - 1 - candidate == moved) {
                if (count == thresholds.length) {
                    thresholds = Arrays.copyOf(thresholds, 2 * count);
                    shifts = Arrays.copyOf(shifts, 2 * count);
                }
                thresholds[count] = candidate;
                shifts[count++] = moved;
                shift = moved;
                candidate = -1;
            } else {
                candidate = number;
            }
        }
        return count == 0 ? null : new Renumbering(Arrays.copyOf(thresholds, count), Arrays.copyOf(shifts, count));
    }
}
