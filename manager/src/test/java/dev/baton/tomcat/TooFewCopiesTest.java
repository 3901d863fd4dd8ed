package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.protocol.Change;
import dev.baton.protocol.Message;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a browser sees where {@code minInSync} asks for a backup and the last one goes. */
class TooFewCopiesTest {
    private final TestTomcats tomcats = new TestTomcats();

    @AfterEach
    void stop() throws Exception {
        tomcats.network.lose((to, message) -> false);
        tomcats.close();
    }

    @Test
    @DisplayName("the last backup goes while a session is made: 503 that says so, and no cookie")
    void aSessionIsNotMadeWithoutItsBackup() throws Exception {
        CountDownLatch underWay = new CountDownLatch(1);
        tomcats.start(2, Map.of("minInSync", "1", "commitTimeout", "600000"), context ->
                TestTomcats.page(context, "/set", (q, r) -> q.getSession().setAttribute("a", "b")));
        tomcats.network.lose((to, message) -> {
            boolean creation = message instanceof Message.Replicate r
                    && r.changes().stream().anyMatch(Change.Created.class::isInstance);
            if (creation) {
                underWay.countDown();
            }
            return creation;
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return visitor.get(1, "/shop/set");
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(underWay.await(30, TimeUnit.SECONDS)).isTrue();
        tomcats.network.kill(tomcats.nodes.get(1).manager.deployment().node().self());
        HttpResponse<String> refused = answer.get(30, TimeUnit.SECONDS);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("too few copies of the session are in sync");
        assertThat(refused.headers().firstValue("Retry-After")).contains("5");
        assertThat(refused.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(visitor.get(1, "/shop/set").body()).as("also the next one").contains("too few copies");
    }
}
