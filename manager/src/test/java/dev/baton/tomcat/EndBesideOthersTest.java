package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.NodeId;
import dev.baton.protocol.Message;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.io.Serializable;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.core.StandardContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Requests that go on with their session while another one of the same node ends it. */
@DisplayName("The end of a session, beside other requests that use it")
class EndBesideOthersTest {
    private static final BlockingQueue<String> UNBOUND = new LinkedBlockingQueue<>();

    private final LockPages pages = new LockPages();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    private record Value(String name) implements HttpSessionBindingListener, Serializable {
        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            UNBOUND.add(name);
        }
    }

    @AfterEach
    void stop() throws Exception {
        goOn.countDown();
        pages.close();
    }

    /** Notes when the store, on another node, is asked for the session's end. */
    private boolean asksForTheEnd(Message message) {
        if (message instanceof Message.Destroy) {
            asked.countDown();
            return true;
        }
        return false;
    }

    private TestTomcats.Visitor visitor() throws Exception {
        pages.step("end", (q, s) -> {
            s.invalidate();
            return "ended";
        }).step("set", (q, s) -> {
            s.setAttribute("b", new Value("new"));
            s.setMaxInactiveInterval(77);
            return s.getAttribute("b");
        }).step("get", (q, s) -> s.getAttribute("a") + " " + s.getAttribute("b") + " " + s.getMaxInactiveInterval());
        return pages.visitor((q, s) -> {
            s.setAttribute("a", "of before");
            s.setAttribute("b", new Value("old"));
            return null;
        });
    }

    @Test
    @DisplayName("an end that fails takes nothing with it that was written meanwhile, and nobody is told that it happened")
    void anEndThatFails() throws Exception {
        pages.start(2, Map.of("commitTimeout", "3000"));
        TestTomcats.Visitor visitor = visitor();
        assertThat(pages.get(visitor, 2, "get").body()).startsWith("of before Value[name=old] ");
        pages.tomcats.network.lose((to, message) -> asksForTheEnd(message));
        CompletableFuture<HttpResponse<String>> end = pages.later(visitor, 2, "end");
        LockPages.await(asked);
        CompletableFuture<HttpResponse<String>> again = pages.later(visitor, 2, "end");
        assertThat(pages.get(visitor, 2, "set").body()).isEqualTo("Value[name=new]");
        assertThat(LockPages.text(end)).startsWith("503 ").contains("outcome unknown");
        assertThat(pages.get(visitor, 2, "get").body()).isEqualTo("of before Value[name=new] 77");
        assertThat(LockPages.text(again)).startsWith("503 ").contains("outcome unknown");
    }

    @Test
    @DisplayName("an end that succeeds unbinds what was written meanwhile")
    void anEndThatSucceeds() throws Exception {
        pages.start(2, Map.of("commitTimeout", "60000"));
        TestTomcats.Visitor visitor = visitor();
        assertThat(pages.get(visitor, 2, "get").body()).startsWith("of before Value[name=old] ");
        UNBOUND.clear();
        pages.tomcats.network.hold((to, message) -> asksForTheEnd(message));
        CompletableFuture<HttpResponse<String>> end = pages.later(visitor, 2, "end");
        LockPages.await(asked);
        assertThat(pages.get(visitor, 2, "set").body()).isEqualTo("Value[name=new]");
        assertThat(UNBOUND).containsExactly("old");
        pages.tomcats.network.deliverHeld();
        assertThat(LockPages.text(end)).isEqualTo("ended");
        assertThat(UNBOUND).containsExactly("old", "new");
    }

    @Test
    @DisplayName("an end to which the store agrees when nobody waits any more is told to the application all the same")
    void anEndThatSucceedsTooLate() throws Exception {
        pages.start(2, Map.of("commitTimeout", "1000"), context -> ((StandardContext) context)
                .addApplicationLifecycleListener(new HttpSessionListener() {
                    @Override
                    public void sessionDestroyed(HttpSessionEvent event) {
                        UNBOUND.add("destroyed with " + event.getSession().getAttribute("b"));
                    }
                }));
        TestTomcats.Visitor visitor = visitor();
        assertThat(pages.get(visitor, 2, "get").body()).startsWith("of before Value[name=old] ");
        UNBOUND.clear();
        pages.tomcats.network.hold((to, message) -> asksForTheEnd(message));
        assertThat(LockPages.text(pages.later(visitor, 2, "end"))).startsWith("503 ").contains("outcome unknown");
        pages.tomcats.network.deliverHeld();
        assertThat(UNBOUND.poll(30, TimeUnit.SECONDS)).isEqualTo("destroyed with Value[name=old]");
        assertThat(UNBOUND.poll(30, TimeUnit.SECONDS)).isEqualTo("old");
    }

    @Test
    @DisplayName("an end that the store never heard of is told by whoever ends the session later, and by nobody else")
    void anEndThatIsForgotten() throws Exception {
        pages.start(3, Map.of("commitTimeout", "1000"));
        TestTomcats.Visitor visitor = visitor();
        assertThat(pages.get(visitor, 2, "get").body()).startsWith("of before Value[name=old] ");
        TrackedSession there = pages.tomcats.nodes.get(1).manager.findSession(visitor.session());
        UNBOUND.clear();
        pages.tomcats.network.lose((to, message) -> asksForTheEnd(message) && to.name().equals("n1"));
        assertThat(LockPages.text(pages.later(visitor, 2, "end"))).startsWith("503 ").contains("outcome unknown");
        NodeId node2 = pages.tomcats.nodes.get(1).manager.deployment().node().self();
        pages.tomcats.network.cut(node2);
        TestTomcats.await("it is alone", () -> pages.tomcats.nodes.get(1).manager.cutOff());
        pages.tomcats.network.lose((to, message) -> false);
        assertThat(pages.get(visitor, 1, "end").body()).isEqualTo("ended");
        assertThat(UNBOUND).containsExactly("old");
        pages.tomcats.network.heal(node2);
        TestTomcats.await("it is back", () -> there.phase() != SessionFrame.Phase.DOUBTED);
        pages.tomcats.nodes.get(1).manager.getEngine().getService().getServer().getUtilityExecutor().submit(() -> { })
                .get(30, TimeUnit.SECONDS);
        assertThat(UNBOUND).containsExactly("old");
    }

    @Test
    @DisplayName("who is inside and logs out while the session's listeners run is not refused")
    void aLogoutBesideTheEnd() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        pages.start(1, Map.of(), context -> ((StandardContext) context).addApplicationLifecycleListener(
                new HttpSessionListener() {
                    @Override
                    public void sessionDestroyed(HttpSessionEvent event) {
                        asked.countDown();
                        TestTomcats.await(goOn);
                    }
                }));
        TestTomcats.Visitor visitor = visitor();
        TrackedSession session = pages.tomcats.nodes.get(0).manager.findSession(visitor.session());
        pages.step("log out", (q, s) -> {
            s.getAttribute("a");
            inside.countDown();
            LockPages.await(asked);
            session.setAuthType("none");
            goOn.countDown();
            return "logged out";
        });
        CompletableFuture<HttpResponse<String>> logout = pages.later(visitor, 1, "log out");
        assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<HttpResponse<String>> end = pages.later(visitor, 1, "end");
        assertThat(LockPages.text(logout)).isEqualTo("logged out");
        assertThat(LockPages.text(end)).isEqualTo("ended");
    }
}
