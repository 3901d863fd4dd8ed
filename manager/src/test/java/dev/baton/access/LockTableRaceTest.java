package dev.baton.access;

import dev.baton.model.SessionKey;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** The races of the locks, by the model checker; see {@link TokenGateRaceTest}. */
@Timeout(120)
@EnabledForJreRange(max = JRE.JAVA_21, disabledReason = "the model checker cannot read the classes of newer JDKs")
@DisplayName("L8: locks of portions, every interleaving")
@Tag("races")
class LockTableRaceTest {
    /** Enough for each planted bug that was tried; mvn -Praces takes more. */
    private static final int INVOCATIONS = Integer.getInteger("lock.invocations", 10);
    private static final SessionKey SESSION = new SessionKey(1, "one");

    private static void check(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    private static void run(Thread... threads) {
        for (Thread t : threads) {
            t.start();
        }
        for (Thread t : threads) {
            try {
                t.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /**
     * The model checker rewrites a class when it is first used, and lets the threads that wait meanwhile turn in a loop:
     * on a busy machine that takes longer than the half minute after which it says that an invocation hangs. So each
     * class that the tests use is used here before, by one thread, in invocations that have little to do.
     */
    @BeforeAll
    static void rewriteTheClasses() {
        Lincheck.runConcurrentTest(1, () -> run(new Thread(() -> { })));
        Lincheck.runConcurrentTest(1, () -> new LockTable(5).claim(new LockOwner("a", 1), SESSION, "x", true, true));
        Lincheck.runConcurrentTest(1, () -> {
            LockTable table = new LockTable(5);
            Claim held = table.claim(new LockOwner("a", 1), SESSION, "x", true, true);
            Claim waits = table.claim(new LockOwner("b", 2), SESSION, "x", true, true);
            table.release(held);
            table.release(waits);
        });
        Lincheck.runConcurrentTest(1, () -> {
            LockOwner old = new LockOwner("old", 1);
            LockOwner young = new LockOwner("young", 2);
            LockTable one = new LockTable(5);
            LockTable two = new LockTable(5);
            one.claim(old, SESSION, "x", true, true);
            two.claim(young, SESSION, "x", true, true);
            two.claim(old, SESSION, "x", true, true);
            check(deadlock(one.claim(young, SESSION, "x", true, true)), "no circle");
            two.end("over");
        });
    }

    private static boolean has(Claim claim) {
        return claim.waiter().outcome() != null && claim.waiter().outcome().admitted();
    }

    private static boolean deadlock(Claim claim) {
        return claim.waiter().outcome() != null && claim.waiter().outcome().refusal() instanceof Deadlock;
    }

    @Test
    void aReleaseAndClaimsLoseNobody() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            LockTable table = new LockTable(5);
            LockOwner[] owners = {new LockOwner("a", 1), new LockOwner("b", 2), new LockOwner("c", 3)};
            Claim first = table.claim(owners[0], SESSION, "x", true, true);
            Claim[] claims = new Claim[2];
            run(new Thread(() -> table.release(first)),
                    new Thread(() -> claims[0] = table.claim(owners[1], SESSION, "x", true, true)),
                    new Thread(() -> claims[1] = table.claim(owners[2], SESSION, "x", true, true)));
            check(has(claims[0]) != has(claims[1]), "one of two must have it");
            Claim winner = has(claims[0]) ? claims[0] : claims[1];
            table.release(winner);
            check(has(claims[0]) && has(claims[1]), "the second was overlooked");
        });
    }

    @Test
    void giveUpAndReleaseLeaveItFree() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            LockTable table = new LockTable(5);
            Claim held = table.claim(new LockOwner("a", 1), SESSION, "x", true, true);
            Claim waits = table.claim(new LockOwner("b", 2), SESSION, "x", true, true);
            run(new Thread(() -> table.release(held)), new Thread(() -> table.cancel(waits)));
            check(waits.waiter().outcome() != null, "neither granted nor given up");
            table.release(waits);
            Claim next = table.claim(new LockOwner("c", 3), SESSION, "x", true, true);
            check(has(next), "still locked for " + next.blockedBy());
            check(table.waiting() == 0, table.waiting() + " wait");
        });
    }

    @Test
    void aCircleThatClosesFromBothSidesHasOneVictim() {
        Lincheck.runConcurrentTest(Math.max(3, INVOCATIONS / 3), () -> {
            LockTable one = new LockTable(5);
            LockTable two = new LockTable(5);
            LockOwner old = new LockOwner("old", 1);
            LockOwner young = new LockOwner("young", 2);
            Claim olds = one.claim(old, SESSION, "x", true, true);
            Claim youngs = two.claim(young, SESSION, "x", true, true);
            Claim[] claims = new Claim[2];
            run(new Thread(() -> claims[0] = two.claim(old, SESSION, "x", true, true)),
                    new Thread(() -> claims[1] = one.claim(young, SESSION, "x", true, true)));
            check(deadlock(claims[1]), "the younger one still waits");
            check(claims[0].waiter().outcome() == null, "the older one was refused too");
            two.release(youngs);
            check(has(claims[0]), "the older one does not go on");
            one.release(olds);
        });
    }

    @Test
    void readersThatBecomeWritersNeverWaitForEachOtherForEver() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            LockTable table = new LockTable(5);
            Claim[] upgrades = new Claim[2];
            Claim[] reads = new Claim[2];
            Thread[] threads = new Thread[2];
            for (int i = 0; i < 2; i++) {
                int n = i;
                LockOwner owner = new LockOwner("reader " + n, n);
                threads[i] = new Thread(() -> {
                    reads[n] = table.claim(owner, SESSION, "x", false, true);
                    if (has(reads[n])) {
                        upgrades[n] = table.claim(owner, SESSION, "x", true, true);
                    }
                });
            }
            run(threads);
            if (upgrades[0] != null && upgrades[1] != null) {
                check(deadlock(upgrades[1]) && !deadlock(upgrades[0]), "not just the younger one was refused");
            }
            boolean someoneGoesOn = has(reads[0]) && (upgrades[0] == null || upgrades[0].waiter().outcome() != null)
                    || has(reads[1]) && (upgrades[1] == null || upgrades[1].waiter().outcome() != null);
            check(someoneGoesOn, "both wait");
        });
    }

    @Test
    void whoLetsGoAndThenWaitsBehindTheOtherIsNoDeadlock() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            LockTable table = new LockTable(5);
            LockOwner stays = new LockOwner("stays", 1);
            LockOwner goes = new LockOwner("goes", 2);
            table.claim(stays, SESSION, "x", false, true);
            Claim first = table.claim(goes, SESSION, "x", false, true);
            Claim[] claims = new Claim[2];
            run(new Thread(() -> {
                table.release(first);
                claims[0] = table.claim(goes, SESSION, "x", true, true);
            }), new Thread(() -> claims[1] = table.claim(new LockOwner("comes", 3), SESSION, "x", true, true)));
            check(!deadlock(claims[0]) && !deadlock(claims[1]), "refused though all will go on");
        });
    }

    @Test
    void theEndLeavesNobodyWaiting() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            LockTable table = new LockTable(5);
            Claim held = table.claim(new LockOwner("a", 1), SESSION, "x", true, true);
            Claim[] claim = new Claim[1];
            run(new Thread(() -> claim[0] = table.claim(new LockOwner("b", 2), SESSION, "x", true, true)),
                    new Thread(() -> table.end("over")), new Thread(() -> table.release(held)));
            check(claim[0].waiter().outcome() != null, "somebody waits for what is over");
        });
    }

    @Test
    void whoJoinsAndWhoLeavesDrainTheGateOnce() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            TokenGate gate = new TokenGate(5);
            int pass = gate.openAndEnter();
            int[] drained = new int[1];
            boolean[] joined = new boolean[1];
            gate.tryEnter();
            Thread joins = new Thread(() -> {
                joined[0] = gate.join(pass);
                // its own place and the one it joined by
                for (int i = joined[0] ? 2 : 1; i > 0; i--) {
                    if (gate.leave(pass, false)) {
                        drained[0]++;
                    }
                }
            });
            Thread leaves = new Thread(() -> {
                if (gate.leave(pass, false)) {
                    drained[0]++;
                }
            });
            Thread core = new Thread(() -> {
                if (gate.close()) {
                    drained[0]++;
                }
            });
            run(joins, leaves, core);
            check(joined[0], "somebody inside could not join");
            check(drained[0] == 1 && gate.drained() && gate.inside() == 0, "drained " + drained[0] + " times");
        });
    }
}
