package dev.baton.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.SessionKey;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The locks with one thread; {@link LockTableRaceTest} has the races. */
@DisplayName("L8: locks of portions")
class LockTableTest {
    private static final SessionKey SESSION = new SessionKey(1, "one");

    private final LockTable table = new LockTable(4);
    private final LockOwner old = new LockOwner("GET /old", 1);
    private final LockOwner middle = new LockOwner("GET /middle", 2);
    private final LockOwner young = new LockOwner("GET /young", 3);

    private Claim exclusive(LockOwner owner, String name) {
        return table.claim(owner, SESSION, name, true, true);
    }

    private Claim shared(LockOwner owner, String name) {
        return table.claim(owner, SESSION, name, false, true);
    }

    private static boolean has(Claim claim) {
        return claim.waiter().outcome() != null && claim.waiter().outcome().admitted();
    }

    private static Object refusal(Claim claim) {
        return claim.waiter().outcome() == null ? null : claim.waiter().outcome().refusal();
    }

    @Test
    void oneWaitsForItsNameOnlyAndGetsItWhenItIsReleased() {
        Claim first = exclusive(old, "cart");
        Claim second = exclusive(young, "cart");
        assertThat(has(first)).isTrue();
        assertThat(has(second)).isFalse();
        assertThat(second.blockedBy()).isEqualTo("GET /old");
        assertThat(has(exclusive(young, "profile"))).isTrue();
        table.release(first);
        assertThat(has(second)).isTrue();
        table.release(first);
        assertThat(table.holds(young, "cart", true)).as("a second release takes nothing from the next").isTrue();
    }

    @Test
    void sharedOnesGoTogetherAndDoNotPassAnExclusiveOneThatWaits() {
        Claim a = shared(old, "cart");
        Claim b = shared(middle, "cart");
        Claim writer = exclusive(young, "cart");
        LockOwner late = new LockOwner("GET /late", 4);
        Claim reader = shared(late, "cart");
        assertThat(has(a) && has(b)).isTrue();
        assertThat(has(reader)).as("past a writer").isFalse();
        assertThat(reader.blockedBy()).isEqualTo("GET /young");
        table.release(a);
        assertThat(has(writer)).isFalse();
        table.release(b);
        assertThat(has(writer)).isTrue();
        assertThat(has(reader)).isFalse();
        table.release(writer);
        assertThat(has(reader)).isTrue();
    }

    @Test
    void anOwnerLocksAgainWhatItHas() {
        Claim once = exclusive(old, "cart");
        Claim other = exclusive(young, "cart");
        Claim twice = exclusive(old, "cart");
        Claim read = shared(old, "cart");
        assertThat(has(twice) && has(read)).isTrue();
        table.release(once);
        table.release(read);
        assertThat(has(other)).isFalse();
        table.release(twice);
        assertThat(has(other)).isTrue();
    }

    @Test
    void whoReadsAndThenWritesWaitsInFrontOfTheOthers() {
        Claim mine = shared(old, "cart");
        Claim theirs = shared(middle, "cart");
        Claim writer = exclusive(young, "cart");
        Claim upgrade = exclusive(old, "cart");
        assertThat(has(upgrade)).isFalse();
        table.release(theirs);
        assertThat(has(upgrade)).isTrue();
        table.release(upgrade);
        assertThat(has(writer)).as("the shared lock is still there").isFalse();
        table.release(mine);
        assertThat(has(writer)).isTrue();
    }

    @Test
    void twoThatReadAndThenWriteAreADeadlockAndTheYoungerHearsOfIt() {
        shared(old, "n");
        Claim youngs = shared(young, "n");
        Claim youngWrites = exclusive(young, "n");
        Claim oldWrites = exclusive(old, "n");
        assertThat(refusal(youngWrites)).isInstanceOf(Deadlock.class);
        assertThat(has(oldWrites)).as("not before the younger one has let go").isFalse();
        table.release(youngs);
        assertThat(has(oldWrites)).isTrue();
    }

    @Test
    void aCircleOverTablesIsFoundWhenItClosesAndBothAreNamed() {
        LockTable other = new LockTable(4);
        SessionKey session = new SessionKey(1, "two");
        Claim first = table.claim(young, SESSION, LockTable.TURN, true, true);
        other.claim(old, session, "cart", true, true);
        Claim waits = table.claim(old, SESSION, LockTable.TURN, true, true);
        Claim victim = other.claim(young, session, "cart", true, true);
        assertThat(victim.waiter().outcome().admitted()).isFalse();
        assertThat(((Deadlock) refusal(victim)).circle()).contains("GET /old waits for " + SESSION)
                .contains("GET /young waits for attribute 'cart' of " + session).doesNotContain("two");
        table.release(first);
        assertThat(has(waits)).isTrue();
    }

