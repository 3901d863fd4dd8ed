package dev.baton.access;

import static dev.baton.access.LiveObjects.complete;
import static dev.baton.access.LiveObjects.enter;
import static dev.baton.access.LiveObjects.leave;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.baton.access.Tracking.Policy;
import dev.baton.diff.Methods;
import dev.baton.model.AttributeChange;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tracking of live objects: immutable ones, shared ones, those that others change meanwhile, and the mode verify. */
class TrackingTest {
    private static final Tracking VERIFYING = new Tracking(Policy.MUTABLE, n -> n.equals("fixed"), c -> false, true);

    private final LiveObjects session = new LiveObjects();

    static class Line implements Serializable {
        private static final long serialVersionUID = 1L;
        int quantity = 1;
        Object more;
    }

    record Price(long cents, String currency) implements Serializable {}

    @Retention(RetentionPolicy.RUNTIME)
    @interface Immutable {}

    @Immutable
    static final class Promised implements Serializable {
        private static final long serialVersionUID = 1L;
        int broken;
    }

    static final class WriteOnly implements Serializable {
        private static final long serialVersionUID = 1L;

        private void readObject(ObjectInputStream in) throws IOException {
            throw new IOException("never");
        }
    }

    @Test
    @DisplayName("T3: what is immutable is not compared again after its first synchronisation")
    void immutablesAreNotComparedAgain() {
        ClientState state = session.granted(Tracking.DEFAULT, Map.of());
        AccessLog first = enter(state);
        state.set("price", new Price(100, "EUR"), first);
        state.set("list", List.of("a", new Price(1, "EUR")), first);
        state.set("promised", new Promised(), first);
        assertThat(complete(first)).containsExactly("list", "price", "promised");
        leave(state, first);

        AccessLog second = enter(state);
        state.get("price", second);
        state.get("list", second);
        state.get("promised", second);
        assertThat(second.untouched()).isTrue();
        assertThat(second.scan(0).compared()).isEmpty();
    }

    @Test
    @DisplayName("D1: an attribute of which the comparison fails is sent whole, and the others' changes with it")
    void aFaultOfTheComparisonLosesNoChange() throws Exception {
        ClientState state = session.granted(Tracking.DEFAULT, new Methods(Methods.Method.AUTO, (name, type) -> {
            if (name.equals("b")) {
                throw new IllegalStateException("as planned");
            }
            return null;
        }), Map.of("a", new ArrayList<>(List.of(1)), "b", new ArrayList<>(List.of(2)),
                "c", new ArrayList<>(List.of(3))));
        AccessLog first = enter(state);
        for (String name : List.of("a", "b", "c")) {
            list(state, name, first).add(7);
        }
        Scan scan = first.scan(0);
        assertThat(scan.changed()).containsExactly("a", "b", "c");
        assertThat(scan.delta().changes().get(1)).isInstanceOfSatisfying(AttributeChange.Put.class, put ->
                assertThat(put.value()).isEqualTo(LiveObjects.bytes(new ArrayList<>(List.of(2, 7)))));
        assertThat(session.problems).containsExactly("not compared b: as planned");
        scan.accept(LiveObjects.FENCE);
        leave(state, first);

        AccessLog second = enter(state);
        list(state, "b", second);
        assertThat(complete(second)).as("unchanged").isEmpty();
        list(state, "b", second).add(8);
        assertThat(complete(second)).containsExactly("b");
        leave(state, second);
    }

    @SuppressWarnings("unchecked")
    private static List<Integer> list(ClientState state, String name, AccessLog log) {
        return (List<Integer>) state.get(name, log);
    }

    @Test
    @DisplayName("T5: an object under two attributes, changed through one, is found changed in both and reported")
    void aSharedObjectIsFoundChangedInBoth() {
        ClientState state = session.granted(Tracking.DEFAULT, Map.of());
        AccessLog first = enter(state);
        Line shared = new Line();
        state.set("a", new ArrayList<>(List.of(shared)), first);
        state.set("b", new HashMap<>(Map.of("line", shared)), first);
        state.set("c", new Line(), first);
        complete(first);
        leave(state, first);
        session.written.clear();

        AccessLog second = enter(state);
        ((Line) ((List<?>) state.get("a", second)).get(0)).quantity = 7;
        assertThat(complete(second)).containsExactly("a", "b");
        assertThat(session.written).doesNotContain("c");
        assertThat(session.problems).hasSize(1).first().asString().startsWith("b: ").contains("shares objects");
    }

