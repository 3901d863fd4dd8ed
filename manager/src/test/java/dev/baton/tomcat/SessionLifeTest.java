package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.model.SessionMeta;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.catalina.Context;
import org.apache.catalina.Session;
import org.apache.catalina.authenticator.Constants;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.realm.GenericPrincipal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** From a session's first moment to its last: what is new, when it was used, what an invalid one still answers. */
class SessionLifeTest {
    private static final AtomicReference<HttpSession> KEPT = new AtomicReference<>();
    /** Ids of sessions that were destroyed, with the time from their creation to their last access. */
    private static final Map<String, Duration> ENDED = new ConcurrentHashMap<>();
    private static volatile CountDownLatch inside = new CountDownLatch(1);
    private static volatile CountDownLatch goOn = new CountDownLatch(1);
    private static volatile boolean stillborn;
    private static TestTomcats tomcats;

    private final TestTomcats.Visitor visitor = tomcats.new Visitor();

    private static void application(Context context) {
        TestTomcats.page(context, "/new", (q, r) -> {
            HttpSession session = q.getSession();
            r.getWriter().print(session.isNew());
        });
        TestTomcats.page(context, "/times", (q, r) -> {
            HttpSession session = q.getSession();
            session.getAttribute("a");
            // Tomcat asks for the session again here, as applications do.
            q.isRequestedSessionIdValid();
            r.getWriter().print((session.getLastAccessedTime() - session.getCreationTime()) / 1_000);
        });
        TestTomcats.page(context, "/twice", (q, r) -> {
            HttpSession first = q.getSession();
            first.setAttribute("a", "old");
            String old = first.getId();
            first.invalidate();
            HttpSession second = q.getSession(true);
            second.setAttribute("b", "new");
            r.getWriter().print(second.isNew() + " " + !second.getId().equals(old) + " " + second.getAttribute("a"));
        });
        TestTomcats.page(context, "/show", (q, r) -> {
            HttpSession session = q.getSession(false);
            r.getWriter().print(session == null ? "no session" : session.getAttribute("a") + " "
                    + session.getAttribute("b"));
        });
        TestTomcats.page(context, "/set", (q, r) -> q.getSession().setAttribute("a", q.getParameter("v")));
        TestTomcats.page(context, "/unset", (q, r) -> q.getSession().setAttribute("a", null));
        TestTomcats.page(context, "/interval", (q, r) ->
                q.getSession().setMaxInactiveInterval(Integer.parseInt(q.getParameter("v"))));
        TestTomcats.page(context, "/join", (q, r) -> {
            HttpSession session = q.getSession();
            if (q.getParameter("touch") != null) {
                session.getAttribute("a");
            }
            inside.countDown();
            TestTomcats.await(goOn);
            try {
                session.setAttribute("a", "by the long request");
                r.getWriter().print("kept");
            } catch (IllegalStateException e) {
                r.getWriter().print("expired");
            }
        });
        TestTomcats.page(context, "/invalid", (q, r) -> {
            HttpSession session = q.getSession();
            session.invalidate();
            KEPT.set(session);
        });
        TestTomcats.page(context, "/stillborn", (q, r) -> {
            HttpSession session = q.getSession();
            try {
                session.setAttribute("a", "x");
                r.getWriter().print("lives");
            } catch (IllegalStateException e) {
                r.getWriter().print("dead");
            }
        });
        ((StandardContext) context).addApplicationLifecycleListener(new HttpSessionListener() {
            @Override
            public void sessionCreated(HttpSessionEvent event) {
                if (stillborn) {
                    event.getSession().invalidate();
                }
            }

            @Override
            public void sessionDestroyed(HttpSessionEvent event) {
                HttpSession session = event.getSession();
                ENDED.put(SessionIds.base(session.getId()),
                        Duration.ofMillis(session.getLastAccessedTime() - session.getCreationTime()));
            }
        });
    }

    @BeforeAll
    static void start() throws Exception {
        tomcats = new TestTomcats().start(2, Map.of(), SessionLifeTest::application);
    }

    @AfterAll
    static void stop() throws Exception {
        tomcats.close();
    }

