package dev.baton.sim;

import dev.baton.protocol.CoreSettings;

/** Kinds of runs: which faults, so that a certain kind of mistake shows early. */
enum Profile {
    /** Anything. */
    GENERAL {
        @Override
        void shape(Scenario s, Rng rng) {
        }
    },
    /** Messages lost, doubled and overtaken all the time, one session that everybody wants. */
    NOISY {
        @Override
        void shape(Scenario s, Rng rng) {
            s.alwaysNoisy = true;
            s.loss = 0.05;
            s.twice = 0.2;
            s.overtaken = 0.2;
            crowd(s, rng);
            s.crash = 1;
            s.pause = 1;
            s.partition = 0;
            s.cut = 0;
        }
    },
    /** Requests do not wait for the backups, messages are lost, and primaries come and go. */
    EARLY {
        @Override
        void shape(Scenario s, Rng rng) {
            NOISY.shape(s, rng);
            s.crash = 4;
            s.leave = 3;
            s.faults = 8;
            s.ackByPrimary = true;
        }
    },
    /** Some nodes, mostly the coordinator among them, leave the store to the others. */
    STORE_ELSEWHERE {
        @Override
        void shape(Scenario s, Rng rng) {
            s.nodes = 2 + rng.below(5);
            s.withoutStore = 1 + rng.below(s.nodes - 1);
        }
    },
    /** Processes die and come back. */
    CRASHES {
        @Override
        void shape(Scenario s, Rng rng) {
            none(s);
            s.crash = 6;
            s.crashMany = 1;
            s.noise = 2;
            s.faults = 4 + rng.below(6);
            crowd(s, rng);
        }
    },
    /** Nodes are cut off or stand still, and nobody can prove anything. */
    CUTS {
        @Override
        void shape(Scenario s, Rng rng) {
            none(s);
            s.cut = 3;
            s.oneWay = 4;
            s.partition = 3;
            s.pause = 3;
            s.exclude = 2;
            s.proofs = Proofs.Policy.WITHHELD;
            s.nodes = 3 + rng.below(3);
            s.faults = 3 + rng.below(5);
            s.faultNanos = 30_000_000_000L;
            crowd(s, rng);
        }
    },
    /** Views change all the time, from the first moment on: tables, joins and promotions meet. */
    TABLES {
        @Override
        void shape(Scenario s, Rng rng) {
            none(s);
            s.early = rng.chance(0.5);
            s.whim = 3;
            s.exclude = 5;
            s.crash = 3;
            s.leave = 1;
            s.oneWay = 2;
            s.noise = 2;
            s.slow = 3;
            s.nodes = 3 + rng.below(3);
            s.faults = 8 + rng.below(10);
            crowd(s, rng);
        }
    },
    /** Ids change, and whoever changes them dies. */
    RENAMES {
        @Override
        void shape(Scenario s, Rng rng) {
            CRASHES.shape(s, rng);
            s.renamePercent = 40;
            s.faults = 8;
        }
    },
    /** Backups are slow, stand still, are taken for lost, and come back. */
    LAGGING {
        @Override
        void shape(Scenario s, Rng rng) {
            none(s);
            s.narrow = true;
            s.slow = 4;
            s.pause = 4;
            s.exclude = 3;
            s.oneWay = 2;
            s.noise = 1;
            s.crash = 2;
            s.nodes = 2 + rng.below(3);
            s.faults = 4 + rng.below(6);
            crowd(s, rng);
            s.sticky = 0.8;
            s.readPercent = 15;
            s.renamePercent = 8;
        }
    },
    /** Changes need a backup in sync, and there is none for a while. */
    FEW_COPIES {
        @Override
        void shape(Scenario s, Rng rng) {
            CRASHES.shape(s, rng);
            fewCopies(s, rng);
            s.readPercent = 15;
        }
    },
    /** As before, and requests do not wait for it. */
    FEW_COPIES_EARLY {
        @Override
        void shape(Scenario s, Rng rng) {
            EARLY.shape(s, rng);
            fewCopies(s, rng);
        }
    },
    /** Nodes hear nothing for a while, so that they are out, or deposed, and do not know; many look-ups and logouts. */
    DEAF {
        @Override
        void shape(Scenario s, Rng rng) {
            none(s);
            s.deaf = 6;
            s.crash = 1;
            s.exclude = 1;
            s.nodes = 3 + rng.below(2);
            s.faults = 4;
            s.faultNanos = 40_000_000_000L;
            crowd(s, rng);
            s.lookPercent = 25;
            s.destroyPercent = 8;
            s.readPercent = 25;
        }
    },
    /** A node goes on alone after all it knew, and meets those who had gone on by majority (seed 13242). */
    OUTLIVED {
        @Override
        void shape(Scenario s, Rng rng) {
            none(s);
            s.outlived = true;
            s.nodes = 4 + rng.below(3);
            s.noise = 2;
            s.slow = 1;
            s.oneWay = 1;
            s.pause = 1;
            s.faults = rng.below(4);
            s.faultNanos = 80_000_000_000L;
            crowd(s, rng);
            s.sticky = 0.6;
        }
    },
    /** Sides that cannot see each other give each other up after a few seconds, go on, and meet again. */
    GIVEN_UP {
        @Override
        void shape(Scenario s, Rng rng) {
            CUTS.shape(s, rng);
            s.lineages = true;
            s.settings = s.settings.withLostAfterNanos(rng.between(1, 6) * 1_000_000_000L);
            s.nodes = 3 + rng.below(5);
            s.crash = 1;
            s.faults = 4 + rng.below(6);
            s.faultNanos = 40_000_000_000L;
        }
    },
    /** Sessions end and are forgotten while nodes go, come back and lag behind. */
    FORGETTING {
        @Override
        void shape(Scenario s, Rng rng) {
            none(s);
            s.crash = 3;
            s.leave = 1;
            s.pause = 2;
            s.cut = 1;
            s.oneWay = 2;
            s.exclude = 3;
            s.slow = 2;
            s.noise = 2;
            s.nodes = 3 + rng.below(3);
            s.faults = 6 + rng.below(8);
            s.faultNanos = 60_000_000_000L;
            crowd(s, rng);
            s.sessions = 3;
            s.readPercent = 20;
            s.destroyPercent = 10;
            s.renamePercent = 8;
            s.settings = s.settings.withTombstoneNanos(25_000_000_000L);
        }
    },
    /** A segment of many sessions is brought in many steps, between changes, and the bringing is interrupted. */
    IN_STEPS {
        @Override
        void shape(Scenario s, Rng rng) {
            LAGGING.shape(s, rng);
            s.noise = 3;
            s.users = 6 + rng.below(5);
            s.sessions = 4 + rng.below(12);
            s.renamePercent = 15;
            s.destroyPercent = 8;
            s.drawSegments(rng, 1);
            int[] chunks = {1, 300, 1_000, 2_500};
            s.settings = s.settings.withChunkBytes(chunks[rng.below(chunks.length)]);
        }
    },
    /** As before, with whatever clients and settings can add to it. */
    VARIED {
        @Override
        void shape(Scenario s, Rng rng) {
            IN_STEPS.shape(s, rng);
            s.varied = true;
            s.crash = 4;
            s.leave = 1;
            s.ackByPrimary = rng.chance(0.4);
            s.shortIdle = rng.chance(0.4);
            int backups = 1 + rng.below(3);
            s.nodes = 2 + rng.below(backups + 2);
            s.withoutStore = rng.chance(0.3) ? rng.below(s.nodes) : 0;
            s.settings = CoreSettings.defaults(backups).withHashPlacement(s.settings.hashPlacement())
                    .withChunkBytes(s.settings.chunkBytes()).withMinInSync(rng.chance(0.4) ? 1 + rng.below(backups) : 0);
            if (rng.chance(0.4)) {
                s.settings = s.settings.withTombstoneNanos(rng.between(22, 40) * 1_000_000_000L);
            }
        }
    },
    /** Sessions are only looked at, for long, and nodes go. */
    IDLE {
        @Override
        void shape(Scenario s, Rng rng) {
            none(s);
            s.slowReaders = true;
            s.sticky = 0.9;
            s.readPercent = 93;
            s.destroyPercent = 0;
            s.renamePercent = 0;
            s.crash = 3;
            s.leave = 1;
            s.exclude = 1;
            s.faults = 3;
            s.users = 5;
            s.sessions = 5;
            s.faultNanos = 60_000_000_000L;
        }
    };

