package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.model.NodeId;
import dev.baton.node.Application;
import dev.baton.protocol.Message;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.authenticator.AuthenticatorBase;
import org.apache.catalina.authenticator.BasicAuthenticator;
import org.apache.catalina.authenticator.FormAuthenticator;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.StandardManager;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.apache.tomcat.util.descriptor.web.LoginConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** /shop asks by BASIC and /other by FORM, at each node; who is known to the one is known to the other. */
@DisplayName("Issue 4.2, tomcat-facts 25: single sign-on over all nodes")
class SingleSignOnTest {
    private static final String BASIC = "Basic "
            + Base64.getEncoder().encodeToString("ada:secret".getBytes(StandardCharsets.US_ASCII));
    private static final String SSO = "JSESSIONIDSSO";

    private final TestTomcats tomcats = new TestTomcats();
    /** Applications and their sessions that were told to end. */
    private final List<String> destroyed = new CopyOnWriteArrayList<>();
    private boolean reauthentication;
    private Map<String, String> settings = Map.of();
    /** Of /other, where they are not the same. */
    private Map<String, String> otherSettings;
    /** What else is to be done with each application before it starts. */
    private Consumer<Context> more = context -> { };

    @AfterEach
    void stop() throws Exception {
        tomcats.close();
    }

    private void pages(Context context, String method, AuthenticatorBase authenticator) {
        String name = context.getName();
        context.setSessionCookieName(name.substring(1));
        TestTomcats.page(context, "/secret", (q, r) -> r.getWriter().print("hello " + q.getRemoteUser() + " "
                + q.getUserPrincipal().getName() + " " + q.isUserInRole("user")));
        TestTomcats.page(context, "/open", (q, r) -> r.getWriter().print("hello " + q.getRemoteUser()));
        TestTomcats.page(context, "/login", (q, r) -> r.getWriter().print("who are you?"));
        TestTomcats.page(context, "/session", (q, r) -> q.getSession().setAttribute("a", "b"));
        TestTomcats.page(context, "/logout", (q, r) -> q.logout());
        TestTomcats.page(context, "/end", (q, r) -> q.getSession().invalidate());
        TestTomcats.page(context, "/newId", (q, r) -> {
            q.getSession().setAttribute("id", "new");
            q.changeSessionId();
        });
        TestTomcats.page(context, "/lives", (q, r) -> q.getSession().setMaxInactiveInterval(
                Integer.parseInt(q.getParameter("seconds"))));
        ((StandardContext) context).addApplicationLifecycleListener(new HttpSessionListener() {
            @Override
            public void sessionDestroyed(HttpSessionEvent event) {
                destroyed.add(name + " " + SessionIds.base(event.getSession().getId()));
            }
        });
        TestTomcats.page(context, "/who", (q, r) -> r.getWriter().print(
                q.getUserPrincipal() instanceof LoginTest.Member));
        more.accept(context);
        TestTomcats.secure(context, new LoginConfig(method, "shop", "/login", "/login"), authenticator);
    }

    private void start(int size) throws Exception {
        tomcats.prepare(node -> {
            BatonSingleSignOn valve = new BatonSingleSignOn();
            valve.setRequireReauthentication(reauthentication);
            node.tomcat.getHost().getPipeline().addValve(valve);
            node.application("/other", otherSettings == null ? settings : otherSettings,
                    c -> pages(c, "FORM", new FormAuthenticator()));
            node.tomcat.addUser("ada", "secret");
            node.tomcat.addRole("ada", "user");
        });
        tomcats.start(size, settings, c -> pages(c, "BASIC", new BasicAuthenticator()));
    }

    private TestTomcats.Node node(int number) {
        return tomcats.nodes.get(number - 1);
    }

    private BatonManager manager(int node, String application) {
        return (BatonManager) ((Context) node(node).tomcat.getHost().findChild(application)).getManager();
    }

    private BatonSingleSignOn valve(int node) {
        return BatonSingleSignOn.of(node(node).context);
    }

