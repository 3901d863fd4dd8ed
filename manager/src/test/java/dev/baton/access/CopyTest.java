package dev.baton.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.diff.Differencer;
import dev.baton.diff.Methods;
import dev.baton.model.AttributeChange;
import dev.baton.model.Fence;
import dev.baton.model.MalformedPatch;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One copy of one session: what is read, tracked, compared, and what becomes of it when the token moves. */
class CopyTest {
    private static final SessionMeta META = new SessionMeta(1, 1800, null, null, null);
    private static final Fence FENCE = new Fence(1, 1);

    /** Lists and strings as text; anything named "bad" cannot be written. */
    private static final class TextSerializer implements ValueSerializer {
        final Map<String, Integer> written = new HashMap<>();
        final Map<String, Integer> read = new HashMap<>();
        int failures;
        long most = Long.MAX_VALUE;
        /** Done while a value is read, as its {@code readObject} would. */
        Runnable whileReading = () -> { };

        @Override
        public byte[] serialize(String name, Object value) throws NotSerializableAttribute {
            written.merge(name, 1, Integer::sum);
            if (value instanceof Thread) {
                throw new NotSerializableAttribute(name, name + ".thread", "java.lang.Thread", null);
            }
            if (failures > 0) {
                failures--;
                throw new ConcurrentModificationException();
            }
            return (value instanceof List<?> list ? "L" + String.join(",", list.stream().map(String::valueOf).toList())
                    : "S" + value).getBytes();
        }

        @Override
        public long maxSessionBytes() {
            return most;
        }

        @Override
        public Object deserialize(String name, byte[] bytes) throws UnreadableAttribute {
            read.merge(name, 1, Integer::sum);
            whileReading.run();
            String text = new String(bytes);
            if (text.equals("broken")) {
                throw new NoClassDefFoundError("shop.Half");
            }
            if (text.equals("unreadable")) {
                throw new UnreadableAttribute(name, new ClassNotFoundException("shop.Gone"));
            }
            String value = text.substring(1);
            return text.charAt(0) == 'L' ? new ArrayList<Object>(List.of(value.split(","))) : value;
        }
    }

    private final TextSerializer serializer = new TextSerializer();
    private final List<String> problems = new ArrayList<>();
    /** Done between the reading of a value and its use. */
    private Runnable whenMade = () -> { };

    private ClientStates states(Tracking tracking) {
        ClientState.Problems hears = new ClientState.Problems() {
            @Override
            public void unreadable(ClientState state, UnreadableAttribute problem) {
                problems.add(problem.getMessage());
            }

            @Override
            public void notSerializable(ClientState state, NotSerializableAttribute problem) {
                problems.add(problem.getMessage());
            }

            @Override
            public void restless(ClientState state, String attribute) {
                problems.add("restless: " + attribute);
            }

            @Override
            public void made(ClientState state, String name, Object value) {
                whenMade.run();
            }
        };
        return new ClientStates(1, serializer, tracking, new Differencer(Methods.DEFAULT), hears, 10, false, 100, System::nanoTime, s -> { });
    }

    /** A copy of a session with these attributes, as granted at version 5. */
    private ClientState granted(Tracking tracking, Map<String, String> attributes) {
        ClientState state = states(tracking).state("id");
        state.bring(image(attributes), new Stamp(FENCE, 5));
        state.token().gate().open(false, false);
        return state;
    }

    private static SessionImage image(Map<String, String> attributes) {
        TreeMap<String, byte[]> bytes = new TreeMap<>();
        attributes.forEach((name, text) -> bytes.put(name, text.getBytes()));
        return SessionImage.of(META, bytes);
    }

    private static AccessLog enter(ClientState state) {
        return state.stay(state.token().gate().tryEnter(), null);
    }

    /** The names of what would be sent, and makes it the benchmark. */
    private static List<String> complete(AccessLog log) {
        Scan scan = log.scan(0);
        scan.accept(FENCE);
        return scan.changed();
    }

