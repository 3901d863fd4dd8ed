package dev.baton.benchmarks.plain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PlainLinkTest {
    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whatIsExchangedIsAtTheOtherNode() throws Exception {
        try (PlainLink one = new PlainLink(0, 0); PlainLink other = new PlainLink(0, one.port())) {
            for (byte i = 0; i < 100; i++) {
                other.exchange(new byte[] {i, 1, 2});
                assertThat(one.kept()).containsExactly(i, 1, 2);
            }
            assertThat(other.kept()).isNull();
        }
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void manyThreadsShareBatches() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (PlainLink one = new PlainLink(0, 0); PlainLink other = new PlainLink(0, one.port())) {
            List<Future<?>> ends = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                ends.add(threads.submit(() -> {
                    for (int i = 0; i < 500; i++) {
                        other.exchange(new byte[100]);
                    }
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                end.get(20, TimeUnit.SECONDS);
            }
            assertThat(one.kept()).hasSize(100);
        } finally {
            threads.shutdownNow();
        }
    }
}