    /** Logged in to /shop at that node. */
    private TestTomcats.Visitor ada(int node) throws Exception {
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(node, "/shop/session");
        assertThat(visitor.getWith(node, "/shop/secret", "Authorization", BASIC).body()).isEqualTo("hello ada ada true");
        assertThat(visitor.cookie(SSO)).isNotNull();
        return visitor;
    }

    private static void knows(TestTomcats.Visitor visitor, int node, String application) throws Exception {
        assertThat(visitor.text(node, application + "/secret")).isEqualTo("hello ada ada true");
    }

    private static void asks(TestTomcats.Visitor visitor, int node) throws Exception {
        assertThat(visitor.get(node, "/shop/secret").statusCode()).isEqualTo(401);
        assertThat(visitor.text(node, "/other/secret")).isEqualTo("who are you?");
        assertThat(visitor.text(node, "/shop/open")).isEqualTo("hello null");
        assertThat(visitor.text(node, "/other/open")).isEqualTo("hello null");
    }

    private static String session(TestTomcats.Visitor visitor, String application) {
        return "/" + application + " " + SessionIds.base(visitor.cookie(application));
    }

    private boolean lives(int node, String application, String session) {
        return manager(node, application).findSession(session) != null;
    }

    /** Sign-ons in the stores of these nodes. */
    private int stored(int... nodes) {
        int stored = 0;
        for (int node : nodes) {
            stored += valve(node).signOns().application().primarySessions().size();
        }
        return stored;
    }

    private boolean signedOn(int node, String id) {
        return valve(node).signOns().find(id) != null;
    }

    @Test
    @DisplayName("a login at one node is known to the other application at the other node, and to pages for everybody")
    void aLoginIsKnownToAllApplicationsAtAllNodes() throws Exception {
        start(2);
        TestTomcats.Visitor visitor = ada(1);
        String id = visitor.cookie(SSO);
        knows(visitor, 2, "/other");
        knows(visitor, 1, "/other");
        knows(visitor, 2, "/shop");
        assertThat(visitor.text(2, "/other/open")).isEqualTo("hello ada");
        assertThat(visitor.cookie(SSO)).as("one sign-on").isEqualTo(id);
    }

    @ParameterizedTest(name = "serialFilter={0}")
    @ValueSource(strings = {"", "dev.baton.tomcat.*"})
    @DisplayName("so is one whose principal is of Tomcat's lib, all of it where serialFilter names the class")
    void aLoginOfARealmOfOnesOwnIsKnown(String serialFilter) throws Exception {
        settings = Map.of("serialFilter", serialFilter);
        more = context -> context.setRealm(new LoginTest.Members());
        start(2);
        TestTomcats.Visitor visitor = ada(1);
        knows(visitor, 2, "/other");
        assertThat(visitor.text(2, "/other/who")).isEqualTo(Boolean.toString(!serialFilter.isEmpty()));
    }

    @ParameterizedTest(name = "/shop: {0}, /other: {1}")
    @CsvSource({"dev.baton.tomcat.*,''", "'',dev.baton.tomcat.*"})
    @DisplayName("whichever application of the Host names the class, and whichever starts first")
    void oneApplicationThatNamesTheClassIsEnough(String ofShop, String ofOther) throws Exception {
        settings = Map.of("serialFilter", ofShop);
        otherSettings = Map.of("serialFilter", ofOther);
        more = context -> context.setRealm(new LoginTest.Members());
        start(2);
        TestTomcats.Visitor visitor = ada(1);
        assertThat(visitor.text(2, "/other/who")).isEqualTo("true");
    }

    @Test
    @DisplayName("so is one by FORM; the session's id changes as ever, and the sign-on's was not the client's choice")
    void aFormLoginIsKnownToTheOtherApplication() throws Exception {
        start(2);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        String chosen = "0123456789ABCDEF0123456789ABCDEF";
        visitor.cookie(SSO, chosen);
        assertThat(visitor.text(1, "/other/secret")).isEqualTo("who are you?");
        assertThat(visitor.cookie(SSO)).as("Tomcat takes it away").isEqualTo("REMOVE");
        visitor.cookie(SSO, chosen);
        String before = visitor.cookie("other");
        assertThat(visitor.post(2, "/other/j_security_check", "j_username=ada&j_password=secret").statusCode())
                .isEqualTo(303);
        assertThat(SessionIds.base(visitor.cookie("other"))).isNotEqualTo(SessionIds.base(before));
        assertThat(visitor.cookie(SSO)).isNotEqualTo(chosen);
        knows(visitor, 1, "/other");
        knows(visitor, 1, "/shop");
        assertThat(signedOn(1, chosen)).isFalse();
    }