    @Test
    void theVictimIsTheYoungestOfThreeThoughAnOlderOneClosesTheCircle() {
        exclusive(old, "a");
        Claim youngHas = exclusive(young, "b");
        Claim middleHas = exclusive(middle, "c");
        Claim youngWaits = exclusive(young, "c");
        Claim middleWaits = exclusive(middle, "a");
        Claim oldWaits = exclusive(old, "b");
        assertThat(refusal(youngWaits)).isInstanceOf(Deadlock.class);
        assertThat(refusal(middleWaits)).isNull();
        table.release(youngHas);
        assertThat(has(oldWaits)).isTrue();
        table.release(middleHas);
    }

    @Test
    void oneClaimThatClosesTwoCirclesBreaksBoth() {
        Claim a = shared(middle, "a");
        Claim b = shared(young, "a");
        exclusive(old, "b");
        Claim middleWaits = exclusive(middle, "b");
        Claim youngWaits = exclusive(young, "b");
        Claim oldWaits = exclusive(old, "a");
        assertThat(refusal(middleWaits)).isInstanceOf(Deadlock.class);
        assertThat(refusal(youngWaits)).isInstanceOf(Deadlock.class);
        table.release(a);
        table.release(b);
        assertThat(has(oldWaits)).isTrue();
    }

    @Test
    void waitingBehindAWriterThatWaitsForMeIsADeadlock() {
        Claim readsB = shared(young, "b");
        shared(old, "a");
        Claim writesA = exclusive(middle, "a");
        exclusive(old, "c");
        Claim youngReadsA = shared(young, "a");
        assertThat(refusal(youngReadsA)).isNull();
        Claim oldWritesB = exclusive(old, "b");
        // old waits for young's b; young waits behind middle, which waits for old's a.
        assertThat(refusal(youngReadsA)).isInstanceOf(Deadlock.class);
        assertThat(refusal(writesA)).isNull();
        table.release(readsB);
        assertThat(has(oldWritesB)).isTrue();
    }

    @Test
    void whoGivesUpIsInNobodysWay() {
        Claim reader = shared(old, "cart");
        Claim writer = exclusive(middle, "cart");
        Claim next = shared(young, "cart");
        table.cancel(writer);
        assertThat(has(next)).isTrue();
        assertThat(has(writer)).isFalse();
        table.cancel(reader);
        assertThat(table.holds(old, "cart", false)).as("what is decided cannot be given up").isTrue();
        assertThat(table.waiting()).isZero();
    }

    @Test
    void noMoreThanTheLimitWait() {
        exclusive(old, "cart");
        Claim waits = exclusive(young, "cart");
        for (int i = 0; i < 3; i++) {
            assertThat(exclusive(new LockOwner("one more", 10 + i), "cart")).isNotNull();
        }
        assertThat(exclusive(middle, "cart")).isNull();
        assertThat(has(exclusive(middle, "profile"))).isTrue();
        table.release(waits);
        assertThat(exclusive(middle, "cart")).isNotNull();
    }

    @Test
    void whoIsNotToWaitHearsWhoIsInTheWayAndIsNoVictimOfADeadlock() {
        exclusive(old, "a");
        exclusive(young, "b");
        Claim waits = exclusive(young, "a");
        Claim busy = table.claim(old, SESSION, "b", true, false);
        assertThat(refusal(busy)).isEqualTo(new LockTable.Busy("GET /young"));
        assertThat(refusal(waits)).isNull();
        assertThat(table.waiting()).isEqualTo(1);
        assertThat(has(table.claim(old, SESSION, "c", true, false))).isTrue();
    }

    @Test
    void theEndRefusesThoseWhoWaitAndThoseWhoCome() {
        Claim held = exclusive(old, "cart");
        Claim waits = exclusive(young, "cart");
        table.end("lost");
        assertThat(refusal(waits)).isEqualTo("lost");
        assertThat(refusal(exclusive(middle, "other"))).isEqualTo("lost");
        table.release(held);
        table.release(waits);
        assertThat(table.waiting()).isZero();
    }

    @Test
    void twoClaimsOfOneOwnerThatWaitDoNotWaitForEachOther() {
        Claim held = exclusive(old, "cart");
        Claim first = exclusive(young, "cart");
        Claim between = exclusive(middle, "cart");
        Claim second = exclusive(young, "cart");
        assertThat(refusal(second)).isNull();
        table.release(held);
        assertThat(has(first) && has(second)).isTrue();
        table.release(first);
        assertThat(has(between)).isFalse();
        table.release(second);
        assertThat(has(between)).isTrue();
    }
}
