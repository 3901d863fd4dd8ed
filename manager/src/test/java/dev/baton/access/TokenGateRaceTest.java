package dev.baton.access;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * The races of the gate, by a model checker that tries the interleavings of the threads' single steps. The core's side
 * (open, close, breakOff, refuse) is one thread, as in life.
 */
@Timeout(120)
@EnabledForJreRange(max = JRE.JAVA_21, disabledReason = "the model checker cannot read the classes of newer JDKs")
@Tag("races")
class TokenGateRaceTest {
    /** Enough for each planted bug that was tried; -Dgate.invocations=3000 takes minutes. */
    private static final int INVOCATIONS = Integer.getInteger("gate.invocations", 30);

    /** Somebody who wants in, and leaves again if he got in at once. */
    private static final class Visitor extends Thread {
        private final TokenGate gate;
        private final AtomicInteger drained;
        private Waiter waiter;
        private int pass;

        Visitor(TokenGate gate, AtomicInteger drained) {
            this.gate = gate;
            this.drained = drained;
        }

        @Override
        public void run() {
            pass = gate.tryEnter();
            if (pass == TokenGate.NO_PASS) {
                waiter = gate.await();
            } else if (gate.leave(pass, false)) {
                drained.incrementAndGet();
            }
        }

        /** After all threads have ended. */
        boolean admitted() {
            return waiter == null || waiter.outcome() != null && waiter.outcome().admitted();
        }

        int heldPass() {
            return waiter != null && admitted() ? waiter.outcome().pass() : TokenGate.NO_PASS;
        }
    }

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

    @Test
    void whoComesWhileTheGateOpensIsLetIn() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            TokenGate gate = new TokenGate(5);
            AtomicInteger drained = new AtomicInteger();
            Visitor a = new Visitor(gate, drained);
            Visitor b = new Visitor(gate, drained);
            run(a, b, new Thread(() -> gate.open(false, false)));
            check(a.admitted() && b.admitted(), "a waiter was overlooked");
            int held = (a.heldPass() >= 0 ? 1 : 0) + (b.heldPass() >= 0 ? 1 : 0);
            check(gate.inside() == held, held + " are inside, the gate counts " + gate.inside());
            check(!gate.hasWaiters(), "the queue keeps somebody who was admitted");
            check(drained.get() == 0, "an open gate drained");
        });
    }

    @Test
    void aClosedGateDrainsExactlyOnce() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            TokenGate gate = new TokenGate(5);
            AtomicInteger drained = new AtomicInteger();
            int pass = gate.openAndEnter();
            Visitor visitor = new Visitor(gate, drained);
            Thread leaver = new Thread(() -> {
                if (gate.leave(pass, false)) {
                    drained.incrementAndGet();
                }
            });
            Thread core = new Thread(() -> {
                if (gate.close()) {
                    drained.incrementAndGet();
                }
            });
            run(visitor, leaver, core);
            check(visitor.heldPass() == TokenGate.NO_PASS, "somebody entered a closed gate");
            check(drained.get() == 1 && gate.drained(), "drained " + drained.get() + " times");
            check(gate.inside() == 0, "nobody is inside, the gate counts " + gate.inside());
        });
    }

    @Test
    void anEagerGateDrainsExactlyOnceForEachTimeItIsEmpty() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            TokenGate gate = new TokenGate(5);
            AtomicInteger drained = new AtomicInteger();
            int first = gate.openAndEnter();
            int second = gate.tryEnter();
            List<Thread> leavers = new ArrayList<>();
            for (int pass : new int[] {first, second}) {
                leavers.add(new Thread(() -> {
                    if (gate.leave(pass, true)) {
                        drained.incrementAndGet();
                    }
                }));
            }
            Thread core = new Thread(() -> {
                if (gate.close()) {
                    drained.incrementAndGet();
                }
            });
            run(leavers.get(0), leavers.get(1), core);
            check(drained.get() == 1 && gate.drained(), "drained " + drained.get() + " times");
        });
    }

    @Test
    void openingForThoseWhoWaitAndNobodyElseDrainsAfterThem() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            TokenGate gate = new TokenGate(5);
            AtomicInteger drained = new AtomicInteger();
            Waiter first = gate.await();
            Visitor late = new Visitor(gate, drained);
            Thread core = new Thread(() -> {
                if (gate.open(true, false)) {
                    drained.incrementAndGet();
                }
            });
            run(late, core);
            check(first.outcome() != null && first.outcome().admitted(), "who waited was not let in");
            check(drained.get() == 0, "drained with somebody inside");
            if (late.heldPass() >= 0) {
                check(!gate.leave(late.heldPass(), false), "drained with somebody inside");
            }
            check(gate.leave(first.outcome().pass(), false), "the last one out did not drain the gate");
        });
    }

    @Test
    void whoGivesUpIsEitherOutOrIn() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            TokenGate gate = new TokenGate(5);
            Waiter waiter = gate.await();
            boolean[] cancelled = new boolean[1];
            boolean[] drained = new boolean[1];
            Thread core = new Thread(() -> drained[0] = gate.open(true, false));
            Thread impatient = new Thread(() -> cancelled[0] = gate.cancel(waiter));
            run(core, impatient);
            check(cancelled[0] != waiter.outcome().admitted(), "neither in nor out");
            check(drained[0] == cancelled[0], "counted although it gave up, or the reverse");
            check(gate.inside() == (cancelled[0] ? 0 : 1), "the gate counts " + gate.inside());
            check(!gate.hasWaiters(), "still in the queue");
        });
    }

    @Test
    void aRefusalAndAnOpeningLoseNobody() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            TokenGate gate = new TokenGate(5);
            AtomicInteger drained = new AtomicInteger();
            Visitor visitor = new Visitor(gate, drained);
            Thread core = new Thread(() -> {
                gate.refuseWaiters("no");
                gate.open(false, false);
            });
            run(visitor, core);
            check(visitor.waiter == null || visitor.waiter.outcome() != null, "a waiter was overlooked");
            int held = visitor.heldPass() >= 0 ? 1 : 0;
            check(gate.inside() == held, held + " are inside, the gate counts " + gate.inside());
        });
    }

    @Test
    void aBrokenGateCountsNobodyOfBefore() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            TokenGate gate = new TokenGate(5);
            AtomicInteger drained = new AtomicInteger();
            int old = gate.openAndEnter();
            Thread leaver = new Thread(() -> {
                if (gate.leave(old, true)) {
                    drained.incrementAndGet();
                }
            });
            Visitor visitor = new Visitor(gate, drained);
            boolean[] opened = new boolean[1];
            Thread core = new Thread(() -> {
                gate.breakOff();
                opened[0] = gate.open(false, false);
            });
            run(leaver, visitor, core);
            check(visitor.admitted(), "a waiter was overlooked");
            int held = visitor.heldPass() == gate.generation() ? 1 : 0;
            check(gate.inside() == held, held + " are inside, the gate counts " + gate.inside());
            check(gate.isOpen(), "the old generation closed the gate of the new one");
        });
    }
}
