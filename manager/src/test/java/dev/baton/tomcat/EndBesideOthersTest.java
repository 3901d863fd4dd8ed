package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.model.NodeId;
import dev.baton.node.SessionUnavailable;
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
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.core.StandardContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Requests that go on with their session while another one of the same node ends it. */
@DisplayName("The end of a session, beside other requests that use it")
class EndBesideOthersTest {
    /** What the application was told of ends. */
    private static final BlockingQueue<String> TOLD = new LinkedBlockingQueue<>();

    private final LockPages pages = new LockPages();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    private record Value(String name) implements HttpSessionBindingListener, Serializable {
        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            TOLD.add(name);
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

    private void start(int nodes, String commitTimeout) throws Exception {
        pages.start(nodes, Map.of("commitTimeout", commitTimeout), context -> ((StandardContext) context)
                .addApplicationLifecycleListener(new HttpSessionListener() {
                    @Override
                    public void sessionDestroyed(HttpSessionEvent event) {
                        TOLD.add("destroyed with " + event.getSession().getAttribute("b"));
                    }
                }));
        TOLD.clear();
    }

    /** Somebody whose session the first node stores, and the second one has at hand. */
    private TestTomcats.Visitor visitorOfTheSecond(int nodes, String commitTimeout) throws Exception {
        start(nodes, commitTimeout);
        TestTomcats.Visitor visitor = visitor();
        assertThat(pages.get(visitor, 2, "get").body()).startsWith("of before Value[name=old] ");
        return visitor;
    }

    private TrackedSession session(String id, int node) {
        return pages.tomcats.nodes.get(node - 1).manager.findSession(id);
    }

    @Test
    @DisplayName("an end that fails takes nothing with it that was written meanwhile, and nobody is told that it happened")
    void anEndThatFails() throws Exception {
        TestTomcats.Visitor visitor = visitorOfTheSecond(2, "3000");
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
        TestTomcats.Visitor visitor = visitorOfTheSecond(2, "60000");
        pages.tomcats.network.hold((to, message) -> asksForTheEnd(message));
        CompletableFuture<HttpResponse<String>> end = pages.later(visitor, 2, "end");
        LockPages.await(asked);
        assertThat(pages.get(visitor, 2, "set").body()).isEqualTo("Value[name=new]");
        assertThat(TOLD).containsExactly("old");
        pages.tomcats.network.deliverHeld();
        assertThat(LockPages.text(end)).isEqualTo("ended");
        assertThat(TOLD).containsExactly("old", "destroyed with Value[name=new]", "new");
    }

    @Test
    @DisplayName("an end to which the store agrees when nobody waits any more is told to the application all the same")
    void anEndThatSucceedsTooLate() throws Exception {
        TestTomcats.Visitor visitor = visitorOfTheSecond(2, "1000");
        pages.tomcats.network.hold((to, message) -> asksForTheEnd(message));
        assertThat(LockPages.text(pages.later(visitor, 2, "end"))).startsWith("503 ").contains("outcome unknown");
        pages.tomcats.network.deliverHeld();
        assertThat(TOLD.poll(30, TimeUnit.SECONDS)).isEqualTo("destroyed with Value[name=old]");
        assertThat(TOLD.poll(30, TimeUnit.SECONDS)).isEqualTo("old");
    }

    @Test
    @DisplayName("an end that the store never heard of is told by whoever ends the session later, and by nobody else")
    void anEndThatIsForgotten() throws Exception {
        TestTomcats.Visitor visitor = visitorOfTheSecond(3, "1000");
        TrackedSession there = session(visitor.session(), 2);
        pages.tomcats.network.lose((to, message) -> asksForTheEnd(message) && to.name().equals("n1"));
        assertThat(LockPages.text(pages.later(visitor, 2, "end"))).startsWith("503 ").contains("outcome unknown");
        NodeId node2 = pages.tomcats.nodes.get(1).manager.deployment().node().self();
        pages.tomcats.network.cut(node2);
        TestTomcats.await("it is alone", () -> pages.tomcats.nodes.get(1).manager.cutOff());
        pages.tomcats.network.lose((to, message) -> false);
        assertThat(pages.get(visitor, 1, "end").body()).isEqualTo("ended");
        assertThat(TOLD).containsExactly("destroyed with Value[name=old]", "old");
        pages.tomcats.network.heal(node2);
        TestTomcats.await("it is back", () -> there.phase() != SessionFrame.Phase.DOUBTED);
        pages.tomcats.nodes.get(1).manager.getEngine().getService().getServer().getUtilityExecutor().submit(() -> { })
                .get(30, TimeUnit.SECONDS);
        assertThat(TOLD).containsExactly("destroyed with Value[name=old]", "old");
    }

    @Test
    @DisplayName("an end that one thread asks for in vain, and another one at the same time does not, is told once")
    void anEndThatOneOfTwoFailsWith() throws Exception {
        start(2, "60000");
        CompletableFuture<String> begun = new CompletableFuture<>();
        pages.step("begin", (q, s) -> {
            s.setAttribute("b", new Value("old"));
            return begun.complete(s.getId());
        });
        // The store can end nothing that it has not taken.
        pages.tomcats.network.hold((to, message) -> message instanceof Message.Replicated);
        CompletableFuture<HttpResponse<String>> begin = pages.later(pages.tomcats.new Visitor(), 1, "begin");
        TrackedSession session = session(begun.get(30, TimeUnit.SECONDS), 1);
        TestTomcats.await("the store has it to take", () -> session.state().version() == 1);
        FutureTask<Void> vain = new FutureTask<>(session.getSession()::invalidate, null);
        FutureTask<Void> end = new FutureTask<>(session.getSession()::invalidate, null);
        Thread first = new Thread(vain);
        Thread second = new Thread(end);
        first.start();
        second.start();
        TestTomcats.await("both wait", () -> session.state().inside() == 3
                && first.getState() == Thread.State.TIMED_WAITING && second.getState() == Thread.State.TIMED_WAITING);
        first.interrupt();
        assertThatThrownBy(() -> vain.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(SessionUnavailable.class);
        assertThat(TOLD).isEmpty();
        pages.tomcats.network.deliverHeld();
        end.get(30, TimeUnit.SECONDS);
        assertThat(TOLD).containsExactly("destroyed with Value[name=old]", "old");
        begin.get(30, TimeUnit.SECONDS);
    }

    @Test
    @DisplayName("a session that expires here while somebody asks for its end is told of once")
    void anExpiryBesideAnEnd() throws Exception {
        TestTomcats.Visitor visitor = visitorOfTheSecond(2, "60000");
        TrackedSession there = session(visitor.session(), 2);
        pages.tomcats.network.hold((to, message) -> asksForTheEnd(message));
        CompletableFuture<HttpResponse<String>> end = pages.later(visitor, 2, "end");
        LockPages.await(asked);
        SessionEnd.expired(there, there.state().lastStay());
        assertThat(TOLD).containsExactly("destroyed with Value[name=old]", "old");
        pages.tomcats.network.deliverHeld();
        assertThat(LockPages.text(end)).isEqualTo("ended");
        assertThat(TOLD).containsExactly("destroyed with Value[name=old]", "old");
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
        TrackedSession session = session(visitor.session(), 1);
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
