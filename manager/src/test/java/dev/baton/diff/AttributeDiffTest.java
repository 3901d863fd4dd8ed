package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.AttributeChange;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AttributeDiffTest {
    @Test
    @DisplayName("D4: what did not change sends nothing")
    void equalBytesAreNoChange() {
        byte[] bytes = random(1, 500);
        assertThat(AttributeDiff.between("a", bytes, bytes.clone())).isEmpty();
        assertThat(AttributeDiff.between("a", new byte[0], new byte[0])).isEmpty();
    }

    @Test
    void whatTheStoreDoesNotHaveTravelsWhole() {
        assertThat(AttributeDiff.between("a", null, new byte[100])).get().isInstanceOf(AttributeChange.Put.class);
    }

    @Test
    void anUnrelatedValueTravelsWhole() throws Exception {
        Optional<AttributeChange> change = AttributeDiff.between("a", random(1, 400), random(2, 400));
        assertThat(change).get().isInstanceOf(AttributeChange.Put.class);
        assertThat(change.get().apply(null)).isEqualTo(random(2, 400));
    }

    @Test
    void withoutDifferencingTheWholeValueTravels() {
        byte[] base = random(1, 400);
        byte[] current = base.clone();
        current[200]++;
        assertThat(AttributeDiff.between(Methods.Method.NONE, "a", Benchmark.of(base), current, List.of()))
                .isInstanceOf(AttributeChange.Put.class);
        assertThat(AttributeDiff.between("a", base, current)).get().isInstanceOf(AttributeChange.BinaryPatch.class);
    }

    @Test
    @DisplayName("D3: the change applied to the benchmark is the present value, after random edits")
    void theChangeAppliedToTheBenchmarkIsThePresentValue() throws Exception {
        int patches = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            byte[] base = material(random);
            byte[] current = base;
            for (int i = random.nextInt(6); i >= 0; i--) {
                current = edited(current, random);
            }
            byte[] untouched = base.clone();
            Optional<AttributeChange> change = AttributeDiff.between("a", base, current);
            assertThat(change.isEmpty()).as("seed %d", seed).isEqualTo(Arrays.equals(base, current));
            if (change.isPresent()) {
                assertThat(change.get().apply(base)).as("seed %d", seed).isEqualTo(current);
                assertThat(change.get().size()).as("size, seed %d", seed).isLessThanOrEqualTo(current.length + 5);
                patches += change.get() instanceof AttributeChange.BinaryPatch ? 1 : 0;
            }
            assertThat(base).isEqualTo(untouched);
        }
        assertThat(patches).as("most edits leave something to copy").isGreaterThan(15_000);
    }

    @Test
    @DisplayName("D3: the change applied to the benchmark is the present value, where references have other numbers")
    void referencesWithOtherNumbers() throws Exception {
        int renumbered = 0;
        for (int seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            int[] numbers = random.ints(20 + random.nextInt(100), 0, random.nextBoolean() ? 40 : 70_000).toArray();
            byte[] base = references(numbers, new Random(seed));
            int[] shifts = random.ints(3, -50, 50).toArray();
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] += random.nextInt(40) == 0 ? random.nextInt(9) : shifts[Math.min(2, numbers[i] / 20)];
            }
            byte[] current = edited(references(numbers, new Random(seed)), random);
            Optional<AttributeChange> change = AttributeDiff.between("a", base, current);
            assertThat(change.get().apply(base)).as("seed %d", seed).isEqualTo(current);
            renumbered += change.get().size() < 2 * numbers.length ? 1 : 0;
        }
        assertThat(renumbered).as("less than two bytes per reference").isGreaterThan(1_000);
    }

    /** References to these numbers, each before some bytes of the random's, a few of which look like one themselves. */
    private static byte[] references(int[] numbers, Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int number : numbers) {
            out.writeBytes(new byte[] {0x71, 0, 0x7e, (byte) (number >> 8), (byte) number});
            out.writeBytes(random(random.nextInt(), random.nextInt(20)));
            if (random.nextInt(30) == 0) {
                out.writeBytes(Arrays.copyOf(new byte[] {0x71, 0, 0x7e, 0x71, 0, 0x7e}, random.nextInt(7)));
            }
        }
        return out.toByteArray();
    }

    @Test
    void everyShortPairOfValuesIsHandled() throws Exception {
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            byte[] base = new byte[random.nextInt(40)];
            byte[] current = new byte[random.nextInt(40)];
            for (byte[] bytes : new byte[][] {base, current}) {
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) random.nextInt(2);
                }
            }
            Optional<AttributeChange> change = AttributeDiff.between("a", base, current);
            assertThat(change.isPresent() ? change.get().apply(base) : base).as("seed %d", seed).isEqualTo(current);
        }
    }

    /** Bytes of different texture: random, repetitive, and of few values. */
    private static byte[] material(Random random) {
        byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 20_000 : 600)];
        int texture = random.nextInt(3);
        int period = 1 + random.nextInt(50);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = texture == 1 && i >= period && random.nextInt(30) != 0 ? bytes[i - period]
                    : (byte) random.nextInt(texture == 2 ? 3 : 256);
        }
        return bytes;
    }

    /** One insertion, deletion, overwriting, move, or doubling. */
    private static byte[] edited(byte[] bytes, Random random) {
        int from = random.nextInt(bytes.length + 1);
        int to = Math.min(bytes.length, from + random.nextInt(random.nextBoolean() ? 8 : 200));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] part = Arrays.copyOfRange(bytes, from, to);
        switch (random.nextInt(5)) {
            case 0:
                out.write(bytes, 0, from);
                out.writeBytes(random(random.nextInt(), to - from));
                out.write(bytes, from, bytes.length - from);
                break;
            case 1:
                out.write(bytes, 0, from);
                out.write(bytes, to, bytes.length - to);
                break;
            case 2:
                out.write(bytes, 0, from);
                out.writeBytes(random(random.nextInt(), to - from));
                out.write(bytes, to, bytes.length - to);
                break;
            case 3:
                out.writeBytes(part);
                out.write(bytes, 0, from);
                out.write(bytes, to, bytes.length - to);
                break;
            default:
                out.writeBytes(bytes);
                out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] random(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