    @Test
    @DisplayName("logout at the other node ends the sign-on and all sessions, each told once, before the answer leaves")
    void logoutEndsAllEverywhere() throws Exception {
        start(2);
        for (String way : new String[] {"/other/end", "/other/logout", "/shop/end", "/shop/logout"}) {
            destroyed.clear();
            TestTomcats.Visitor visitor = ada(1);
            knows(visitor, 2, "/other");
            knows(visitor, 1, "/other");
            String id = visitor.cookie(SSO);
            assertThat(visitor.get(2, way).statusCode()).isEqualTo(200);
            for (int node = 1; node <= 2; node++) {
                assertThat(lives(node, "/shop", visitor.cookie("shop"))).as(way).isFalse();
                assertThat(lives(node, "/other", visitor.cookie("other"))).as(way).isFalse();
                assertThat(signedOn(node, id)).as(way).isFalse();
            }
            assertThat(destroyed).as(way).containsExactlyInAnyOrder(session(visitor, "shop"), session(visitor, "other"));
            assertThat(stored(1, 2)).as("nothing is left of it").isZero();
            asks(visitor, 1);
            asks(visitor, 2);
        }
    }

    @Test
    @DisplayName("a session that expires leaves the sign-on, wherever it does; with the last one the sign-on ends")
    void anExpiredSessionOnlyLeaves() throws Exception {
        start(2);
        TestTomcats.Visitor visitor = ada(1);
        knows(visitor, 2, "/other");
        String id = visitor.cookie(SSO);
        tomcats.clock.move(Duration.ofMinutes(20));
        knows(visitor, 2, "/other");
        tellTheStore(id, "/other", visitor.cookie("other"));
        tomcats.clock.move(Duration.ofMinutes(18));
        TestTomcats.await("expired", () -> !lives(1, "/shop", visitor.cookie("shop")));
        TestTomcats.await("told", () -> !destroyed.isEmpty());
        assertThat(destroyed).containsExactly(session(visitor, "shop"));
        knows(visitor, 2, "/other");
        knows(visitor, 1, "/shop");
        assertThat(visitor.cookie(SSO)).isEqualTo(id);
        tellTheStore(id, "/other", visitor.cookie("other"));
        tomcats.clock.move(Duration.ofMinutes(32));
        TestTomcats.await("with the last session", () -> destroyed.size() == 3
                && valve(1).signOns().application().lookup(id, TimeUnit.SECONDS.toNanos(10)) == null);
        asks(visitor, 1);
    }

    @Test
    @DisplayName("B6: the node dies; other applications know the user at the next one, and its requests cost no message")
    void aSignOnSurvivesItsNode() throws Exception {
        start(3);
        TestTomcats.Visitor visitor = ada(1);
        knows(visitor, 1, "/other");
        visitor.cookie("other", null);
        kill(1);
        knows(visitor, 2, "/other");
        knows(visitor, 2, "/shop");
        TestTomcats.await("the token has come", () -> lookups(2, () -> knows(visitor, 2, "/other")) == 0);
        assertThat(visitor.get(3, "/shop/end").statusCode()).isEqualTo(200);
        asks(visitor, 2);
    }

    /** Accesses are told by and by: moves the time until those of node 2 would have been, and lets that be done. */
    private void tellTheStore(String id, String application, String session) {
        tomcats.clock.move(Duration.ofMinutes(2));
        TestTomcats.await("told", () -> idle(valve(1).signOns().application(), id)
                && idle(manager(1, application).deployment().application(), SessionIds.base(session)));
    }

