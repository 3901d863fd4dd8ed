package dev.baton.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Runs many seeds on a few threads; what comes out does not depend on how many. */
final class Seeds {
    /** The failures by seed, and sums that show that the runs did something. */
    record Outcome(long runs, Map<Long, String> failures, long events, long messages, long grants, long successes,
                   long refused, long unknown, long destroyed, long coalesced, long continued) {}

    private Seeds() {
    }

    static Outcome run(long from, long count, int threads, int maxFailures) throws InterruptedException {
        AtomicLong next = new AtomicLong(from);
        List<Simulation.Result> results = new ArrayList<>();
        Map<Long, String> failures = new TreeMap<>();
        Runnable worker = () -> {
            long seed;
            while ((seed = next.getAndIncrement()) < from + count) {
                String failure = null;
                Simulation.Result result = null;
                try {
                    result = new Simulation(seed, null, null, null, null).run();
                } catch (InvariantViolated e) {
                    failure = e.getMessage();
                } catch (RuntimeException e) {
                    failure = "simulator: " + e;
                }
                synchronized (results) {
                    if (failure == null) {
                        results.add(result);
                    } else {
                        failures.put(seed, failure);
                        if (failures.size() >= maxFailures) {
                            next.set(from + count);
                        }
                    }
                }
            }
        };
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                done.add(pool.submit(worker));
            }
            for (Future<?> f : done) {
                try {
                    f.get();
                } catch (java.util.concurrent.ExecutionException e) {
                    throw new IllegalStateException(e.getCause());
                }
            }
        } finally {
            pool.shutdownNow();
        }
        long[] sums = new long[9];
        for (Simulation.Result r : results) {
            sums[0] += r.events();
            sums[1] += r.messages();
            sums[2] += r.grants();
            sums[3] += r.successes();
            sums[4] += r.refused();
            sums[5] += r.unknown();
            sums[6] += r.destroyed();
            sums[7] += r.coalesced();
            sums[8] += r.continued();
        }
        return new Outcome(results.size() + failures.size(), failures, sums[0], sums[1], sums[2], sums[3], sums[4], sums[5],
                sums[6], sums[7], sums[8]);
    }

    /** How a person sees that run again. */
    static String replayCommand(long seed) {
        return "mvn -q -pl manager test -Dtest=SimulationTest#replay -Dbaton.sim.seed=" + seed + " -Dbaton.sim.trace=true";
    }

    /** {@code from count [trace]}: for work on the protocol, without the build around it. */
    public static void main(String[] args) throws InterruptedException {
        long from = Long.parseLong(args[0]);
        if (args.length > 2) {
            try {
                System.out.println(new Simulation(from, null, null, null, System.out::println).run());
            } catch (InvariantViolated e) {
                e.printStackTrace(System.out);
            }
            return;
        }
        long start = System.nanoTime();
        Outcome o = run(from, Long.parseLong(args[1]), 2, 40);
        o.failures().forEach((seed, text) -> System.out.println(seed + " " + text));
        System.out.println(o.runs() + " runs, " + o.failures().size() + " failures, " + o.events() + " events, " + o.messages()
                + " messages, " + o.grants() + " grants, " + o.successes() + " successes, " + o.refused() + " refused, "
                + o.unknown() + " unknown, " + o.destroyed() + " destroyed, " + o.coalesced() + " differences of several changes, "
                + o.continued() + " copies continued, " + (System.nanoTime() - start) / 1_000_000 + " ms");
    }
}
