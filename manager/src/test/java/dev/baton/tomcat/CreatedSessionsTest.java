package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CreatedSessionsTest {
    @Test
    void theRateIsThatOfTheLastHundred() {
        CreatedSessions created = new CreatedSessions();
        assertThat(created.perMinute(5_000)).isZero();
        for (int i = 0; i < 1_000; i++) {
            created.created(i);
        }
        for (int i = 0; i < 100; i++) {
            created.created(60_000 + 600 * i);
        }
        assertThat(created.count()).isEqualTo(1_100);
        assertThat(created.perMinute(120_000)).isEqualTo(100);
        assertThat(created.perMinute(180_000)).isEqualTo(50);
    }
}
