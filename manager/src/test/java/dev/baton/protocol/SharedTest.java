package dev.baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SharedTest {
    private static final SessionMeta META = new SessionMeta(1, 1800, null, null, null);

    private final Shared shared = new Shared();

    /** As it is decoded: with names and a holder of its own. */
    private static StoredSession decoded(String... names) {
        Map<String, byte[]> values = new java.util.TreeMap<>();
        for (String name : names) {
            values.put(new String(name), new byte[] {1});
        }
        Fence fence = new Fence(1, 1);
        return new StoredSession(SessionImage.of(META, values), new Stamp(fence, 1), fence,
                new NodeId(new String("n1"), 7), 1, false, List.of(), null);
    }

    @Test
    void equalNamesAndHoldersAreOneObject() {
        StoredSession first = shared.of(decoded("a", "b"), null);
        StoredSession given = decoded("a", "b");
        StoredSession second = shared.of(given, null);
        assertThat(second).isEqualTo(given);
        assertThat(second.holder()).isSameAs(first.holder()).isNotSameAs(given.holder());
        assertThat(second.image().sharesNames(first.image())).isTrue();
        assertThat(given.image().sharesNames(first.image())).isFalse();
        assertThat(second.image().attribute("a")).isSameAs(given.image().attribute("a"));
    }

    @Test
    void otherNamesStayOther() {
        StoredSession first = shared.of(decoded("a", "b"), null);
        StoredSession second = shared.of(decoded("a", "c"), first);
        assertThat(second.image().names()).containsExactly("a", "c");
        assertThat(shared.of(decoded(), second).image().names()).isEmpty();
    }

    @Test
    void whatIsSharedIsBounded() {
        StoredSession first = shared.of(decoded("first"), null);
        for (int i = 0; i < 1_000; i++) {
            shared.of(decoded("name" + i), null);
        }
        StoredSession again = shared.of(decoded("first"), null);
        assertThat(again).isEqualTo(first);
        assertThat(again.image().sharesNames(first.image())).isFalse();
    }

    @Test
    void tombstonesAreLeftAsTheyAre() {
        StoredSession grave = new StoredSession(null, Stamp.NOTHING, Fence.NONE, null, 1, false, List.of(), "new");
        assertThat(shared.of(grave, decoded("a"))).isSameAs(grave);
        assertThat(shared.of(decoded("a"), grave).image().names()).containsExactly("a");
    }
}