    @Test
    @DisplayName("T5: the same where one of the attributes can only be compared by serialising it")
    void aSharedObjectIsFoundInWhatIsSerialised() {
        ClientState state = session.granted(Tracking.DEFAULT, Map.of("built", new StringBuilder("read from bytes")));
        AccessLog first = enter(state);
        Line shared = new Line();
        state.set("a", new ArrayList<>(List.of(shared)), first);
        state.set("b", new ArrayList<>(List.of(shared, new StringBuilder("never looks the same"))), first);
        assertThat(complete(first)).containsExactly("a", "b");
        leave(state, first);

        for (int i = 7; i < 17; i++) {
            AccessLog next = enter(state);
            ((Line) ((List<?>) state.get("a", next)).get(0)).quantity = i;
            assertThat(complete(next)).as("change %d", i).containsExactly("a", "b");
            leave(state, next);
        }

        AccessLog reads = enter(state);
        ((Line) ((List<?>) state.get("b", reads)).get(0)).more = state.get("built", reads);
        assertThat(complete(reads)).containsExactly("b", "a");
        leave(state, reads);
        AccessLog last = enter(state);
        ((StringBuilder) ((Line) ((List<?>) state.get("a", last)).get(0)).more).append('!');
        assertThat(complete(last)).containsExactly("a", "b", "built");
    }

    @Test
    @DisplayName("T5: what was changed through an attribute that cannot be serialised is found in the others")
    void aSharedObjectIsFoundBehindWhatCannotBeSent() {
        Line shared = new Line();
        List<Object> controller = new ArrayList<>(List.of(shared));
        ClientState state = session.granted(Tracking.DEFAULT, Map.of());
        AccessLog first = enter(state);
        state.set("controller", controller, first);
        state.set("cart", new ArrayList<>(List.of(new Line())), first);
        complete(first);
        leave(state, first);
        for (int i = 1; i <= 10; i++) {
            assertThat(changeOfTheCart(state, i)).as("by now they are known to share nothing").containsExactly("cart");
        }
        AccessLog joins = enter(state);
        state.get("controller", joins);
        controller.set(0, cart(state, joins).get(0));
        controller.add(new Thread());
        assertThat(complete(joins)).isEmpty();
        leave(state, joins);

        AccessLog second = enter(state);
        ((Line) ((List<?>) state.get("controller", second)).get(0)).quantity = 7;
        Scan scan = second.scan(0);
        assertThat(scan.problems()).hasSize(1);
        assertThat(scan.changed()).containsExactly("cart");
    }

    @Test
    @DisplayName("T5: where only plain values changed no other attribute can have changed with them, and none is looked at")
    void plainValuesShareNothing() {
        ClientState state = session.granted(Tracking.DEFAULT, Map.of());
        AccessLog first = enter(state);
        Line kept = new Line();
        state.set("cart", kept, first);
        state.set("counter", 1, first);
        state.set("other", new Line(), first);
        complete(first);
        leave(state, first);

        kept.quantity = 7;
        AccessLog second = enter(state);
        state.set("counter", 2, second);
        assertThat(complete(second)).containsExactly("counter");
        leave(state, second);

        AccessLog third = enter(state);
        state.set("counter", new Line(), third);
        assertThat(complete(third)).containsExactlyInAnyOrder("cart", "counter");
        leave(state, third);

        kept.quantity = 8;
        AccessLog fourth = enter(state);
        state.set("counter", 3, fourth);
        assertThat(complete(fourth)).as("a Line was there before").containsExactlyInAnyOrder("cart", "counter");
        leave(state, fourth);

        kept.quantity = 9;
        AccessLog fifth = enter(state);
        state.remove("other", fifth);
        assertThat(complete(fifth)).containsExactlyInAnyOrder("cart", "other");
    }

    @Test
    @DisplayName("T5: attributes known to share nothing are not looked at for each other's changes, until one has other objects")
    void separateAttributesAreLeftAlone() {
        Line kept = new Line();
        ClientState state = cartBeside(kept);
        kept.quantity = 7;
        assertThat(changeOfTheCart(state, 11)).containsExactly("cart");

        AccessLog more = enter(state);
        cart(state, more).add(new Line());
        assertThat(complete(more)).containsExactly("cart", "other");
        leave(state, more);

        for (int i = 12; i <= 20; i++) {
            assertThat(changeOfTheCart(state, i)).containsExactly("cart");
        }
        AccessLog shares = enter(state);
        cart(state, shares).set(0, kept);
        complete(shares);
        leave(state, shares);
        for (int i = 21; i <= 30; i++) {
            assertThat(changeOfTheCart(state, i)).as("change %d of what both have", i).containsExactly("cart", "other");
        }
    }

