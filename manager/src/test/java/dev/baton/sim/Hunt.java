package dev.baton.sim;

import dev.baton.protocol.Bug;

/** Looks for the first seed that shows a planted bug. */
final class Hunt {
    /** @param seed first seed that found it, or -1 */
    record Found(long seed, long tried, String failure) {}

    private Hunt() {
    }

    static Found hunt(Bug bug, Simulation.ClientBug clientBug, Profile profile, long from, long limit) {
        for (long seed = from; seed < from + limit; seed++) {
            String failure = run(seed, bug, clientBug, profile);
            if (failure != null) {
                return new Found(seed, seed - from + 1, failure);
            }
        }
        return new Found(-1, limit, null);
    }

    /** What the seed showed, or null. */
    static String run(long seed, Bug bug, Simulation.ClientBug clientBug, Profile profile) {
        try {
            new Simulation(seed, profile.scenario(seed), bug, clientBug, null).run();
            return null;
        } catch (InvariantViolated e) {
            return e.getMessage();
        } catch (IllegalStateException e) {
            return null; // the clients stumbled over what the bug did, which is no check
        }
    }

    /** {@code limit [bug ...]}: which profile shows each bug first. */
    public static void main(String[] args) {
        long limit = Long.parseLong(args[0]);
        for (Bug b : Bug.values()) {
            if (args.length == 1 || java.util.Arrays.asList(args).contains(b.name())) {
                best(b.name(), b, null, limit);
            }
        }
        for (Simulation.ClientBug b : Simulation.ClientBug.values()) {
            if (args.length == 1 || java.util.Arrays.asList(args).contains(b.name())) {
                best(b.name(), null, b, limit);
            }
        }
    }

    private static void best(String name, Bug bug, Simulation.ClientBug clientBug, long limit) {
        for (Profile p : Profile.values()) {
            Found f = hunt(bug, clientBug, p, 1, limit);
            if (f.seed() > 0 || p == Profile.IDLE) {
                print(name + " " + p, f);
            }
            if (f.seed() > 0) {
                limit = f.tried() - 1;
            }
        }
    }

    private static void print(String name, Found f) {
        String text = f.failure() == null ? "not found" : f.failure();
        System.out.println(name + " " + f.seed() + " " + text.substring(0, Math.min(220, text.length())));
    }
}
