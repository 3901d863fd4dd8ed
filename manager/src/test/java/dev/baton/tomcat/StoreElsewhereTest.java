package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("S3: a Tomcat with store=\"false\"")
class StoreElsewhereTest {
    private static final Map<String, String> WITHOUT = Map.of("store", "false", "backups", "0", "lockTimeout", "600000");
    private static final Map<String, String> WITH = Map.of("backups", "0");

    private static void pages(Context context) {
        TestTomcats.page(context, "/add", (q, r) -> {
            Integer value = (Integer) q.getSession().getAttribute("value");
            q.getSession().setAttribute("value", value == null ? 1 : value + 1);
            r.getWriter().print(q.getSession().getAttribute("value"));
        });
        TestTomcats.page(context, "/free", (q, r) -> r.getWriter().print("free"));
    }

    private static void refused(HttpResponse<String> answer, String why) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
        assertThat(answer.body()).contains(why);
    }

    private static boolean served(TestTomcats.Visitor visitor) {
        try {
            return visitor.get(1, "/shop/add").statusCode() == 200;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static TestTomcats.Node startAlone(TestTomcats tomcats) throws LifecycleException {
        tomcats.startLimit = Duration.ofMillis(100);
        TestTomcats.Node node = tomcats.new Node("n1");
        node.context = node.application("/shop", WITHOUT, StoreElsewhereTest::pages);
        node.manager = (BatonManager) node.context.getManager();
        node.tomcat.start();
        tomcats.nodes.add(node);
        tomcats.startLimit = Duration.ofSeconds(60);
        return node;
    }

    @Test
    @Timeout(120)
    @DisplayName("starts, waits for a node that stores and says so; serves when there is one, and when there is one again")
    void servesWhileAnotherNodeStores() throws Exception {
        try (LogLines log = new LogLines("dev.baton.cluster"); TestTomcats tomcats = new TestTomcats()) {
            TestTomcats.Node n1 = startAlone(tomcats);
            assertThat(n1.context.getState()).isEqualTo(LifecycleState.STARTED);
            assertThat(log.lines()).containsOnlyOnce("baton: waiting for a node that stores sessions: there is none in sight"
                    + " of [" + n1.self() + "], and no session is served without");
            TestTomcats.Visitor visitor = tomcats.new Visitor();
            assertThat(visitor.text(1, "/shop/free")).isEqualTo("free");
            refused(visitor.get(1, "/shop/add"), "store unreachable");
            visitor.session("0123456789ABCDEF0123456789ABCDEF");
            refused(visitor.get(1, "/shop/add"), "store unreachable");

            tomcats.start(1, WITH, StoreElsewhereTest::pages);
            TestTomcats.Visitor guest = tomcats.new Visitor();
            assertThat(guest.text(1, "/shop/add")).isEqualTo("1");
            assertThat(guest.text(2, "/shop/add")).isEqualTo("2");
            TestTomcats.Visitor local = tomcats.new Visitor();
            assertThat(local.text(1, "/shop/add")).isEqualTo("1");
            assertThat(local.text(1, "/shop/add")).isEqualTo("2");
            assertThat(n1.manager.deployment().node().report().primaries()).isZero();

            TestTomcats.Node dead = tomcats.nodes.remove(1);
            tomcats.network.kill(dead.self());
            TestTomcats.await("n1 knows", () -> !n1.manager.deployment().node().serving());
            tomcats.clock.move(Duration.ofSeconds(20)); // longer than the last survivor of several waits
            refused(local.get(1, "/shop/add"), "most nodes that store sessions are out of reach");
            CompletableFuture<Void> again = CompletableFuture.runAsync(() -> {
                try {
                    tomcats.start(1, WITH, StoreElsewhereTest::pages);
                } catch (LifecycleException e) {
                    throw new AssertionError(e);
                }
            });
            TestTomcats.await("they see each other", () -> n1.manager.deployment().node().report().view().size() == 2);
            tomcats.clock.move(Duration.ofSeconds(11));
            again.get(60, TimeUnit.SECONDS);
            TestTomcats.await("n1 serves again", () -> served(tomcats.new Visitor()));
            assertThat(local.text(1, "/shop/add")).as("n1 had it and gave it back to the store").isEqualTo("3");
            assertThat(local.text(2, "/shop/add")).isEqualTo("4");
            tomcats.nodes.add(dead);
        }
    }
}