    @Test
    @DisplayName("T5: attributes known to share nothing come to share an object by an exchange of equals, or by being set")
    void separateAttributesComeToShare() {
        ClientState state = cartBeside(new ArrayList<>(List.of(new Line())));
        AccessLog exchange = enter(state);
        Line second = cart(state, exchange).get(1);
        @SuppressWarnings("unchecked")
        List<Line> other = (List<Line>) state.get("other", exchange);
        other.set(0, second);
        assertThat(complete(exchange)).as("the bytes are the same").isEmpty();
        leave(state, exchange);
        AccessLog change = enter(state);
        cart(state, change).get(1).quantity = 77;
        assertThat(complete(change)).containsExactly("cart", "other");
        leave(state, change);

        AccessLog apart = enter(state);
        state.set("other", new ArrayList<>(List.of(new Line())), apart);
        complete(apart);
        leave(state, apart);
        for (int i = 11; i <= 20; i++) {
            assertThat(changeOfTheCart(state, i)).containsExactly("cart");
        }
        AccessLog set = enter(state);
        Line taken = cart(state, set).get(0);
        state.set("other", taken, set);
        assertThat(complete(set)).containsExactly("other");
        leave(state, set);
        assertThat(changeOfTheCart(state, 21)).containsExactly("cart", "other");
    }

    @Test
    @DisplayName("The size of a session follows its attributes, those that grow, come and go")
    void theSizeFollows() {
        ClientState state = session.granted(Tracking.DEFAULT, Map.of());
        for (int i = 0; i < 20; i++) {
            AccessLog log = enter(state);
            state.set("a" + i % 7, "x".repeat(i), log);
            if (i % 5 == 0) {
                state.remove("a" + (i + 3) % 7, log);
            }
            complete(log);
            leave(state, log);
            int[] stored = {0};
            state.withStored(image -> stored[0] = image.size());
            assertThat(state.wholeBytes()).isEqualTo(stored[0]);
        }
    }

    /** A session with a cart and another attribute, which by now are known to share nothing. */
    private ClientState cartBeside(Object other) {
        ClientState state = session.granted(Tracking.DEFAULT, Map.of());
        AccessLog first = enter(state);
        state.set("cart", new ArrayList<>(List.of(new Line(), new Line())), first);
        state.set("other", other, first);
        complete(first);
        leave(state, first);
        for (int i = 1; i <= 10; i++) {
            assertThat(changeOfTheCart(state, i)).containsExactly("cart");
        }
        return state;
    }

    private List<String> changeOfTheCart(ClientState state, int quantity) {
        AccessLog log = enter(state);
        cart(state, log).get(0).quantity = 100 + quantity;
        List<String> changed = complete(log);
        leave(state, log);
        return changed;
    }

    @SuppressWarnings("unchecked")
    private static List<Line> cart(ClientState state, AccessLog log) {
        return (List<Line>) state.get("cart", log);
    }

    @Test
    @DisplayName("T4: tracking=written sees no change in place, not of shared objects either")
    void writtenOnlySeesWhatIsSet() {
        ClientState state = session.granted(new Tracking(Policy.WRITTEN, n -> false, c -> false), Map.of());
        AccessLog log = enter(state);
        Line line = new Line();
        state.set("a", line, log);
        complete(log);
        ((Line) state.get("a", log)).quantity++;
        AccessLog next = enter(state);
        ((Line) state.get("a", next)).quantity++;
        state.set("b", "text", next);
        assertThat(complete(next)).containsExactly("b");
    }

    @Test
    @DisplayName("verify: a wrong designation is found, named and sent, from bytes and from live objects")
    void aWrongDesignationIsFound() {
        ClientState state = session.granted(VERIFYING, Map.of("fixed", new Line()));
        AccessLog first = enter(state);
        ((Line) state.get("fixed", first)).quantity = 2;
        state.set("promised", new Promised(), first);
        assertThat(complete(first)).containsExactly("fixed", "promised");
        assertThat(session.problems).hasSize(1).first().asString().startsWith("fixed: ").contains("immutable");
        session.problems.clear();

        ((Promised) state.get("promised", first)).broken = 1;
        AccessLog second = enter(state);
        leave(state, first);
        state.get("promised", second);
        assertThat(complete(second)).containsExactly("promised");
        assertThat(session.problems).hasSize(1).first().asString().startsWith("promised: ").contains("immutable");
    }