    @Test
    @DisplayName("T5: what was given out needs no saving while it is here, unchanged and durable")
    void whatWasGivenOutIsUnchanged() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("cart", "La,b", "other", "Lx"));
        assertThat(state.unchanged(List.of("cart"))).as("not here as an object").isFalse();
        AccessLog log = enter(state);
        List<Object> cart = list(state.get("cart", log));
        assertThat(state.unchanged(List.of("cart", "none"))).isTrue();
        assertThat(state.unchanged(List.of("cart", "other"))).isFalse();
        cart.add("c");
        assertThat(state.unchanged(List.of("cart"))).isFalse();
        assertThat(complete(log)).containsExactly("cart");
        assertThat(state.unchanged(List.of("cart"))).as("not durable yet").isFalse();
        state.durable(6);
        assertThat(state.unchanged(List.of("cart"))).isTrue();
        state.discard(AccessLog.End.LOST);
        assertThat(state.unchanged(List.of("cart"))).isFalse();
    }

    @Test
    @DisplayName("T1, T2: what was not accessed, or is immutable and was only read, is not even compared")
    void onlyMutablyAccessedAttributesAreCompared() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("cart", "La,b", "name", "SAda", "other", "Lx"));
        AccessLog log = enter(state);
        state.get("cart", log);
        state.get("name", log);

        Scan scan = log.scan(0);
        assertThat(scan.changed()).isEmpty();
        assertThat(scan.compared()).containsExactly("cart");
        assertThat(serializer.written).as("seen to be unchanged without being serialised").isEmpty();
        assertThat(serializer.read).containsOnlyKeys("cart", "name");
    }

    @Test
    @DisplayName("T5: a change in place is found, and only that attribute is sent")
    void aChangeInPlaceIsFound() throws MalformedPatch {
        ClientState state = granted(Tracking.DEFAULT, Map.of("cart", "La,b", "list", "Lx"));
        AccessLog log = enter(state);
        list(state.get("cart", log)).add("c");
        state.get("list", log);

        SessionDelta delta = log.scan(0).delta();
        assertThat(delta.base()).isEqualTo(5);
        assertThat(delta.changes()).hasSize(1);
        assertThat(delta.changes().get(0).apply("La,b".getBytes())).isEqualTo("La,b,c".getBytes());
    }

    @Test
    @DisplayName("T4: the policies")
    void eachPolicyComparesWhatItSays() {
        Map<Tracking.Policy, List<String>> compared = new TreeMap<>();
        for (Tracking.Policy policy : Tracking.Policy.values()) {
            Tracking tracking = new Tracking(policy, n -> n.equals("fixed"), c -> false);
            ClientState state = granted(tracking, Map.of("cart", "La", "name", "SAda", "fixed", "Lf", "before", "Lz"));
            AccessLog earlier = enter(state);
            state.get("before", earlier);
            complete(earlier);
            earlier.leave();
            AccessLog log = enter(state);
            state.get("cart", log);
            state.get("name", log);
            state.get("fixed", log);
            state.set("written", "new", log);
            compared.put(policy, log.scan(0).compared());
        }
        assertThat(compared).isEqualTo(Map.of(
                Tracking.Policy.WRITTEN, List.of("written"),
                Tracking.Policy.MUTABLE, List.of("cart", "written"),
                Tracking.Policy.ACCESSED, List.of("cart", "name", "written"),
                Tracking.Policy.ALL, List.of("before", "cart", "written")));
    }

    @Test
    @DisplayName("D4: nothing changed, nothing sent; set to the same value is no change")
    void anUnchangedAttributeSendsNothing() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("name", "SAda"));
        AccessLog log = enter(state);
        assertThat(state.set("name", "Ada", log)).isEqualTo("Ada");
        Scan scan = log.scan(0);
        assertThat(scan.delta()).isNull();
        assertThat(serializer.written).containsKey("name");
    }

    @Test
    void removedAndSetAgainAreTwoChanges() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("name", "SAda"));
        AccessLog log = enter(state);
        assertThat(state.remove("name", log)).isEqualTo("Ada");
        assertThat(state.names(log)).isEmpty();
        assertThat(log.scan(0).delta().changes()).containsExactly(new AttributeChange.Remove("name"));
        assertThat(complete(log)).containsExactly("name");
        assertThat(complete(log)).isEmpty();
        assertThat(state.get("name", log)).isNull();
        state.set("name", "Bob", log);
        assertThat(complete(log)).containsExactly("name");
        assertThat(state.version()).isEqualTo(7);
    }

    @Test
    void metadataAloneAreAChange() {
        ClientState state = granted(Tracking.DEFAULT, Map.of());
        AccessLog log = enter(state);
        SessionMeta other = new SessionMeta(1, 60, "FORM", null, null);
        state.setMeta(other, log);
        assertThat(log.scan(0).delta().meta()).isEqualTo(other);
        complete(log);
        assertThat(log.scan(0).delta()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"set, set", "set, remove", "remove, set", "remove, remove"})
    @DisplayName("Of threads that set or remove an attribute at the same time each is given the value that it replaced")
    void eachValueIsReplacedOnce(String first, String second) {
        ClientState state = granted(Tracking.DEFAULT, Map.of("a", "Sold"));
        AccessLog log = enter(state);
        AccessLog beside = enter(state);
        List<Object> replaced = new ArrayList<>();
        whenMade = () -> replaced.add(change(state, first, "first", beside));
        replaced.add(change(state, second, "second", log));
        assertThat(replaced).containsExactly("old", first.equals("set") ? "first" : null);
        assertThat(state.get("a", log)).isEqualTo(second.equals("set") ? "second" : null);
    }

    private static Object change(ClientState state, String how, String value, AccessLog log) {
        return how.equals("set") ? state.set("a", value, log) : state.remove("a", log);
    }

    @Test
    @DisplayName("An attribute that cannot be serialised is reported by path; the other changes are sent")
    void oneBadAttributeDoesNotHarmTheOthers() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("bad", "Sgood"));
        AccessLog log = enter(state);
        state.set("bad", new Thread(), log);
        state.set("good", "x", log);
        Scan scan = log.scan(0);
        assertThat(scan.changed()).containsExactly("good");
        assertThat(scan.problems()).singleElement()
                .satisfies(p -> assertThat(p.getMessage()).contains("bad.thread", "java.lang.Thread"));
        scan.accept(FENCE);
        assertThat(state.get("bad", log)).isInstanceOf(Thread.class);
    }

    @Test
    @DisplayName("maxSessionSize: what shrinks makes room for what grows, whatever their names")
    void theLimitIsOnWhatTheSessionHasAtTheEnd() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("a", "Lx", "m", "Sx", "z", "L" + "y".repeat(100)));
        serializer.most = state.wholeBytes() + 20;
        AccessLog log = enter(state);
        List<Object> last = list(state.get("z", log));
        last.set(0, "y");
        list(state.get("a", log)).set(0, "x".repeat(100));
        Scan scan = log.scan(0);
        assertThat(scan.problems()).isEmpty();
        assertThat(scan.changed()).containsExactly("a", "z");
        scan.accept(FENCE);

        state.set("a", "x", log);
        state.set("m", "x".repeat(300), log);
        state.set("new", "x", log);
        last.set(0, "y".repeat(100));
        scan = log.scan(0);
        assertThat(scan.changed()).as("what fits is sent").containsExactly("a", "new", "z");
        assertThat(scan.problems()).singleElement()
                .satisfies(p -> assertThat(p.getMessage()).contains("'m'", "maxSessionSize"));
        scan.accept(FENCE);
        assertThat(state.get("m", log)).as("it stays here").isEqualTo("x".repeat(300));
        state.withStored(image -> assertThat(image.attribute("m")).isEqualTo("Sx".getBytes()));
    }

    @Test
    void aValueThatIsJustBeingChangedIsTriedAgain() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("cart", "La"));
        AccessLog log = enter(state);
        list(state.get("cart", log)).add("b");
        serializer.failures = 3;
        assertThat(complete(log)).containsExactly("cart");
        assertThat(complete(log)).as("compared with what was sent").isEmpty();
    }

    @Test
    void whatDoesNotComeToRestIsLeftToTheOthersInside() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("cart", "La"));
        AccessLog other = enter(state);
        AccessLog log = enter(state);
        list(state.get("cart", log)).add("b");
        serializer.failures = 1_000;
        assertThat(complete(log)).isEmpty();
        serializer.failures = 0;
        assertThat(complete(other)).containsExactly("cart");
    }

    @Test
    void whatWasNotSentIsFoundAgainByWhoeverCompletesNext() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("cart", "La"));
        AccessLog log = enter(state);
        list(state.get("cart", log)).add("b");
        log.scan(0).abandon();
        log.leave();
        assertThat(complete(enter(state))).containsExactly("cart");
    }

    @Test
    void aStayThatEndsWithoutComparingLeavesThatToTheNext() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("cart", "La"));
        AccessLog log = enter(state);
        list(state.get("cart", log)).add("b");
        log.leave();
        assertThat(complete(enter(state))).containsExactly("cart");
    }

    @Test
    void anUnreadableAttributeCountsAsNullAndKeepsItsBytes() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("old", "unreadable"));
        AccessLog log = enter(state);
        assertThat(state.get("old", log)).isNull();
        assertThat(state.get("old", log)).isNull();
        assertThat(problems).hasSize(1).first().asString().contains("old", "shop.Gone");
        assertThat(complete(log)).isEmpty();
        assertThat(state.names(log)).containsExactly("old");
    }

    @Test
    void whateverTheClassesDoWhenTheyAreReadIsNotFatal() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("old", "broken"));
        AccessLog log = enter(state);
        assertThat(state.get("old", log)).isNull();
        assertThat(state.peek("old", () -> null)).isNull();
        assertThat(problems).hasSize(1).first().asString().contains("old", "shop.Half");
    }

    @Test
    void aValueThatAsksForItselfWhileItIsReadIsNotThereYet() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("a", "La", "b", "Lb"));
        AccessLog log = enter(state);
        List<Object> seen = new ArrayList<>();
        serializer.whileReading = () -> {
            seen.add(state.get("a", log));
            seen.add(state.get("b", log));
        };
        assertThat(state.get("a", log)).isEqualTo(List.of("a"));
        assertThat(seen).as("b reads both as well").containsExactly(null, null, null, List.of("b"));
        assertThat(serializer.read).isEqualTo(Map.of("a", 1, "b", 1));
        assertThat(problems).isEmpty();
    }

    @Test
    void aLookAtAValueThatLooksAtItselfEnds() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("a", "La"));
        List<Object> seen = new ArrayList<>();
        serializer.whileReading = () -> seen.add(state.peek("a", () -> null));
        assertThat(state.peek("a", () -> null)).isEqualTo(List.of("a"));
        assertThat(seen).containsOnlyNulls().hasSize(1);
    }

    @Test
    @DisplayName("D5: deltas from the store replace only the live objects that they touch")
    void deltasKeepUntouchedLiveObjects() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("a", "Lx", "b", "Ly"));
        AccessLog log = enter(state);
        Object a = state.get("a", log);
        Object b = state.get("b", log);
        state.token().gate().leave(log.pass(), true);
        SessionDelta delta = new SessionDelta(5, List.of(new AttributeChange.Put("b", "Lz".getBytes())), null, 0);
        assertThat(state.bring(List.of(delta), new Stamp(new Fence(1, 2), 6))).isTrue();

        state.token().gate().idleGiven();
        state.token().gate().open(false, false);
        AccessLog next = enter(state);
        assertThat(state.get("a", next)).isSameAs(a);
        assertThat(state.get("b", next)).isNotSameAs(b).isEqualTo(List.of("z"));
        assertThat(state.version()).isEqualTo(6);
    }

    @Test
    void aWholeImageKeepsLiveObjectsOfEqualBytes() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("a", "Lx", "b", "Ly"));
        AccessLog log = enter(state);
        Object a = state.get("a", log);
        state.get("b", log);
        state.bring(image(Map.of("a", "Lx", "b", "Lz")), new Stamp(new Fence(1, 2), 9));
        AccessLog next = enter(state);
        assertThat(state.get("a", next)).isSameAs(a);
        assertThat(state.get("b", next)).isEqualTo(List.of("z"));
    }

    @Test
    void deltasThatDoNotContinueTheCopyAreNotTaken() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("a", "Lx"));
        SessionDelta later = new SessionDelta(6, List.of(), META, 0);
        assertThat(state.bring(List.of(later), new Stamp(FENCE, 7))).isFalse();
        assertThat(state.current(new Stamp(FENCE, 6))).isFalse();
        assertThat(state.current(new Stamp(FENCE, 5))).isTrue();
    }

    @Test
    @DisplayName("A stay whose token is lost goes on with what it had, and nobody sees what it does")
    void aLostStayHarmsNobody() {
        ClientState state = granted(Tracking.DEFAULT, Map.of("cart", "La"));
        AccessLog old = enter(state);
        List<Object> cart = list(state.get("cart", old));
        Waiter durable = old.durable(6);
        state.token().gate().breakOff();
        state.discard(AccessLog.End.LOST);
        assertThat(old.lost()).isTrue();
        assertThat(durable.outcome().admitted()).isFalse();

        state.bring(image(Map.of("cart", "La")), new Stamp(new Fence(2, 1), 5));
        state.token().gate().open(false, false);
        AccessLog current = enter(state);
        cart.add("stale");
        state.set("more", "stale", old);
        assertThat(state.get("cart", old)).isSameAs(cart);
        assertThat(state.get("cart", current)).isEqualTo(List.of("a"));
        assertThat(state.names(current)).containsExactly("cart");
    }

    @Test
    void aStayIsNotGivenForAPassThatIsVoid() {
        ClientState state = granted(Tracking.DEFAULT, Map.of());
        int pass = state.token().gate().tryEnter();
        state.token().gate().breakOff();
        assertThat(state.stay(pass, null)).isNull();
    }

    @Test
    void waitsForDurabilityEndInOrder() {
        ClientState state = granted(Tracking.DEFAULT, Map.of());
        AccessLog log = enter(state);
        assertThat(log.durable(5).outcome().admitted()).isTrue();
        Waiter six = log.durable(6);
        Waiter seven = log.durable(7);
        state.durable(6);
        assertThat(six.outcome().admitted()).isTrue();
        assertThat(seven.outcome()).isNull();
        state.durable(9);
        assertThat(seven.outcome().admitted()).isTrue();
        assertThat(log.isDurable(8)).isTrue();
    }

    @Test
    void aNameThatCannotTravelIsRefusedWhenSet() {
        ClientState state = granted(Tracking.DEFAULT, Map.of());
        AccessLog log = enter(state);
        assertThatThrownBy(() -> state.set("x".repeat(AttributeChange.MAX_NAME + 1), "v", log))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("1001").hasMessageContaining("1000");
    }

    @Test
    void aNewSessionIsSentWhole() {
        ClientState state = states(Tracking.DEFAULT).state("new");
        state.begin(META);
        AccessLog log = state.stay(state.token().gate().openAndEnter(), null);
        state.set("a", "x", log);
        Scan scan = log.scan(0);
        assertThat(scan.image().names()).containsExactly("a");
        assertThat(scan.delta()).isNull();
        scan.accept(Fence.NONE);
        assertThat(log.fresh()).isFalse();
        assertThat(state.version()).isEqualTo(1);
        state.created(FENCE);
        assertThat(state.stamp()).isEqualTo(new Stamp(FENCE, 1));
        assertThat(log.isDurable(1)).isTrue();
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object value) {
        return (List<Object>) value;
    }
}
