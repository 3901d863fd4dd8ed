package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void onlySocketsBetweenTheNodesAreCounted() {
        List<String> lines = List.of(
                "0 0 [::ffff:127.0.0.1]:7800 [::ffff:127.0.0.1]:41000 users:((\"java\",pid=11,fd=80)) cubic wscale:7,7 "
                        + "rto:204 bytes_sent:1000 bytes_acked:1000 bytes_received:70 segs_out:30 segs_in:31",
                "0 0 127.0.0.1:41000 127.0.0.1:7800 users:((\"java\",pid=12,fd=81)) cubic bytes_sent:70 segs_out:31",
                "0 0 127.0.0.1:8080 127.0.0.1:50000 users:((\"java\",pid=11,fd=82)) cubic bytes_sent:99999 segs_out:999",
                "0 0 127.0.0.1:50000 127.0.0.1:8080 users:((\"java\",pid=99,fd=5)) cubic bytes_sent:99999 segs_out:999");
        assertThat(ClusterTraffic.parse(lines, Set.of(11L, 12L), Set.of(8080)))
                .isEqualTo(new ClusterTraffic(1_070, 61));
    }

    @Test
    void aSpreadIsLeastMedianGreatest() {
        assertThat(Spread.of(3, 1, 2).text(0)).isEqualTo("1–2–3");
        assertThat(Spread.of(4, 1, 2, 3).text(1)).isEqualTo("1.0–2.5–4.0");
        assertThat(Spread.of(-0.04).text(1)).isEqualTo("0.0–0.0–0.0");
    }

    @Test
    void aVisitorNoticesALostChange() {
        Visitor visitor = new Visitor("127.0.0.1:80", "JSESSIONID=A.n1");
        assertThat(visitor.accept(Workload.COUNTER, 1)).isTrue();
        assertThat(visitor.accept(Workload.COUNTER, 2)).isTrue();
        assertThat(visitor.accept(Workload.COUNTER, 2)).isFalse();
        for (int i = 0; i < Workload.ITEMS; i++) {
            assertThat(new String(visitor.request(Workload.CART))).startsWith(
                    String.format("GET /bench/cart?i=%02d HTTP/1.1\r\nHost: 127.0.0.1:80\r\nCookie: JSESSIONID=A.n1\r\n", i));
            assertThat(visitor.accept(Workload.CART, 2)).isTrue();
        }
        assertThat(visitor.accept(Workload.CART, 2)).isFalse();
    }

    @Test
    void wrongOptionsAreRefused() {
        assertThatThrownBy(() -> Options.of(new String[] {"--home=x", "--rounds=0"}))
                .hasMessage("--rounds: 0 outside 1..1000");
        assertThatThrownBy(() -> Options.of(new String[] {"--home=x", "--managers=jdbc"}))
                .hasMessage("--managers: 'jdbc' is none of [standard, baton, delta]");
        assertThatThrownBy(() -> Options.of(new String[] {"--home=x", "--colour=red"})).hasMessage("unknown: --colour");
        assertThatThrownBy(() -> Options.of(new String[0])).hasMessage("--home=... is missing");
    }
}