    @AfterEach
    void defaults() {
        tomcats.clock.asked = () -> { };
        goOn.countDown();
        for (TestTomcats.Node node : tomcats.nodes) {
            node.manager.setSessionActivityCheck(false);
            node.manager.setSessionLastAccessAtStart(false);
        }
    }

    @Test
    @DisplayName("tomcat-facts 23: new until the client joins, and never again at another node")
    void aSessionIsNewOnce() throws Exception {
        assertThat(visitor.text(1, "/shop/new")).isEqualTo("true");
        assertThat(visitor.text(2, "/shop/new")).isEqualTo("false");
        assertThat(visitor.text(1, "/shop/new")).isEqualTo("false");
    }

    @Test
    @DisplayName("tomcat-facts 45: the last access is the one before the request at hand, at every node")
    void theLastAccessIsThatOfTheRequestBefore() throws Exception {
        // What timers tell of accesses are ages: one that is on its way while this moves the clock makes the access later by as
        // much. So they have nothing to tell here: a twentieth of the interval is longer than the test, no session is let go.
        try (TestTomcats quiet = new TestTomcats().start(2, Map.of("releaseIdle", "0"), SessionLifeTest::application)) {
            TestTomcats.Visitor somebody = quiet.new Visitor();
            somebody.text(1, "/shop/interval?v=36000");
            move(quiet, somebody, 100);
            // A test that takes its time makes the seconds a few more.
            assertThat(lastAccess(somebody, 1)).as("same node").isBetween(0, 40);
            move(quiet, somebody, 200);
            assertThat(lastAccess(somebody, 2)).as("other node").isBetween(100, 140);
            move(quiet, somebody, 50);
            assertThat(lastAccess(somebody, 2)).isBetween(300, 340);
            move(quiet, somebody, 50);
            assertThat(lastAccess(somebody, 1)).isBetween(350, 390);
            assertThat(quiet.nodes.get(1).manager.deployment().node().counters().sentByKind())
                    .doesNotContainKey("Touched");
        }
    }

    @Test
    @DisplayName("A request that is counted no more has left its time: nobody sees the end of it without the other")
    void aRequestIsCountedUntilItsTimeIsNoted() throws Exception {
        visitor.text(1, "/shop/new");
        awaitEnd();
        TrackedSession session = tomcats.nodes.get(0).manager.findSession(visitor.session());
        session.access();
        List<Integer> counted = new CopyOnWriteArrayList<>();
        Thread here = Thread.currentThread();
        tomcats.clock.asked = () -> {
            if (Thread.currentThread() == here) {
                counted.add(session.uses());
            }
        };
        session.endAccess();
        assertThat(counted).isNotEmpty().containsOnly(1);
        assertThat(session.uses()).isZero();
    }

    /** Seconds after the creation. */
    private static int lastAccess(TestTomcats.Visitor who, int node) throws IOException, InterruptedException {
        return Integer.parseInt(who.text(node, "/shop/times"));
    }

    private void awaitEnd() {
        awaitEnd(tomcats, visitor);
    }

    private static void awaitEnd(TestTomcats where, TestTomcats.Visitor who) {
        TestTomcats.await("no request is in the session", () -> where.nodes.stream().allMatch(
                n -> n.manager.findSession(who.session()).uses() == 0));
    }

    /** Moves the time, but not before Tomcat has ended the request, which may be after the answer. */
    private static void move(TestTomcats where, TestTomcats.Visitor who, int seconds) {
        awaitEnd(where, who);
        where.clock.move(Duration.ofSeconds(seconds));
    }

