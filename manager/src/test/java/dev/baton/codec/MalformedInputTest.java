package dev.baton.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.baton.model.BytePatch;
import dev.baton.model.MalformedPatch;
import dev.baton.protocol.Message;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * Damaged bytes are refused with the declared exception and without more memory than declared. As many attempts as
 * {@code -Dbaton.fuzz=N} says, {@value #ATTEMPTS} by default; {@code -Dbaton.fuzz.seed=S} repeats a failure.
 */
class MalformedInputTest {
    private static final String ATTEMPTS = "100000";
    /** The exception with its text, the lists of an envelope, the measuring itself. */
    private static final int OVERHEAD = 8_192;
    /** Results of the patches made here, damaged or not: a copy takes three bytes and yields at most 300. */
    private static final int MAX_RESULT = 10_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final int attempts = Integer.parseInt(System.getProperty("baton.fuzz", ATTEMPTS));
    private final long seed = Long.getLong("baton.fuzz.seed", 20_261_121);

    @Test
    void damagedEnvelopesAreRefusedWithoutMemoryBeyondTheLimit() {
        MessageCodec codec = new MessageCodec();
        List<byte[]> corpus = new ArrayList<>();
        RandomMessages messages = new RandomMessages(new Random(seed));
        for (int i = 0; i < 400; i++) {
            corpus.add(codec.encode(messages.envelope(4)));
        }
        int refused = 0;
        for (int i = 0; i < attempts; i++) {
            Random random = new Random(seed + i);
            byte[] bytes = Damage.of(corpus.get(random.nextInt(corpus.size())), random);
            List<Message> decoded = new ArrayList<>();
            long most = (long) MessageCodec.MAX_EXPANSION * bytes.length + OVERHEAD;
            assertAllocatesAtMost(most, seed + i, () -> {
                decoded.clear();
                try {
                    decoded.addAll(codec.decode(bytes, 0, bytes.length));
                    return true;
                } catch (MalformedMessage expected) {
                    return false;
                }
            });
            if (decoded.isEmpty()) {
                refused++;
            } else if (i % 8 == 0) {
                assertCanBeWrittenAgain(codec, decoded);
            }
        }
        assertThat(refused).as("most damage is noticed, some makes another message")
                .isBetween(attempts / 4, Math.max(attempts - 1, 1));
    }

    /** Measured once more where it was too much: the first run of a line of code also loads classes. */
    private void assertAllocatesAtMost(long most, long seedNow, BooleanSupplier attempt) {
        for (int run = 1; run <= 2; run++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                attempt.getAsBoolean();
            } catch (Throwable wrong) {
                throw new AssertionError("-Dbaton.fuzz=1 -Dbaton.fuzz.seed=" + seedNow, wrong);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            if (allocated <= most) {
                return;
            }
            if (run == 2) {
                throw new AssertionError(allocated + " bytes allocated, limit " + most
                        + ", -Dbaton.fuzz=1 -Dbaton.fuzz.seed=" + seedNow);
            }
        }
    }

    private static void assertCanBeWrittenAgain(MessageCodec codec, List<Message> decoded) {
        byte[] again = codec.encode(decoded);
        try {
            assertThat(Written.out(codec.decode(again, 0, again.length))).isEqualTo(Written.out(decoded));
        } catch (MalformedMessage e) {
            throw new AssertionError("what was read cannot be read again", e);
        }
    }

    @Test
    void damagedPatchesAreRefusedWithoutMemoryBeyondTheLimitAndLeaveTheBaseAlone() {
        int refused = 0;
        for (int i = 0; i < attempts; i++) {
            Random random = new Random(seed + i);
            byte[] base = new byte[random.nextInt(300)];
            random.nextBytes(base);
            byte[] untouched = base.clone();
            byte[] encoded = Damage.of(patch(base.length, random), random);
            BytePatch patch = new BytePatch(encoded);
            boolean[] applied = new boolean[1];
            // What a well-formed patch may ask for is the result and nothing else.
            assertAllocatesAtMost(MAX_RESULT + OVERHEAD, seed + i, () -> {
                try {
                    applied[0] = patch.apply(base).length <= MAX_RESULT;
                    return true;
                } catch (MalformedPatch expected) {
                    return false;
                }
            });
            refused += applied[0] ? 0 : 1;
            assertThat(Arrays.equals(base, untouched)).as("base").isTrue();
        }
        assertThat(refused).isGreaterThan(attempts / 4 - 1);
    }

    /** A well-formed patch of random copies and insertions. */
    private static byte[] patch(int baseLength, Random random) {
        Out body = new Out();
        int length = 0;
        int previousEnd = 0;
        for (int i = random.nextInt(6); i > 0; i--) {
            if (random.nextBoolean() && baseLength > 0) {
                int offset = random.nextInt(baseLength);
                int n = 1 + random.nextInt(baseLength - offset);
                body.varint(n * 2L + 1);
                body.signed(offset - previousEnd);
                previousEnd = offset + n;
                length += n;
            } else {
                int n = 1 + random.nextInt(20);
                body.varint(n * 2L);
                for (int b = 0; b < n; b++) {
                    body.octet(random.nextInt());
                }
                length += n;
            }
        }
        Out whole = new Out();
        whole.varint(baseLength);
        whole.signed(length - baseLength);
        byte[] operations = body.toBytes();
        for (byte b : operations) {
            whole.octet(b);
        }
        return whole.toBytes();
    }
}
