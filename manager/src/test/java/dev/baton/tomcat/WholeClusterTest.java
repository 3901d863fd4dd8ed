package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.protocol.Message;
import jakarta.servlet.http.HttpSession;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.catalina.Context;
import org.apache.catalina.DistributedManager;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.Session;
import org.apache.catalina.core.StandardContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What Tomcat asks a manager about the sessions of all nodes, and versions of an application side by side. */
class WholeClusterTest {
    private final TestTomcats tomcats = new TestTomcats();

    @AfterEach
    void stop() throws Exception {
        tomcats.close();
    }

    private static void pages(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> {
            q.getSession().setAttribute("a", q.getParameter("v"));
            r.getWriter().print(context.getName());
        });
        TestTomcats.page(context, "/get", (q, r) -> {
            HttpSession session = q.getSession(false);
            r.getWriter().print(context.getName() + " " + (session == null ? "no session"
                    : session.getAttribute("a")));
        });
    }

    private BatonManager manager(int node, String name) {
        return (BatonManager) ((Context) tomcats.nodes.get(node - 1).tomcat.getHost().findChild(name)).getManager();
    }

    @Test
    @DisplayName("tomcat-facts 11: every node lists the sessions of all, and ends one wherever it is")
    void everyNodeListsAndEndsAll() throws Exception {
        tomcats.start(3, Map.of(), WholeClusterTest::pages);
        Set<String> made = new TreeSet<>();
        TestTomcats.Visitor visitor = null;
        for (int i = 0; i < 30; i++) {
            visitor = tomcats.new Visitor();
            visitor.get(1 + i % 3, "/shop/set?v=" + i);
            made.add(SessionIds.base(visitor.session()));
        }
        for (int node = 1; node <= 3; node++) {
            BatonManager manager = manager(node, "/shop");
            assertThat(manager.getActiveSessionsFull()).isEqualTo(30);
            assertThat(Arrays.stream(manager.findSessions()).map(s -> SessionIds.base(s.getId())))
                    .containsExactlyInAnyOrderElementsOf(made);
            Set<String> ids = manager.getSessionIdsFull();
            assertThat(ids).hasSize(30).allMatch(id -> manager.findSession(id) != null);
            ids.clear();
            assertThat(manager.getSessionIdsFull()).as("the caller's own set").hasSize(30);
        }
        assertThat(tomcats.nodes.stream().mapToInt(n -> n.manager.getActiveSessions()).sum()).isEqualTo(30);
        String last = SessionIds.base(visitor.session());
        for (Session session : manager(2, "/shop").findSessions()) {
            if (session.getId().startsWith(last)) {
                assertThat(session.getSession().getCreationTime()).isPositive();
                session.getSession().invalidate();
            }
        }
        assertThat(visitor.text(3, "/shop/get")).isEqualTo("/shop no session");
        assertThat(manager(1, "/shop").getActiveSessionsFull()).isEqualTo(29);
    }

    @Test
    @DisplayName("tomcat-facts 12: what is not known is never told as 0 sessions")
    void unknownIsNotNone() throws Exception {
        tomcats.start(2, Map.of(), WholeClusterTest::pages);
        DistributedManager manager = manager(1, "/shop");
        assertThat(manager.getActiveSessionsFull()).isZero();
        tomcats.network.lose((to, message) -> message instanceof Message.Census);
        assertThat(manager.getActiveSessionsFull()).isEqualTo(1);
        tomcats.network.lose((to, message) -> false);
        assertThat(manager.getActiveSessionsFull()).isZero();
    }

    @Test
    @DisplayName("tomcat-facts 11: where it is not known which sessions there are each node lists its own")
    void whatIsNotKnownIsListedInPart() throws Exception {
        tomcats.start(2, Map.of(), WholeClusterTest::pages);
        Set<String> made = new TreeSet<>();
        for (int i = 0; i < 20; i++) {
            TestTomcats.Visitor visitor = tomcats.new Visitor();
            visitor.get(1 + i % 2, "/shop/set?v=" + i);
            made.add(SessionIds.base(visitor.session()));
        }
        tomcats.network.lose((to, message) -> message instanceof Message.Census);
        Set<String> all = new TreeSet<>();
        for (TestTomcats.Node node : tomcats.nodes) {
            Set<String> ids = node.manager.getSessionIdsFull();
            assertThat(ids).hasSize(node.manager.getActiveSessions()).hasSizeBetween(1, 19)
                    .allMatch(id -> id.endsWith("." + node.name));
            assertThat(Arrays.stream(node.manager.findSessions()).map(Session::getId))
                    .containsExactlyInAnyOrderElementsOf(ids);
            ids.forEach(id -> assertThat(all.add(SessionIds.base(id))).as("listed once").isTrue());
        }
        assertThat(all).isEqualTo(made);
        tomcats.network.lose((to, message) -> false);
        assertThat(tomcats.nodes.get(0).manager.findSessions()).hasSize(20);
    }

    @Test
    @DisplayName("tomcat-facts 11: an application that lists its sessions is not refused for one that cannot be had")
    void aListThatLacksOneRefusesNobody() throws Exception {
        tomcats.start(2, Map.of("lockTimeout", "3000"), context -> {
            pages(context);
            TestTomcats.page(context, "/list", (q, r) -> r.getWriter().print("sessions: "
                    + context.getManager().findSessions().length));
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=1");
        assertThat(tomcats.new Visitor().text(2, "/shop/list")).isEqualTo("sessions: 1");
        tomcats.network.lose((to, message) -> message instanceof Message.Lookup);
        assertThat(tomcats.new Visitor().text(2, "/shop/list")).isEqualTo("sessions: 0");
    }

    @Test
    @DisplayName("tomcat-facts 1, 12, 44: sessions of an old version stay with it, at every node; new ones get the new")
    void versionsStandSideBySide() throws Exception {
        tomcats.start(2, Map.of(), context -> {
            ((StandardContext) context).setWebappVersion("1");
            ((StandardContext) context).setName("/shop##1");
            pages(context);
        });
        TestTomcats.Visitor old = tomcats.new Visitor();
        assertThat(old.text(1, "/shop/set?v=old")).isEqualTo("/shop##1");
        for (TestTomcats.Node node : tomcats.nodes) {
            node.application("/shop", Map.of(), context -> {
                ((StandardContext) context).setWebappVersion("2");
                ((StandardContext) context).setName("/shop##2");
                pages(context);
            });
        }
        TestTomcats.Visitor fresh = tomcats.new Visitor();
        assertThat(fresh.text(2, "/shop/set?v=new")).isEqualTo("/shop##2");
        for (int node = 2; node > 0; node--) {
            assertThat(old.text(node, "/shop/get")).isEqualTo("/shop##1 old");
            assertThat(fresh.text(node, "/shop/get")).isEqualTo("/shop##2 new");
            assertThat(manager(node, "/shop##1").getActiveSessionsFull()).isEqualTo(1);
        }
        old.text(2, "/shop/set?v=still");
        manager(1, "/shop##1").findSessions()[0].expire();
        assertThat(manager(2, "/shop##1").getActiveSessionsFull()).as("Tomcat may undeploy it").isZero();
        assertThat(old.text(2, "/shop/get")).isEqualTo("/shop##2 no session");
    }

    /** Configured anew whenever it starts, as Tomcat does it; stays there while it is held. */
    private Consumer<Context> version(String version, AtomicReference<Hold> hold) {
        return context -> {
            ((StandardContext) context).setWebappVersion(version);
            ((StandardContext) context).setName("/shop##" + version);
            context.addLifecycleListener(event -> {
                if (Lifecycle.CONFIGURE_START_EVENT.equals(event.getType())) {
                    pages(context);
                    Hold held = hold.get();
                    if (held != null) {
                        held.reached.countDown();
                        TestTomcats.await(held.goOn);
                    }
                }
            });
        };
    }

    private record Hold(CountDownLatch reached, CountDownLatch goOn) {
        Hold() {
            this(new CountDownLatch(1), new CountDownLatch(1));
        }
    }

    @Test
    @DisplayName("tomcat-facts 1, 42, 44: while a version is reloaded its users are strangers in no other one")
    void aReloadedVersionKeepsItsUsers() throws Exception {
        AtomicReference<Hold> ofFirst = new AtomicReference<>();
        AtomicReference<Hold> ofSecond = new AtomicReference<>();
        tomcats.start(1, Map.of(), version("1", ofFirst));
        TestTomcats.Visitor old = tomcats.new Visitor();
        assertThat(old.text(1, "/shop/set?v=old")).isEqualTo("/shop##1");
        StandardContext first = tomcats.nodes.get(0).context;
        StandardContext second = tomcats.nodes.get(0).application("/shop", Map.of(), version("2", ofSecond));
        TestTomcats.Visitor fresh = tomcats.new Visitor();
        assertThat(fresh.text(1, "/shop/set?v=new")).isEqualTo("/shop##2");

        Hold reload = new Hold();
        ofFirst.set(reload);
        CompletableFuture<Void> reloaded = CompletableFuture.runAsync(first::reload);
        TestTomcats.await(reload.reached);
        String session = old.session();
        HttpResponse<String> meanwhile = old.get(1, "/shop/get");
        assertThat(meanwhile.statusCode()).as(meanwhile.body()).isEqualTo(500);
        assertThat(old.session()).isEqualTo(session);
        assertThat(fresh.text(1, "/shop/get")).isEqualTo("/shop##2 new");
        assertThat(tomcats.new Visitor().text(1, "/shop/get")).isEqualTo("/shop##2 no session");
        reload.goOn.countDown();
        reloaded.get(30, TimeUnit.SECONDS);
        assertThat(old.text(1, "/shop/get")).isEqualTo("/shop##1 old");

        reload = new Hold();
        ofSecond.set(reload);
        reloaded = CompletableFuture.runAsync(second::reload);
        TestTomcats.await(reload.reached);
        assertThat(old.text(1, "/shop/get")).isEqualTo("/shop##1 old");
        reload.goOn.countDown();
        reloaded.get(30, TimeUnit.SECONDS);
        assertThat(fresh.text(1, "/shop/get")).isEqualTo("/shop##2 new");
    }
}
