package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VisitorTest {
    private final Visitor visitor = new Visitor(List.of("JSESSIONID=A.n1"), 1, true);

    @Test
    void noticesALostChange() {
        assertThat(visitor.accept(Workload.COUNTER, 1)).isTrue();
        assertThat(visitor.accept(Workload.COUNTER, 2)).isTrue();
        assertThat(visitor.accept(Workload.COUNTER, 2)).isFalse();
        assertThat(visitor.accept(Workload.COUNTER, 3)).isTrue();
    }

    @Test
    void aRefusedChangeIsNotExpected() {
        assertThat(visitor.accept(Workload.COUNTER, -503)).isFalse();
        assertThat(visitor.accept(Workload.COUNTER, 1)).isTrue();
    }

    @Test
    void changesOneThingAfterTheOther() {
        for (int i = 0; i < Workload.CART.items; i++) {
            assertThat(new String(visitor.request(Workload.CART))).startsWith(String.format(
                    "GET /bench/cart?i=%02d&set=true HTTP/1.1\r\nHost: bench\r\nCookie: JSESSIONID=A.n1\r\n", i));
            assertThat(visitor.accept(Workload.CART, 1)).isTrue();
        }
        assertThat(visitor.accept(Workload.CART, 1)).isFalse();
        assertThat(new String(visitor.request(Workload.ONE_OF_50))).startsWith("GET /bench/part?i=00&set=true HTTP");
    }

    @Test
    void hasASessionAtEachNodeWhereTheyAreNotShared() {
        Visitor many = new Visitor(List.of("JSESSIONID=A", "JSESSIONID=B", "JSESSIONID=C"), 1, false);
        assertThat(new String(many.request(Workload.READ))).contains("Cookie: JSESSIONID=B\r\n");
        assertThat(many.nextNode(3)).isEqualTo(2);
        assertThat(new String(many.request(Workload.CART))).contains("Cookie: JSESSIONID=C\r\n");
    }

    @Test
    void goesRoundFromTheNodeThatMadeTheSession() {
        assertThat(visitor.nextNode(3)).isEqualTo(2);
        assertThat(visitor.nextNode(3)).isEqualTo(0);
        assertThat(visitor.nextNode(3)).isEqualTo(1);
        assertThat(visitor.nextNode(1)).isEqualTo(0);
        assertThat(visitor.nextNode(1)).isEqualTo(0);
    }
}
