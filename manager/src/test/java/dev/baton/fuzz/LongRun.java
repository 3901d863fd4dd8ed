package dev.baton.fuzz;

import java.nio.file.Files;
import java.nio.file.Path;

/** {@code mvn verify -Pfuzz}: hands the samples, and what former runs found, to Jazzer and lets it search. */
final class LongRun {
    private LongRun() {
    }

    /** @param arguments the directory to work in, and how many seconds */
    public static void main(String[] arguments) throws Exception {
        Path work = Path.of(arguments[0]).toAbsolutePath();
        Path corpus = Files.createDirectories(work.resolve("corpus"));
        DecoderFuzzTest.writeSamples(corpus);
        Process process = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-Xmx1g", "-cp",
                System.getProperty("java.class.path"), "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + DecoderFuzzer.class.getName(), "--instrumentation_includes=dev.baton.**",
                "-max_total_time=" + arguments[1], "-timeout=20", "-rss_limit_mb=0",
                "-artifact_prefix=" + work + "/",
                "--reproducer_path=" + work, corpus.toString()).inheritIO().start();
        int exit = process.waitFor();
        if (exit != 0) {
            System.err.println("Found something: the input is in " + work + " (crash-..., oom-..., timeout-...)."
                    + " Its first byte names the decoder; without it the file belongs to src/test/resources/dev/baton/fuzz.");
            System.exit(exit);
        }
    }
}
