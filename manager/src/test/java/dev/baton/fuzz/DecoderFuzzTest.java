package dev.baton.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Bad input: no decoder throws anything but what it declares")
class DecoderFuzzTest {
    /** In the build; a long run is that of -Pfuzz. */
    private static final int ROUNDS = 20_000;
    private static final int GUIDED_RUNS = 40_000;

    @ParameterizedTest
    @EnumSource(Decoder.class)
    void samplesAreRead(Decoder decoder) throws IOException {
        assertThat(decoder.samples()).isNotEmpty();
        decoder.samples().forEach(decoder::decode);
    }

    @ParameterizedTest
    @EnumSource(Decoder.class)
    void whatOnceFailedIsRefused(Decoder decoder) throws IOException {
        for (Path input : found(decoder)) {
            decoder.decode(Files.readAllBytes(input));
        }
    }

    @ParameterizedTest
    @EnumSource(Decoder.class)
    @Timeout(120)
    void randomDamage(Decoder decoder) throws IOException {
        List<byte[]> samples = decoder.samples();
        for (int seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            byte[] bytes = samples.get(random.nextInt(samples.size()));
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes = damaged(bytes, samples, random);
            }
            try {
                decoder.decode(bytes);
            } catch (Throwable wrong) {
                throw new AssertionError(decoder + ", seed " + seed, wrong);
            }
        }
    }

    @Test
    @Timeout(180)
    @DisplayName("Bad input: a short run guided by coverage")
    void guidedByCoverage(@TempDir Path work) throws Exception {
        Path corpus = Files.createDirectory(work.resolve("corpus"));
        writeSamples(corpus);
        Path log = work.resolve("log");
        // The heap is the limit: what the JVM takes beside it varies from machine to machine.
        Process process = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-Xmx512m",
                "-cp", System.getProperty("java.class.path"), "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + DecoderFuzzer.class.getName(), "--instrumentation_includes=dev.baton.**",
                "-runs=" + GUIDED_RUNS, "-seed=1", "-timeout=20", "-rss_limit_mb=0",
                "-artifact_prefix=" + work + "/",
                "--reproducer_path=" + work, corpus.toString())
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertThat(process.waitFor(150, TimeUnit.SECONDS)).as("ended within its time").isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(() -> read(log)).isZero();
        assertThat(read(log)).contains("Done " + GUIDED_RUNS + " runs");
    }

    /** The first byte names the decoder, see {@link DecoderFuzzer}. */
    static void writeSamples(Path corpus) throws IOException {
        for (Decoder decoder : Decoder.values()) {
            List<byte[]> inputs = new ArrayList<>(decoder.samples());
            for (Path input : found(decoder)) {
                inputs.add(Files.readAllBytes(input));
            }
            for (int i = 0; i < inputs.size(); i++) {
                byte[] input = new byte[inputs.get(i).length + 1];
                input[0] = (byte) decoder.ordinal();
                System.arraycopy(inputs.get(i), 0, input, 1, input.length - 1);
                Files.write(corpus.resolve(decoder + "-" + i), input);
            }
        }
    }

    private static List<Path> found(Decoder decoder) throws IOException {
        Path directory = Path.of("src/test/resources/dev/baton/fuzz", decoder.name().toLowerCase());
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    private static byte[] damaged(byte[] bytes, List<byte[]> samples, Random random) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        byte[] copy = bytes.clone();
        int at = random.nextInt(copy.length);
        switch (random.nextInt(5)) {
            case 0:
                copy[at] = (byte) random.nextInt();
                return copy;
            case 1:
                copy[at] ^= (byte) (1 << random.nextInt(8));
                return copy;
            case 2:
                return Arrays.copyOf(copy, at);
            case 3:
                for (int i = at; i < Math.min(copy.length, at + 5); i++) {
                    copy[i] = (byte) (random.nextBoolean() ? 0xff : 0x7f);
                }
                return copy;
            default:
                byte[] other = samples.get(random.nextInt(samples.size()));
                int from = random.nextInt(other.length + 1);
                byte[] spliced = new byte[at + other.length - from];
                System.arraycopy(copy, 0, spliced, 0, at);
                System.arraycopy(other, from, spliced, at, other.length - from);
                return spliced;
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