    private static boolean idle(Application application, String id) {
        return application.lookup(id, TimeUnit.SECONDS.toNanos(10)).idleNanos() < TimeUnit.MINUTES.toNanos(5);
    }

    private void kill(int node) throws Exception {
        tomcats.network.kill(node(node).manager.deployment().node().self());
    }

    private interface Visit {
        void run() throws Exception;
    }

    /** Questions that the visit made the node ask. */
    private long lookups(int node, Visit visit) {
        long before = lookups(node);
        try {
            visit.run();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return lookups(node) - before;
    }

    private long lookups(int node) {
        return valve(node).signOns().application().counters().lookupsSent();
    }

    @Test
    @DisplayName("whoever stays at a node asks nobody; elsewhere there is one question, and the token stays")
    void stickyRequestsAskNobody() throws Exception {
        start(2);
        TestTomcats.Visitor visitor = ada(1);
        knows(visitor, 1, "/other");
        assertThat(lookups(1, () -> {
            knows(visitor, 1, "/other");
            knows(visitor, 1, "/shop");
            assertThat(visitor.text(1, "/shop/open")).isEqualTo("hello ada");
        })).isZero();
        knows(visitor, 2, "/other");
        long there = lookups(2, () -> visitor.text(2, "/shop/open"));
        assertThat(there).isLessThanOrEqualTo(1);
    }

    @Test
    @DisplayName("ids that cannot be are asked nobody for; unknown ones are, and take nothing")
    void forgedCookiesAreNobody() throws Exception {
        start(2);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        for (String forged : new String[] {"x".repeat(500), "a.b", "..", "%0a", "{}", "a/b"}) {
            visitor.cookie(SSO, forged);
            assertThat(lookups(1, () -> assertThat(visitor.text(1, "/shop/open")).isEqualTo("hello null"))).as(forged)
                    .isZero();
        }
        String known = ada(1).cookie(SSO);
        visitor.cookie(SSO, known.substring(1) + "0");
        asks(visitor, 2);
        assertThat(visitor.cookie(SSO)).isEqualTo("REMOVE");
        assertThat(stored(1, 2)).isOne();
    }

    @Test
    @DisplayName("a new id that the sign-on cannot be told of: 503, but the client has it, the session takes part anew")
    void aNewIdThatTheSignOnDoesNotHearOf() throws Exception {
        start(2);
        TestTomcats.Visitor visitor = ada(1);
        long signOns = valve(1).signOns().application().hash();
        String before = session(visitor, "shop");
        // Whichever node stores it: the first one has its token.
        tomcats.network.lose((to, message) ->
                message instanceof Message.Acquire acquire && acquire.key().application() == signOns
                || message instanceof Message.Revoke revoke && revoke.key().application() == signOns);
        assertThat(visitor.get(2, "/shop/newId").statusCode()).isEqualTo(503);
        assertThat(session(visitor, "shop")).isNotEqualTo(before);
        tomcats.network.lose((to, message) -> false);
        assertThat(lives(2, "/shop", visitor.cookie("shop"))).isTrue();
        knows(visitor, 2, "/shop");
        knows(visitor, 1, "/other");
        assertThat(visitor.get(1, "/other/end").statusCode()).isEqualTo(200);
        assertThat(lives(2, "/shop", visitor.cookie("shop"))).as("after the logout").isFalse();
    }

    @Test
    @DisplayName("point 19: a session that gets a new id at another node keeps its place, and ends with the others")
    void aNewIdKeepsTheAssociation() throws Exception {
        start(2);
        TestTomcats.Visitor visitor = ada(1);
        knows(visitor, 1, "/other");
        String before = visitor.cookie("shop");
        visitor.get(2, "/shop/newId");
        assertThat(SessionIds.base(visitor.cookie("shop"))).isNotEqualTo(SessionIds.base(before));
        knows(visitor, 2, "/shop");
        visitor.get(1, "/other/end");
        assertThat(lives(2, "/shop", visitor.cookie("shop"))).isFalse();
        asks(visitor, 2);
    }

    @Test
    @DisplayName("requireReauthentication: the other application's realm is asked again, by the password kept for that")
    void reauthentication() throws Exception {
        reauthentication = true;
        start(2);
        TestTomcats.Visitor visitor = ada(1);
        assertThat(visitor.text(2, "/other/open")).as("not without a login").isEqualTo("hello null");
        knows(visitor, 2, "/other");
        visitor.cookie("other", null);
        node(2).tomcat.addUser("ada", "changed");
        assertThat(visitor.text(2, "/other/secret")).isEqualTo("who are you?");
        assertThat(valve(1).signOns().credentials(visitor.cookie(SSO))).containsExactly("ada", "secret");
    }

    @Test
    @DisplayName("else no password leaves the login")
    void noPasswordIsKeptInVain() throws Exception {
        start(1);
        assertThat(valve(1).signOns().credentials(ada(1).cookie(SSO))).isNull();
    }

    @Test
    @DisplayName("where the store cannot say who is signed on, or sign off: 503 where there is a login, the cookie stays")
    void whoCannotBeToldIsNotNobody() throws Exception {
        start(3);
        TestTomcats.Visitor visitor = ada(1);
        String id = visitor.cookie(SSO);
        visitor.cookie("shop", null);
        TestTomcats.Visitor leaving = ada(2);
        knows(leaving, 2, "/other");
        NodeId cutOff = node(2).manager.deployment().node().self();
        tomcats.network.cut(cutOff);
        TestTomcats.await("without a majority", () -> node(2).manager.cutOff());
        HttpResponse<String> answer = visitor.get(2, "/shop/open");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
        assertThat(visitor.cookie(SSO)).isEqualTo(id);
        assertThat(leaving.get(2, "/other/end").statusCode()).isEqualTo(503);
        assertThat(tomcats.new Visitor().text(2, "/shop/open")).as("without a sign-on").isEqualTo("hello null");
        tomcats.network.heal(cutOff);
        TestTomcats.await("known again", () -> {
            try {
                return visitor.text(2, "/shop/secret").startsWith("hello ada");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        assertThat(destroyed).as("who could not sign off").isEmpty();
        knows(leaving, 1, "/shop");
        knows(leaving, 2, "/other");
    }

    @Test
    @DisplayName("such a 503 says which, also where the application has an error page, which nobody calls so early")
    void aRefusalByTheHostSaysWhich() throws Exception {
        more = context -> {
            ErrorPage page = new ErrorPage();
            page.setErrorCode(503);
            page.setLocation("/login");
            context.addErrorPage(page);
        };
        start(3);
        TestTomcats.Visitor visitor = ada(1);
        tomcats.network.cut(node(2).self());
        TestTomcats.await("without a majority", () -> node(2).manager.cutOff());
        HttpResponse<String> answer = visitor.get(2, "/shop/open");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("minority, most nodes that store sessions are out of reach");
    }

    @Test
    @DisplayName("the node of a logout dies when only the sign-on has ended: another node ends the sessions")
    void aLogoutIsFinishedByAnotherNode() throws Exception {
        start(2);
        TestTomcats.Visitor visitor = ada(1);
        knows(visitor, 1, "/other");
        TrackedSession shop = manager(1, "/shop").findSession(visitor.cookie("shop"));
        Runnable neverRun = BatonSingleSignOn.ending(shop);
        assertThat(neverRun).isNotNull();
        kill(1);
        assertThat(visitor.text(2, "/shop/open")).as("the sign-on has ended, the session lives").isEqualTo("hello ada");
        tomcats.clock.move(Duration.ofMinutes(1));
        TestTomcats.await("ended", () -> !lives(2, "/shop", visitor.cookie("shop"))
                && !lives(2, "/other", visitor.cookie("other")));
        TestTomcats.await("nothing is left", () -> stored(2) == 0);
        asks(visitor, 2);
    }

    @Test
    @DisplayName("logouts at several nodes at the same time do not wait for each other for ever")
    void logoutsMeet() throws Exception {
        start(2);
        for (int i = 0; i < 20; i++) {
            destroyed.clear();
            TestTomcats.Visitor visitor = ada(1);
            knows(visitor, 2, "/other");
            String shop = visitor.cookie("shop");
            String other = visitor.cookie("other");
            List<CompletableFuture<Integer>> answers = Stream.of("1/shop/end", "2/other/end", "1/other/logout",
                    "2/shop/logout").map(way -> CompletableFuture.supplyAsync(() -> {
                        try {
                            return copy(visitor).get(way.charAt(0) - '0', way.substring(1)).statusCode();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    })).toList();
            for (CompletableFuture<Integer> answer : answers) {
                assertThat(answer.get(30, TimeUnit.SECONDS)).isIn(200, 500);
            }
            assertThat(lives(1, "/shop", shop) || lives(2, "/other", other)).isFalse();
            assertThat(destroyed).as("once").doesNotHaveDuplicates()
                    .contains(session(visitor, "shop"), session(visitor, "other"));
        }
    }

    private TestTomcats.Visitor copy(TestTomcats.Visitor visitor) {
        TestTomcats.Visitor copy = tomcats.new Visitor();
        for (String name : new String[] {"shop", "other", SSO}) {
            copy.cookie(name, visitor.cookie(name));
        }
        return copy;
    }

    @Test
    @DisplayName("a longer interval of a session is one of its sign-on")
    void theSignOnLivesAsLongAsItsSessions() throws Exception {
        start(2);
        TestTomcats.Visitor visitor = ada(1);
        visitor.get(2, "/shop/lives?seconds=36000");
        tomcats.clock.move(Duration.ofHours(5));
        knows(visitor, 1, "/other");
    }

    @Test
    @DisplayName("point 41: applications that stop and come back keep sign-ons, and leave the cookie alone meanwhile")
    void aReloadKeepsSignOns() throws Exception {
        start(2);
        TestTomcats.Visitor visitor = ada(1);
        knows(visitor, 1, "/other");
        manager(1, "/shop").stop();
        manager(1, "/other").stop();
        assertThat(visitor.get(1, "/shop/open").statusCode()).isIn(200, 503);
        assertThat(visitor.cookie(SSO)).as("is left alone").isNotEqualTo("REMOVE");
        manager(1, "/shop").start();
        manager(1, "/other").start();
        knows(visitor, 1, "/shop");
        visitor.cookie("other", null);
        knows(visitor, 1, "/other");
    }

    @Test
    @DisplayName("an application with Tomcat's own sessions takes part at its node")
    void tomcatsOwnSessionsTakePartAtTheirNode() throws Exception {
        start(2);
        StandardContext third = node(1).application("/third", Map.of(), c -> {
            c.setManager(new StandardManager());
            pages(c, "BASIC", new BasicAuthenticator());
        });
        TestTomcats.Visitor visitor = ada(2);
        knows(visitor, 1, "/third");
        visitor.get(1, "/third/session");
        assertThat(third.getManager().findSession(visitor.cookie("third"))).isNotNull();
        visitor.get(1, "/third/newId");
        String id = visitor.cookie("third");
        assertThat(third.getManager().findSession(id)).isNotNull();
        visitor.get(1, "/shop/end");
        assertThat(third.getManager().findSession(id)).isNull();
        TestTomcats.Visitor again = ada(2);
        knows(again, 1, "/third");
        again.get(1, "/third/end");
        asks(again, 2);
    }

    @Test
    @DisplayName("a Valve in the wrong place, or applications of two clusters under it, are refused with a clear message")
    void wrongConfigurationsAreRefused() throws Exception {
        start(1);
        assertThatThrownBy(() -> node(1).tomcat.getEngine().getPipeline().addValve(new BatonSingleSignOn()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("<Host>")
                .hasMessageContaining("'n1'");
        StandardContext stranger = node(1).application("/stranger", Map.of("cluster", "another", "nodeName", "m1"), c -> { });
        assertThat(stranger.getState().isAvailable()).isFalse();
        assertThatThrownBy(() -> ((BatonManager) stranger.getManager()).start())
                .isInstanceOf(LifecycleException.class).hasMessageContaining("different clusters")
                .hasMessageContaining("localhost");
    }
}