    @Test
    @DisplayName("tomcat-facts 31: what an invalid session still answers, and what it does not")
    void anInvalidSessionAnswersAsTomcatsDo() throws Exception {
        visitor.text(1, "/shop/invalid");
        HttpSession session = KEPT.get();
        assertThat(session.getId()).isNotEmpty();
        assertThat(session.getMaxInactiveInterval()).isEqualTo(1800);
        session.setMaxInactiveInterval(5);
        assertThat(session.getServletContext()).isNotNull();
        assertThatThrownBy(session::getCreationTime).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::getLastAccessedTime).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::isNew).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::invalidate).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::getAttributeNames).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.getAttribute("a")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.getAttribute(null)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.removeAttribute("a")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.setAttribute("a", "b")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.setAttribute("a", null)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.setAttribute(null, "b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("tomcat-facts 31: who logs out, or sets the interval, when the session has just ended elsewhere is not told")
    void whatIsSaidOfASessionThatEndedElsewhereIsLost() throws Exception {
        visitor.text(1, "/shop/set?v=1");
        TrackedSession session = tomcats.nodes.get(0).manager.findSession(visitor.session());
        session.setPrincipal(new GenericPrincipal("ada", List.of("user")));
        session.setAuthType("BASIC");
        visitor.text(2, "/shop/invalid");
        session.setPrincipal(null);
        session.setAuthType(null);
        session.setMaxInactiveInterval(5);
        session.setNote(Constants.SESSION_ID_NOTE, "x");
        assertThat(session.isValid()).isFalse();
        assertThatThrownBy(() -> session.getSession().getAttribute("a")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("tomcat-facts 11, 30: who ends a session that has just ended elsewhere has nothing to do")
    void anEndIsNoFailureWhereTheSessionHasEnded() throws Exception {
        visitor.text(1, "/shop/set?v=1");
        Session session = session();
        visitor.text(2, "/shop/invalid");
        session.expire();
        assertThat(session.isValid()).isFalse();
        session.expire();
    }

    @Test
    @DisplayName("tomcat-facts 25, 45: listeners of an expired session hear when it was last used, at whatever node")
    void anExpiredSessionKnowsItsLastAccess() throws Exception {
        visitor.text(1, "/shop/interval?v=600");
        move(tomcats, visitor, 300);
        visitor.text(2, "/shop/set?v=1");
        // No other node is asked: it would learn of the access.
        BatonManager second = tomcats.nodes.get(1).manager;
        TestTomcats.await("the request has ended", () -> second.findSession(visitor.session()).uses() == 0);
        String id = SessionIds.base(visitor.session());
        tomcats.clock.move(Duration.ofSeconds(1_000));
        TestTomcats.await("expired", () -> ENDED.containsKey(id));
        assertThat(ENDED.get(id)).isBetween(Duration.ofSeconds(260), Duration.ofSeconds(340));
    }

    @Test
    @DisplayName("Of what requests of one node set at the same time, a login and an interval say, nothing is lost")
    void metadataThatAreSetAtTheSameTimeAreKept() throws Exception {
        visitor.text(1, "/shop/set?v=1");
        TrackedSession session = (TrackedSession) session();
        AtomicInteger asked = new AtomicInteger();
        session.changeMeta(m -> {
            if (asked.getAndIncrement() == 0) {
                session.setMaxInactiveInterval(77);
                session.setNote(Constants.SESSION_ID_NOTE, session.getId());
            }
            return new SessionMeta(m.createdMillis(), m.maxInactiveSeconds(), "BASIC", m.principal(), m.notes());
        });
        assertThat(session.getAuthType()).isEqualTo("BASIC");
        assertThat(session.getMaxInactiveInterval()).isEqualTo(77);
        assertThat(session.getNote(Constants.SESSION_ID_NOTE)).isEqualTo(session.getId());
        Session elsewhere = tomcats.nodes.get(1).manager.findSession(visitor.session());
        assertThat(elsewhere.getAuthType()).isEqualTo("BASIC");
        assertThat(elsewhere.getMaxInactiveInterval()).isEqualTo(77);
    }

    @Test
    void nullRemovesAnAttributeEverywhere() throws Exception {
        visitor.text(1, "/shop/set?v=1");
        visitor.text(2, "/shop/unset");
        assertThat(visitor.text(1, "/shop/show")).isEqualTo("null null");
    }

    @Test
    void aRequestMayEndASessionAndBeginAnother() throws Exception {
        visitor.text(1, "/shop/set?v=1");
        String before = visitor.session();
        assertThat(visitor.text(2, "/shop/twice")).isEqualTo("true true null");
        assertThat(visitor.session()).isNotEqualTo(before);
        assertThat(visitor.text(1, "/shop/show")).isEqualTo("null new");
        visitor.session(before);
        assertThat(visitor.text(1, "/shop/show")).isEqualTo("no session");
        assertThat(tomcats.new Visitor().text(1, "/shop/twice")).as("both new").isEqualTo("true true null");
    }

    @Test
    void aListenerMayInvalidateASessionThatWasJustCreated() throws Exception {
        stillborn = true;
        try {
            assertThat(visitor.text(1, "/shop/stillborn")).isEqualTo("dead");
        } finally {
            stillborn = false;
        }
        assertThat(visitor.text(2, "/shop/show")).isEqualTo("no session");
        assertThat(visitor.text(1, "/shop/stillborn")).isEqualTo("lives");
    }

    private CompletableFuture<String> longRequest(int node, String path) {
        return longRequest(visitor, node, path);
    }

    private static CompletableFuture<String> longRequest(TestTomcats.Visitor who, int node, String path) {
        inside = new CountDownLatch(1);
        goOn = new CountDownLatch(1);
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return who.text(node, path);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        TestTomcats.await(inside);
        return answer;
    }

    private Session session() {
        return tomcats.nodes.get(0).manager.findSession(visitor.session());
    }

    @Test
    @DisplayName("tomcat-facts 15: a session with a request inside does not expire, however long that takes")
    void aSessionInUseDoesNotExpire() throws Exception {
        visitor.text(1, "/shop/set?v=1");
        visitor.text(1, "/shop/interval?v=60");
        CompletableFuture<String> answer = longRequest(1, "/shop/join?touch=yes");
        moveInSteps();
        goOn.countDown();
        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("kept");
        assertThat(visitor.text(2, "/shop/show")).isEqualTo("by the long request null");
    }

    @Test
    @DisplayName("tomcat-facts 15: with sessionActivityCheck a request that only joined keeps it alive too")
    void theActivityCheckKeepsAJoinedSessionAlive() throws Exception {
        visitor.text(1, "/shop/set?v=1");
        visitor.text(1, "/shop/interval?v=60");
        tomcats.nodes.get(0).manager.setSessionActivityCheck(true);
        CompletableFuture<String> answer = longRequest(1, "/shop/join");
        moveInSteps();
        goOn.countDown();
        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("kept");
    }

    @Test
    @DisplayName("tomcat-facts 15: so does one at a node that neither stores the session nor has its token")
    void theActivityCheckWorksAtEveryNode() throws Exception {
        visitor.text(1, "/shop/set?v=1");
        visitor.text(1, "/shop/interval?v=60");
        tomcats.nodes.get(1).manager.setSessionActivityCheck(true);
        CompletableFuture<String> answer = longRequest(2, "/shop/join");
        moveInSteps();
        goOn.countDown();
        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("kept");
        awaitEnd();
        tomcats.nodes.get(1).manager.setSessionActivityCheck(false);
        tomcats.clock.move(Duration.ofSeconds(90));
        TestTomcats.await("expired", () -> tomcats.nodes.stream()
                .allMatch(n -> n.manager.findSession(visitor.session()) == null));
    }

    @Test
    @DisplayName("tomcat-facts 15: so does one whose session's primary dies meanwhile")
    void theActivityCheckOutlivesThePrimary() throws Exception {
        try (TestTomcats three = new TestTomcats().start(3, Map.of("sessionActivityCheck", "true"),
                SessionLifeTest::application)) {
            BatonManager first = three.nodes.get(0).manager;
            TestTomcats.Visitor somebody = three.new Visitor();
            do {
                somebody.session(null);
                somebody.text(1, "/shop/set?v=1");
            } while (!"n1".equals(first.status(somebody.session()).get("primary")));
            somebody.text(1, "/shop/interval?v=60");
            CompletableFuture<String> answer = longRequest(somebody, 2, "/shop/join");
            three.network.kill(three.nodes.get(0).self());
            moveInSteps(three);
            goOn.countDown();
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("kept");
            assertThat(somebody.text(3, "/shop/show")).isEqualTo("by the long request null");
        }
    }

    @Test
    @DisplayName("tomcat-facts 24: an interval of never, and back again, as the other node wants it")
    void theIntervalMayEndAndBegin() throws Exception {
        visitor.text(1, "/shop/set?v=1");
        for (String never : new String[] {"0", "-1"}) {
            visitor.text(2, "/shop/interval?v=" + never);
            awaitEnd();
            tomcats.clock.move(Duration.ofHours(10));
            assertThat(visitor.text(1, "/shop/show")).isEqualTo("1 null");
        }
        visitor.text(1, "/shop/interval?v=60");
        assertThat(visitor.text(2, "/shop/show")).isEqualTo("1 null");
        awaitEnd();
        tomcats.clock.move(Duration.ofSeconds(90));
        TestTomcats.await("expired", () -> tomcats.nodes.stream()
                .allMatch(n -> n.manager.findSession(visitor.session()) == null));
    }

    @Test
    @DisplayName("sessionLastAccessAtStart: the store expires by the start of the last request, at either node")
    void theStoreCountsFromTheStart() throws Exception {
        for (int node = 1; node <= 2; node++) {
            TestTomcats.Visitor somebody = tomcats.new Visitor();
            somebody.text(1, "/shop/set?v=1");
            somebody.text(1, "/shop/interval?v=60");
            tomcats.nodes.get(node - 1).manager.setSessionLastAccessAtStart(true);
            visitor.session(somebody.session());
            CompletableFuture<String> answer = longRequest(node, "/shop/join");
            tomcats.clock.move(Duration.ofSeconds(40));
            goOn.countDown();
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("kept");
            awaitEnd();
            tomcats.clock.move(Duration.ofSeconds(30));
            TestTomcats.await("expired 70 s after its start", () -> tomcats.nodes.stream()
                    .allMatch(n -> n.manager.findSession(visitor.session()) == null));
            tomcats.nodes.get(node - 1).manager.setSessionLastAccessAtStart(false);
        }
    }

    @Test
    @DisplayName("tomcat-facts 15: without it the session expires under a request that only joined")
    void withoutTheCheckAJoinedSessionExpires() throws Exception {
        visitor.text(1, "/shop/set?v=1");
        visitor.text(1, "/shop/interval?v=60");
        CompletableFuture<String> answer = longRequest(1, "/shop/join");
        moveInSteps();
        TestTomcats.await("expired", () -> tomcats.nodes.get(1).manager.findSession(visitor.session()) == null);
        goOn.countDown();
        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("expired");
    }

    /** Three minutes in steps, each of which leaves the nodes time to talk. */
    private static void moveInSteps() {
        moveInSteps(tomcats);
    }

    private static void moveInSteps(TestTomcats where) {
        for (int i = 0; i < 9; i++) {
            where.clock.move(Duration.ofSeconds(20));
            long sweeps = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
            TestTomcats.await("some rounds of the cluster", () -> System.nanoTime() > sweeps);
        }
    }

    @Test
    @DisplayName("sessionLastAccessAtStart, changed at run time: idle time counts from a request's start")
    void theIdleTimeMayCountFromTheStart() throws Exception {
        visitor.text(1, "/shop/set?v=1");
        tomcats.nodes.get(0).manager.setSessionLastAccessAtStart(true);
        CompletableFuture<String> answer = longRequest(1, "/shop/join");
        tomcats.clock.move(Duration.ofSeconds(40));
        goOn.countDown();
        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("kept");
        awaitEnd();
        assertThat(session().getIdleTime()).isGreaterThanOrEqualTo(40_000);
        tomcats.nodes.get(0).manager.setSessionLastAccessAtStart(false);
        assertThat(session().getIdleTime()).as("as Tomcat: from now on by the end").isLessThan(40_000);
    }

    @Test
    void tomcatsFiguresCountSessionsAsTheyAre() throws Exception {
        BatonManager manager = tomcats.nodes.get(0).manager;
        long before = manager.getSessionCounter();
        manager.setMaxActive(0);
        visitor.text(1, "/shop/new");
        assertThat(manager.getMaxActive()).as("not only after Tomcat's next round").isPositive()
                .isGreaterThanOrEqualTo(manager.getActiveSessions());
        visitor.text(2, "/shop/new");
        visitor.text(1, "/shop/new");
        assertThat(manager.getSessionCounter() - before).isEqualTo(1);
    }

    private static List<Long> expired(TestTomcats where) {
        return where.nodes.stream().map(n -> n.manager.getExpiredSessions()).toList();
    }

    @Test
    @DisplayName("tomcat-facts 46: an end counts once, where it is told; a move and a stop count none")
    void onlyEndsCountInTomcatsFigures() throws Exception {
        try (TestTomcats own = new TestTomcats()) {
            // Tomcat counts lives by the machine's clock, by which these sessions were made a while ago.
            own.clock.move(Duration.ofSeconds(-1_000));
            own.start(2, Map.of(), SessionLifeTest::application);
            BatonManager first = own.nodes.get(0).manager;
            BatonManager second = own.nodes.get(1).manager;
            TestTomcats.Visitor moving = own.new Visitor();
            moving.text(1, "/shop/set?v=1");
            assertThat(moving.text(2, "/shop/show")).isEqualTo("1 null");
            assertThat(moving.text(1, "/shop/show")).isEqualTo("1 null");
            assertThat(expired(own)).as("after moves").containsExactly(0L, 0L);
            first.processExpires();
            second.processExpires();
            int most = first.getMaxActive() + second.getMaxActive();
            assertThat(most).isPositive();
            TestTomcats.Visitor ending = own.new Visitor();
            ending.text(1, "/shop/set?v=1");
            ending.text(2, "/shop/invalid");
            assertThat(expired(own)).as("after an end at node 2").containsExactly(0L, 1L);
            assertThat(second.getSessionMaxAliveTime()).isBetween(1_000, 1_060);
            assertThat(second.getSessionAverageAliveTime()).isBetween(1_000, 1_060);
            assertThat(second.getSessionExpireRate()).isPositive();
            assertThat(first.getSessionMaxAliveTime()).isZero();
            assertThat(first.getSessionExpireRate()).isZero();
            TestTomcats.Visitor idle = own.new Visitor();
            idle.text(1, "/shop/interval?v=60");
            awaitEnd(own, idle);
            own.clock.move(Duration.ofSeconds(90));
            TestTomcats.await("expired", () -> expired(own).stream().mapToLong(Long::longValue).sum() > 1);
            TestTomcats.await("known everywhere", () -> own.nodes.stream()
                    .allMatch(n -> n.manager.findSession(idle.session()) == null));
            List<Long> before = expired(own);
            assertThat(before.get(0) + before.get(1)).as("after an expiry").isEqualTo(2);
            own.nodes.get(0).context.stop();
            assertThat(moving.text(2, "/shop/show")).isEqualTo("1 null");
            assertThat(expired(own)).as("after a stop").isEqualTo(before);
        }
    }

    /** Somebody whose login wants to hear of its end. */
    private static final class Leaving extends GenericPrincipal {
        private static final long serialVersionUID = 1L;
        private final transient AtomicInteger left = new AtomicInteger();

        Leaving() {
            super("ada", List.of("user"));
        }

        @Override
        public void logout() {
            left.incrementAndGet();
        }
    }

    @Test
    @DisplayName("tomcat-facts 30: whoever is logged in is logged out with the session, once, and not by its moves")
    void theEndOfASessionLogsOut() throws Exception {
        visitor.text(1, "/shop/set?v=1");
        Leaving ada = new Leaving();
        session().setPrincipal(ada);
        assertThat(visitor.text(2, "/shop/show")).isEqualTo("1 null");
        assertThat(visitor.text(1, "/shop/show")).isEqualTo("1 null");
        assertThat(ada.left).hasValue(0);
        visitor.text(1, "/shop/invalid");
        assertThat(ada.left).hasValue(1);
        assertThat(visitor.text(1, "/shop/show")).isEqualTo("no session");
        assertThat(ada.left).hasValue(1);
    }

    @Test
    void theManagersOperationsForPeopleFindASessionOfTheCluster() throws Exception {
        visitor.text(1, "/shop/set?v=1");
        BatonManager manager = tomcats.nodes.get(1).manager;
        String id = visitor.session();
        assertThat(manager.getSessionAttribute(id, "a")).isEqualTo("1");
        assertThat(manager.getCreationTime(id)).isNotEmpty();
        assertThat(tomcats.nodes.get(0).manager.listSessionIds()).contains(SessionIds.base(id));
        manager.expireSession(id);
        assertThat(visitor.text(1, "/shop/show")).isEqualTo("no session");
        assertThat(List.of(manager.getSessionAttribute(id, "a") == null)).containsExactly(true);
    }
}
