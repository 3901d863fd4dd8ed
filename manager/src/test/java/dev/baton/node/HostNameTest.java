package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostNameTest {
    @Test
    void aNameThatNothingResolvesIsTheMachinesAllTheSame() {
        assertThat(HostName.unresolved("web-7: web-7: Name or service not known")).isEqualTo("web-7");
        assertThat(HostName.unresolved(": no")).isEqualTo("localhost");
        assertThat(HostName.unresolved(null)).isEqualTo("localhost");
    }
}