    @Test
    @DisplayName("Without verify the designation is believed")
    void withoutVerifyADesignationIsBelieved() {
        ClientState state = session.granted(new Tracking(Policy.MUTABLE, n -> n.equals("fixed"), c -> false),
                Map.of("fixed", new Line()));
        AccessLog log = enter(state);
        ((Line) state.get("fixed", log)).quantity = 2;
        assertThat(complete(log)).isEmpty();
        assertThat(session.problems).isEmpty();
    }

    @Test
    @DisplayName("verify: objects shared between attributes, values that cannot be read back")
    void aliasesAndUnreadableValuesAreFound() {
        ClientState state = session.granted(VERIFYING, Map.of());
        AccessLog log = enter(state);
        Line shared = new Line();
        state.set("a", shared, log);
        state.set("b", List.of(shared), log);
        state.set("c", new WriteOnly(), log);
        complete(log);
        assertThat(session.problems).anySatisfy(p -> assertThat(p).contains("a' and 'b").contains("Line"))
                .anySatisfy(p -> assertThat(p).startsWith("c: ").contains("read back")).hasSize(2);
    }

    @Test
    @DisplayName("verify: a change in place that tracking=written would not see is told, one that was set is not")
    void changesThatWrittenWouldMissAreTold() {
        ClientState state = session.granted(new Tracking(Policy.WRITTEN, n -> false, c -> false, true),
                Map.of("a", new Line(), "b", new Line()));
        AccessLog log = enter(state);
        ((Line) state.get("a", log)).quantity = 2;
        Line b = (Line) state.get("b", log);
        b.quantity = 2;
        state.set("b", b, log);
        complete(log);
        assertThat(session.problems).hasSize(1).first().asString().startsWith("a: ").contains("written");
    }

    @Test
    @DisplayName("A value that changes once while it is written is written again: the store gets one moment's state")
    void whatChangesWhileItIsWrittenIsWrittenAgain() throws Exception {
        Line line = new Line();
        ClientState state = session.granted(Tracking.DEFAULT, Map.of());
        AccessLog log = enter(state);
        state.set("a", line, log);
        AtomicBoolean done = new AtomicBoolean();
        session.whileWriting = () -> line.quantity = done.getAndSet(true) ? line.quantity : 9;
        Scan scan = log.scan(0);
        assertThat(((Line) LiveObjects.read(scan.delta().changes().get(0).apply(null))).quantity).isEqualTo(9);
        assertThat(session.problems).isEmpty();
    }

    @Test
    @DisplayName("A value that never comes to rest is left to the last who leaves, and sent by the only one there is")
    void whatNeverRestsIsLeftToTheLast() throws Exception {
        Line line = new Line();
        ClientState state = session.granted(Tracking.DEFAULT, Map.of());
        AtomicInteger times = new AtomicInteger(100);
        session.whileWriting = () -> line.quantity = times.incrementAndGet();
        AccessLog first = enter(state);
        AccessLog second = enter(state);
        state.set("a", line, first);
        assertThat(complete(first)).isEmpty();
        assertThat(session.problems).containsExactly("restless a");
        leave(state, first);

        session.whileWriting = () -> { };
        assertThat(complete(second)).containsExactly("a");
        line.quantity = -1;
        leave(state, second);

        session.whileWriting = () -> line.quantity = times.incrementAndGet();
        AccessLog third = enter(state);
        state.get("a", third);
        Scan scan = third.scan(0);
        scan.accept(LiveObjects.FENCE);
        assertThat(scan.changed()).containsExactly("a");
        assertThat(third.untouched()).as("looked at again by the next").isFalse();
        session.whileWriting = () -> { };
        AccessLog fourth = enter(state);
        Scan last = fourth.scan(0);
        assertThat(last.changed()).containsExactly("a");
    }

    @Test
    @DisplayName("A change and its return while others are at work is no reason to believe the benchmark")
    void whatWasWrittenWhileOthersWereAtWorkIsComparedByItsBytes() {
        Line line = new Line();
        ClientState state = session.granted(Tracking.DEFAULT, Map.of());
        AccessLog first = enter(state);
        AccessLog second = enter(state);
        state.set("a", line, first);
        state.get("a", second);
        line.quantity = 5;
        session.whileWriting = () -> line.quantity = 1;
        // Noted as 5, written as 5, then 1: looks restless at first, then settles at 1.
        complete(first);
        session.whileWriting = () -> { };
        leave(state, first);
        session.written.clear();
        assertThat(complete(second)).isEmpty();
        assertThat(session.written).as("compared by its bytes").containsExactly("a");
    }

