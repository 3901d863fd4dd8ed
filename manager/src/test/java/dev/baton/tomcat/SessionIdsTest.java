package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.SessionKey;
import org.junit.jupiter.api.Test;

class SessionIdsTest {
    @Test
    void theRouteIsNoPartOfTheName() {
        assertThat(SessionIds.base("0AF3.node1")).isEqualTo("0AF3");
        assertThat(SessionIds.route("0AF3.node1")).isEqualTo("node1");
        assertThat(SessionIds.route("0AF3")).isNull();
        assertThat(SessionIds.withRoute("0AF3", "node2")).isEqualTo("0AF3.node2");
        assertThat(SessionIds.withRoute("0AF3", null)).isEqualTo("0AF3");
    }

    @Test
    void whatCannotBeAnIdIsRefusedBeforeItReachesAnything() {
        assertThat(SessionIds.base(null)).isNull();
        assertThat(SessionIds.base("")).isNull();
        assertThat(SessionIds.base(".node1")).isNull();
        assertThat(SessionIds.base("a b")).isNull();
        assertThat(SessionIds.base("a\nb")).isNull();
        assertThat(SessionIds.base("a/../b")).isNull();
        assertThat(SessionIds.base("ä")).isNull();
        assertThat(SessionIds.base("x".repeat(SessionKey.MAX_ID))).hasSize(SessionKey.MAX_ID);
        assertThat(SessionIds.base("x".repeat(SessionKey.MAX_ID + 1))).isNull();
        assertThat(SessionIds.base("x." + "r".repeat(100_000))).isNull();
    }
}
