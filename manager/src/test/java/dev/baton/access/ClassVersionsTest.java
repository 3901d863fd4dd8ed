package dev.baton.access;

import static dev.baton.access.LiveObjects.complete;
import static dev.baton.access.LiveObjects.enter;
import static dev.baton.access.LiveObjects.leave;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.corpus.Compiled;
import dev.baton.model.AttributeChange;
import dev.baton.model.SessionImage;
import java.lang.reflect.Field;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A new version of the application's classes meets the bytes of an old one")
class ClassVersionsTest {
    private static final String OLD = version("int points = 7; String gone = \"was here\";");
    private static final String NEW = version("int points = 1; java.util.List<String> added = new java.util.ArrayList<>();");
    private static final String OTHER_TYPE = version("String points;");

    private final LiveObjects session = new LiveObjects();
    private byte[] old;

    private static String version(String fields) {
        return "package shop; public class Customer implements java.io.Serializable {"
                + " private static final long serialVersionUID = 1L; " + fields + " }";
    }

    @BeforeEach
    void writeTheOldVersion() throws ReflectiveOperationException {
        old = LiveObjects.bytes(new Compiled("shop.Customer", OLD).make("shop.Customer"));
    }

    private ClientState granted(String source) {
        session.loader = source == null ? getClass().getClassLoader() : new Compiled("shop.Customer", source);
        ClientState state = session.granted(Tracking.DEFAULT, Map.of());
        state.bring(SessionImage.of(state.meta(), Map.of("customer", old)), state.stamp());
        return state;
    }

    private static Field field(Object customer, String name) throws NoSuchFieldException {
        Field field = customer.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    @Test
    @DisplayName("Fields added and removed: read as Java serialisation allows; to read it is no change; written anew when changed")
    void fieldsComeAndGo() throws Exception {
        ClientState state = granted(NEW);
        AccessLog log = enter(state);
        Object customer = state.get("customer", log);
        assertThat(field(customer, "points").getInt(customer)).isEqualTo(7);
        assertThat(field(customer, "added").get(customer)).isNull();
        assertThat(complete(log)).isEmpty();

        byte[] stored = old;
        for (int points = 8; points < 12; points++) {
            field(customer, "points").setInt(customer, points);
            Scan scan = log.scan(0);
            stored = scan.delta().changes().get(0).apply(stored.clone());
            scan.accept(LiveObjects.FENCE);
            Object elsewhere = LiveObjects.read(stored, new Compiled("shop.Customer", NEW));
            assertThat(field(elsewhere, "points").getInt(elsewhere)).isEqualTo(points);
            // A node that still runs the old version.
            Object before = LiveObjects.read(stored, new Compiled("shop.Customer", OLD));
            assertThat(field(before, "points").getInt(before)).isEqualTo(points);
            assertThat(field(before, "gone").get(before)).isNull();
        }
        assertThat(session.problems).isEmpty();
    }

    @Test
    @DisplayName("A class that is gone or does not fit: absent, reported, its bytes kept, the request goes on")
    void whatCannotBeReadIsKept() {
        for (String source : new String[] {null, OTHER_TYPE}) {
            session.problems.clear();
            ClientState state = granted(source);
            AccessLog log = enter(state);
            assertThat(state.get("customer", log)).isNull();
            assertThat(state.get("customer", log)).isNull();
            state.set("other", "text", log);
            assertThat(complete(log)).containsExactly("other");
            assertThat(session.problems).hasSize(1).first().asString().contains("customer");
            byte[][] kept = new byte[1][];
            state.withStored(image -> kept[0] = image.attribute("customer"));
            assertThat(kept[0]).isEqualTo(old);
            leave(state, log);
        }
    }

    @Test
    @DisplayName("What could not be read is there for the next request that can read it; nothing was removed meanwhile")
    void theNextRequestTriesAgain() throws Exception {
        ClientState state = granted(null);
        for (boolean brought : new boolean[] {false, true}) {
            AccessLog log = enter(state);
            assertThat(state.get("customer", log)).isNull();
            assertThat(complete(log)).isEmpty();
            leave(state, log);
            if (brought) {
                state.bring(SessionImage.of(state.meta(), Map.of("customer", old)), state.stamp());
            }
        }
        assertThat(session.problems).hasSize(2);

        session.loader = new Compiled("shop.Customer", NEW);
        AccessLog log = enter(state);
        Object customer = state.get("customer", log);
        assertThat(field(customer, "points").getInt(customer)).isEqualTo(7);
        assertThat(complete(log)).isEmpty();
    }

    @Test
    @DisplayName("unreadable=drop: removed when it is asked for")
    void whatCannotBeReadIsDropped() {
        session.drops = () -> true;
        ClientState state = granted(OTHER_TYPE);
        AccessLog log = enter(state);
        assertThat(state.get("customer", log)).isNull();
        assertThat(log.scan(0).delta().changes()).containsExactly(new AttributeChange.Remove("customer"));
        assertThat(complete(log)).containsExactly("customer");
        assertThat(state.names(log)).isEmpty();
    }

    @Test
    @DisplayName("unreadable=drop: what another thread sets meanwhile stays")
    void whatIsSetMeanwhileIsNotDropped() {
        ClientState state = granted(OTHER_TYPE);
        AccessLog log = enter(state);
        AccessLog other = enter(state);
        session.drops = () -> {
            state.set("customer", "new", other);
            return true;
        };
        state.get("customer", log);
        assertThat(state.get("customer", log)).isEqualTo("new");
        assertThat(complete(log)).isEmpty();
        assertThat(complete(other)).containsExactly("customer");
        assertThat(state.get("customer", log)).isEqualTo("new");
    }
}