    /** A session of two attributes that share an object, after a request that made them with another one inside. */
    private ClientState madeBesideAnother(Line shared) {
        ClientState state = session.granted(Tracking.DEFAULT, Map.of());
        AccessLog first = enter(state);
        AccessLog second = enter(state);
        state.set("a", new ArrayList<>(List.of(shared)), first);
        state.set("b", new HashMap<>(Map.of("line", shared)), first);
        assertThat(complete(first)).containsExactly("a", "b");
        leave(state, first);
        leave(state, second);
        return state;
    }

    @Test
    @DisplayName("T5: what was compared beside others is found changed with an object that it shares, by its bytes")
    void sharedWithWhatWasMadeBesideOthers() {
        Line shared = new Line();
        ClientState state = madeBesideAnother(shared);
        AccessLog alone = enter(state);
        state.get("a", alone);
        shared.quantity = 2;
        assertThat(complete(alone)).containsExactly("a", "b");
        leave(state, alone);
    }

    @Test
    @DisplayName("T5: who only waits for an acknowledgement is not waited for: others' changes are found at once")
    void whoHasConcludedIsNotWaitedFor() {
        Line shared = new Line();
        ClientState state = madeBesideAnother(shared);
        AccessLog waiting = enter(state);
        state.set("c", 1, waiting);
        assertThat(complete(waiting)).contains("c");
        waiting.lock();
        waiting.conclude();
        waiting.unlock();

        AccessLog next = enter(state);
        state.get("a", next);
        shared.quantity = 2;
        assertThat(complete(next)).containsExactly("a", "b");

        leave(state, waiting);
        AccessLog working = enter(state);
        state.get("a", next);
        shared.quantity = 3;
        assertThat(complete(next)).as("the rest is left to the other").containsExactly("a");
        assertThat(complete(working)).containsExactly("b");
    }

    @Test
    @DisplayName("What can be made anew is freed for idle sessions; the next request still finds what it changes (T5)")
    void idleSessionsAreShrunk() {
        ClientState state = session.granted(Tracking.DEFAULT, Map.of());
        AccessLog first = enter(state);
        Line shared = new Line();
        state.set("a", new ArrayList<>(List.of(shared)), first);
        state.set("b", new HashMap<>(Map.of("line", shared)), first);
        complete(first);
        leave(state, first);
        assertThat(state.spareBytes()).isPositive();
        state.shrink();
        assertThat(state.spareBytes()).isZero();

        AccessLog second = enter(state);
        state.get("a", second);
        shared.quantity = 2;
        assertThat(complete(second)).containsExactly("a", "b");
        assertThat(state.spareBytes()).isPositive();
    }

    @Test
    @DisplayName("The store in the same process gets the very array that the copy compares with")
    void theStoreSharesTheBytes() throws Exception {
        ClientState state = session.granted(Tracking.DEFAULT, Map.of());
        AccessLog log = enter(state);
        Line line = new Line();
        state.set("a", line, log);
        Scan scan = log.scan(0);
        byte[] stored = scan.delta().changes().get(0).apply(null);
        scan.accept(LiveObjects.FENCE);
        for (int i = 0; i < 4; i++) {
            line.quantity++;
            Scan next = log.scan(0);
            byte[] elsewhere = next.delta().changes().get(0).apply(stored.clone());
            stored = next.delta().changes().get(0).apply(stored);
            next.accept(LiveObjects.FENCE);
            assertThat(stored).isEqualTo(elsewhere).isEqualTo(LiveObjects.bytes(line));
            byte[][] kept = new byte[1][];
            state.withStored(image -> kept[0] = image.attribute("a"));
            assertThat(kept[0]).isSameAs(stored);
        }
    }

    @Test
    @DisplayName("A stay that touches nothing makes no sets of names; to ask whether something is left makes nothing")
    void whatTouchesNothingAllocatesLittle() {
        ClientState state = session.granted(Tracking.DEFAULT, Map.of("price", new Price(100, "EUR")));
        assertThat(allocated(state::lags)).isLessThan(16);
        assertThat(allocated(() -> {
            AccessLog log = enter(state);
            log.untouched();
            leave(state, log);
        })).isLessThan(120);
    }

    /** Bytes each time, on the average. */
    private static long allocated(Runnable action) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        action.run();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1_000; i++) {
            action.run();
        }
        return (threads.getCurrentThreadAllocatedBytes() - before) / 1_000;
    }
}