    private static void none(Scenario s) {
        s.crash = 0;
        s.crashMany = 0;
        s.pause = 0;
        s.leave = 0;
        s.cut = 0;
        s.oneWay = 0;
        s.partition = 0;
        s.noise = 0;
        s.whim = 0;
        s.exclude = 0;
        s.slow = 0;
    }

    private static void fewCopies(Scenario s, Rng rng) {
        s.exclude = 3;
        s.nodes = 2 + rng.below(2);
        s.settings = CoreSettings.defaults(1).withMinInSync(1);
    }

    private static void crowd(Scenario s, Rng rng) {
        s.users = 6;
        s.sessions = 1 + rng.below(2);
        s.sticky = 0.3;
        s.settings = s.settings.backups() == 0
                ? CoreSettings.defaults(1).withHashPlacement(s.settings.hashPlacement()) : s.settings;
    }

    abstract void shape(Scenario s, Rng rng);

    Scenario scenario(long seed) {
        Rng rng = new Rng(seed ^ 0x5ca1ab1e);
        Scenario s = Scenario.of(rng);
        s.lineages = false;
        s.settings = s.settings.withLostAfterNanos(-1);
        s.ackByPrimary = false;
        shape(s, rng);
        s.drawWindow(rng);
        return s;
    }
}
