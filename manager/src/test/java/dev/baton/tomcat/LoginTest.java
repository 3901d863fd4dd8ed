package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.Serializable;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.Principal;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.catalina.Context;
import org.apache.catalina.Host;
import org.apache.catalina.authenticator.AuthenticatorBase;
import org.apache.catalina.authenticator.BasicAuthenticator;
import org.apache.catalina.authenticator.DigestAuthenticator;
import org.apache.catalina.authenticator.FormAuthenticator;
import org.apache.catalina.authenticator.SingleSignOn;
import org.apache.catalina.realm.GenericPrincipal;
import org.apache.catalina.realm.RealmBase;
import org.apache.tomcat.util.descriptor.web.LoginConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Logged in at one node, known at the other; each way of Tomcat. */
class LoginTest {
    static final String BASIC = "Basic "
            + Base64.getEncoder().encodeToString("ada:secret".getBytes(StandardCharsets.US_ASCII));

    private final TestTomcats tomcats = new TestTomcats();

    @AfterEach
    void stop() throws Exception {
        tomcats.close();
    }

    static Consumer<Context> secured(String method, AuthenticatorBase authenticator) {
        return context -> {
            TestTomcats.page(context, "/secret", (q, r) -> r.getWriter().print("hello " + q.getRemoteUser() + " "
                    + q.getAuthType() + " " + q.isUserInRole("user") + body(q)));
            TestTomcats.page(context, "/open", (q, r) -> r.getWriter().print("hello " + q.getRemoteUser()));
            TestTomcats.page(context, "/login", (q, r) -> r.getWriter().print("who are you?"));
            TestTomcats.page(context, "/session", (q, r) -> q.getSession().setAttribute("a", "b"));
            TestTomcats.page(context, "/attribute", (q, r) -> r.getWriter().print(q.getSession().getAttribute("a")));
            TestTomcats.page(context, "/logout", (q, r) -> q.logout());
            TestTomcats.page(context, "/end", (q, r) -> q.getSession().invalidate());
            TestTomcats.page(context, "/enter", (q, r) -> {
                q.getSession();
                q.login("ada", "secret");
            });
            TestTomcats.secure(context, new LoginConfig(method, "shop", "/login", "/login"), authenticator);
        };
    }

    private static String body(HttpServletRequest request) throws IOException {
        return request.getMethod().equals("POST") ? " " + request.getParameter("order") : "";
    }

    private void startTwo(String method, Supplier<AuthenticatorBase> authenticator)
            throws Exception {
        tomcats.start(2, Map.of(), context -> secured(method, authenticator.get()).accept(context));
        knowAda();
    }

    private void knowAda() {
        for (TestTomcats.Node node : tomcats.nodes) {
            node.tomcat.addUser("ada", "secret");
            node.tomcat.addRole("ada", "user");
        }
    }

    @Test
    @DisplayName("tomcat-facts 24: a BASIC login is kept with the session, under a new id, at every node")
    void basicIsKnownEverywhere() throws Exception {
        startTwo("BASIC", BasicAuthenticator::new);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/session");
        String before = visitor.session();
        assertThat(visitor.get(2, "/shop/secret").statusCode()).isEqualTo(401);
        assertThat(visitor.getWith(2, "/shop/secret", "Authorization", BASIC).body())
                .isEqualTo("hello ada BASIC true");
        assertThat(SessionIds.base(visitor.session())).as("session fixation").isNotEqualTo(SessionIds.base(before));
        assertThat(visitor.text(1, "/shop/secret")).isEqualTo("hello ada BASIC true");
        assertThat(visitor.text(1, "/shop/open")).isEqualTo("hello ada");
        visitor.get(1, "/shop/logout");
        assertThat(visitor.get(2, "/shop/secret").statusCode()).isEqualTo(401);
        assertThat(visitor.text(2, "/shop/open")).isEqualTo("hello null");
    }

    @Test
    @DisplayName("tomcat-facts 24: a DIGEST login goes on at another node by a challenge, with cache=true without one")
    void digestIsKnownEverywhere() throws Exception {
        startTwo("DIGEST", () -> {
            DigestAuthenticator authenticator = new DigestAuthenticator();
            authenticator.setCache(true);
            return authenticator;
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/session");
        HttpResponse<String> other = visitor.getWith(2, "/shop/secret", "Authorization",
                digest(asked(visitor.get(1, "/shop/secret"))));
        assertThat(visitor.getWith(2, "/shop/secret", "Authorization", digest(asked(other))).body())
                .isEqualTo("hello ada DIGEST true");
        assertThat(visitor.text(1, "/shop/secret")).isEqualTo("hello ada DIGEST true");
    }

    @ParameterizedTest(name = "alwaysUseSession={0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("B6: with cache=true who logged in by DIGEST with a node that dies is not asked again")
    void aCachedDigestSurvivesItsNode(boolean alwaysUseSession) throws Exception {
        startTwo("DIGEST", () -> {
            DigestAuthenticator authenticator = new DigestAuthenticator();
            authenticator.setCache(true);
            authenticator.setAlwaysUseSession(alwaysUseSession);
            return authenticator;
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        if (!alwaysUseSession) {
            visitor.get(1, "/shop/session");
        }
        String login = digest(asked(visitor.get(1, "/shop/secret")));
        assertThat(visitor.getWith(1, "/shop/secret", "Authorization", login).body()).isEqualTo("hello ada DIGEST true");
        visitor.get(1, "/shop/session");
        String session = visitor.session();
        kill(1);
        assertThat(visitor.getWith(2, "/shop/secret", "Authorization", login).body()).as("by a nonce of the dead node")
                .isEqualTo("hello ada DIGEST true");
        assertThat(visitor.text(2, "/shop/secret")).isEqualTo("hello ada DIGEST true");
        assertThat(visitor.text(2, "/shop/open")).isEqualTo("hello ada");
        assertThat(visitor.text(2, "/shop/attribute")).isEqualTo("b");
        assertThat(SessionIds.base(visitor.session())).isEqualTo(SessionIds.base(session));
        visitor.get(2, "/shop/logout");
        asked(visitor.get(2, "/shop/secret"));
        assertThat(visitor.text(2, "/shop/attribute")).isEqualTo("b");
    }

    @ParameterizedTest(name = "the same key at both nodes: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("B6: without cache the next node challenges a DIGEST login anew, as stale where it has the same key and"
            + " opaque, so that nobody is asked for a password; the session has all its attributes")
    void aDigestIsChallengedAnew(boolean sameKey) throws Exception {
        startTwo("DIGEST", () -> {
            DigestAuthenticator authenticator = new DigestAuthenticator();
            if (sameKey) {
                authenticator.setKey("key of the shop");
                authenticator.setOpaque("shop");
            }
            return authenticator;
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/session");
        String login = digest(asked(visitor.get(1, "/shop/secret")));
        assertThat(visitor.getWith(1, "/shop/secret", "Authorization", login).body()).isEqualTo("hello ada DIGEST true");
        assertThat(visitor.text(1, "/shop/attribute")).isEqualTo("b");
        String session = visitor.session();
        kill(1);
        String challenge = asked(visitor.getWith(2, "/shop/secret", "Authorization", login));
        assertThat(challenge.contains("stale=true")).as(challenge).isEqualTo(sameKey);
        assertThat(visitor.text(2, "/shop/open")).as("each request says who asks").isEqualTo("hello null");
        assertThat(visitor.text(2, "/shop/attribute")).isEqualTo("b");
        assertThat(SessionIds.base(visitor.session())).isEqualTo(SessionIds.base(session));
        assertThat(visitor.getWith(2, "/shop/secret", "Authorization", digest(challenge)).body())
                .isEqualTo("hello ada DIGEST true");
        assertThat(visitor.text(2, "/shop/attribute")).isEqualTo("b");
    }

    private void kill(int node) {
        tomcats.network.kill(tomcats.nodes.get(node - 1).self());
    }

    private static String asked(HttpResponse<String> challenge) {
        assertThat(challenge.statusCode()).isEqualTo(401);
        return challenge.headers().allValues("WWW-Authenticate").stream()
                .filter(c -> c.contains("MD5") || !c.contains("algorithm")).findFirst().orElseThrow();
    }

    private static String digest(String challenge) throws Exception {
        String nonce = part(challenge, "nonce");
        String hashed = md5(md5("ada:shop:secret") + ":" + nonce + ":00000001:abcdef:auth:"
                + md5("GET:/shop/secret"));
        return "Digest username=\"ada\", realm=\"shop\", nonce=\"" + nonce + "\", uri=\"/shop/secret\", algorithm=MD5, "
                + "response=\"" + hashed + "\", qop=auth, nc=00000001, cnonce=\"abcdef\", opaque=\""
                + part(challenge, "opaque") + "\"";
    }

    private static String part(String challenge, String name) {
        Matcher matcher = Pattern.compile(name + "=\"([^\"]*)\"").matcher(challenge);
        assertThat(matcher.find()).as(challenge).isTrue();
        return matcher.group(1);
    }

    private static String md5(String text) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest(name = "asked for before the Valve: {0}")
    @EnumSource
    @DisplayName("tomcat-facts 4, 21, 24: the POST that FORM login saved at one node is done at another one")
    void theSavedPostIsRepeatedAtAnotherNode(TestTomcats.Early early) throws Exception {
        tomcats.prepare(early::prepare);
        startTwo("FORM", FormAuthenticator::new);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.post(1, "/shop/secret", "order=pen").body()).isEqualTo("who are you?");
        assertThat(visitor.post(2, "/shop/j_security_check", "j_username=ada&j_password=wrong").body())
                .isEqualTo("who are you?");
        HttpResponse<String> redirect = visitor.post(2, "/shop/j_security_check", "j_username=ada&j_password=secret");
        assertThat(redirect.statusCode()).isEqualTo(303);
        assertThat(visitor.text(1, "/shop/secret")).isEqualTo("hello ada FORM true pen");
        assertThat(visitor.text(2, "/shop/secret")).as("only once").isEqualTo("hello ada FORM true");
    }

    @Test
    @DisplayName("tomcat-facts 24: while a FORM login is under way a new session lives for two minutes, at every node")
    void aLoginUnderWayShortensTheInterval() throws Exception {
        startTwo("FORM", FormAuthenticator::new);
        TestTomcats.Visitor leaves = tomcats.new Visitor();
        TestTomcats.Visitor stays = tomcats.new Visitor();
        for (TestTomcats.Visitor visitor : List.of(leaves, stays)) {
            visitor.post(1, "/shop/secret", "order=pen");
            for (TestTomcats.Node node : tomcats.nodes) {
                assertThat(node.manager.findSession(visitor.session()).getMaxInactiveInterval()).isEqualTo(120);
            }
        }
        stays.post(2, "/shop/j_security_check", "j_username=ada&j_password=secret");
        assertThat(stays.text(1, "/shop/secret")).isEqualTo("hello ada FORM true pen");
        tomcats.clock.move(Duration.ofSeconds(130));
        TestTomcats.await("the login has expired", () -> tomcats.nodes.stream()
                .allMatch(n -> n.manager.findSession(leaves.session()) == null));
        for (TestTomcats.Node node : tomcats.nodes) {
            assertThat(node.manager.findSession(stays.session()).getMaxInactiveInterval()).isEqualTo(1800);
        }
        assertThat(stays.text(2, "/shop/secret")).isEqualTo("hello ada FORM true");
    }

    @Test
    @DisplayName("a POST too large for FORM login to save is refused, and the login works at another node")
    void aPostThatIsTooLargeToSave() throws Exception {
        startTwo("FORM", FormAuthenticator::new);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.post(1, "/shop/secret", "order=" + "x".repeat(10_000)).statusCode()).isEqualTo(403);
        assertThat(visitor.text(2, "/shop/secret")).isEqualTo("who are you?");
        visitor.post(1, "/shop/j_security_check", "j_username=ada&j_password=secret");
        assertThat(visitor.text(2, "/shop/secret")).isEqualTo("hello ada FORM true");
        for (TestTomcats.Node node : tomcats.nodes) {
            assertThat(node.manager.findSession(visitor.session()).getMaxInactiveInterval()).isEqualTo(1800);
        }
    }

    @Test
    @DisplayName("B6: who logged in with a node that dies stays logged in")
    void aLoginSurvivesItsNode() throws Exception {
        startTwo("FORM", FormAuthenticator::new);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.post(1, "/shop/secret", "order=ink");
        visitor.post(1, "/shop/j_security_check", "j_username=ada&j_password=secret");
        kill(1);
        assertThat(visitor.text(2, "/shop/secret")).isEqualTo("hello ada FORM true ink");
    }

    @Test
    @DisplayName("tomcat-facts 24: with cache=false names and passwords stay on their node, where FORM finds them")
    void aLoginThatIsNotCachedIsOfOneNode() throws Exception {
        startTwo("FORM", () -> {
            FormAuthenticator authenticator = new FormAuthenticator();
            authenticator.setCache(false);
            return authenticator;
        });
        TestTomcats.Visitor wanders = tomcats.new Visitor();
        for (int i = 0; i < 3; i++) {
            assertThat(wanders.text(1, "/shop/secret")).isEqualTo("who are you?");
            assertThat(wanders.post(2, "/shop/j_security_check", "j_username=ada&j_password=secret").statusCode())
                    .isEqualTo(303);
        }
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/session");
        for (int node = 1; node <= 2; node++) {
            assertThat(visitor.text(node, "/shop/secret")).isEqualTo("who are you?");
            assertThat(visitor.post(node, "/shop/j_security_check", "j_username=ada&j_password=secret").statusCode())
                    .isEqualTo(303);
            assertThat(visitor.text(node, "/shop/secret")).isEqualTo("hello ada FORM true");
            assertThat(visitor.text(node, "/shop/secret")).isEqualTo("hello ada FORM true");
            assertThat(visitor.text(node, "/shop/attribute")).isEqualTo("b");
            if (node == 1) {
                kill(1);
            }
        }
    }

    @Test
    void aLoginByTheApplicationIsKnownEverywhere() throws Exception {
        startTwo("BASIC", BasicAuthenticator::new);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/enter");
        assertThat(visitor.text(2, "/shop/secret")).isEqualTo("hello ada BASIC true");
    }

    @ParameterizedTest(name = "serialFilter={0}")
    @ValueSource(strings = {"", "dev.baton.tomcat.*"})
    @DisplayName("a principal of Tomcat's lib: name and roles are known at the next node, all of it where serialFilter"
            + " names its class")
    void aPrincipalOfARealmOfOnesOwn(String serialFilter) throws Exception {
        tomcats.start(2, Map.of("serialFilter", serialFilter), context -> {
            secured("BASIC", new BasicAuthenticator()).accept(context);
            TestTomcats.page(context, "/who", (q, r) -> r.getWriter().print(q.getUserPrincipal() instanceof Member));
            context.setRealm(new Members());
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/session");
        assertThat(visitor.getWith(1, "/shop/secret", "Authorization", BASIC).body()).isEqualTo("hello ada BASIC true");
        assertThat(visitor.text(1, "/shop/who")).isEqualTo("true");
        assertThat(visitor.text(2, "/shop/secret")).isEqualTo("hello ada BASIC true");
        assertThat(visitor.text(2, "/shop/who")).isEqualTo(Boolean.toString(!serialFilter.isEmpty()));
    }

    /** A class of Tomcat's lib. */
    record Member(String name) implements Principal, Serializable {
        @Override
        public String getName() {
            return name;
        }
    }

    /** Knows everybody. */
    static final class Members extends RealmBase {
        @Override
        protected String getPassword(String username) {
            return "secret";
        }

        @Override
        protected Principal getPrincipal(String username) {
            return new GenericPrincipal(username, List.of("user"), new Member(username));
        }
    }

    private void startWithSingleSignOn() throws Exception {
        tomcats.start(2, Map.of(), context -> {
            // Before the applications start: their authenticators look for it then.
            ((Host) context.getParent()).getPipeline().addValve(new SingleSignOn());
            secured("BASIC", new BasicAuthenticator()).accept(context);
        });
        for (TestTomcats.Node node : tomcats.nodes) {
            node.application("/other", Map.of(), secured("BASIC", new BasicAuthenticator()));
        }
        knowAda();
    }

    @Test
    @DisplayName("tomcat-facts 25: at another node each application knows its own logins, single sign-on begins anew")
    void singleSignOnIsOfOneNode() throws Exception {
        startWithSingleSignOn();
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/session");
        assertThat(visitor.getWith(1, "/shop/secret", "Authorization", BASIC).statusCode()).isEqualTo(200);
        String shop = visitor.session();
        visitor.session(null);
        visitor.get(1, "/other/session");
        assertThat(visitor.text(1, "/other/secret")).startsWith("hello ada");
        String other = visitor.session();
        assertThat(visitor.get(2, "/other/secret").statusCode()).as("not logged in here").isEqualTo(401);
        assertThat(visitor.getWith(2, "/other/secret", "Authorization", BASIC).statusCode()).isEqualTo(200);
        assertThat(SessionIds.base(visitor.session())).isNotEqualTo(SessionIds.base(other));
        visitor.session(shop);
        assertThat(visitor.text(2, "/shop/secret")).as("the session has its login").startsWith("hello ada");
        assertThat(visitor.text(1, "/shop/secret")).startsWith("hello ada");
    }

    @Test
    @DisplayName("tomcat-facts 25: logout ends the sessions of all applications, an expiry only its own")
    void singleSignOnTellsLogoutFromExpiry() throws Exception {
        startWithSingleSignOn();
        for (String end : new String[] {"logout", "expiry"}) {
            TestTomcats.Visitor visitor = tomcats.new Visitor();
            visitor.get(1, "/shop/session");
            assertThat(visitor.getWith(1, "/shop/secret", "Authorization", BASIC).statusCode()).isEqualTo(200);
            String shop = visitor.session();
            visitor.session(null);
            visitor.get(1, "/other/session");
            assertThat(visitor.text(1, "/other/secret")).as("signed on by the cookie").startsWith("hello ada");
            String other = visitor.session();
            visitor.session(shop);
            BatonManager shops = (BatonManager) tomcats.nodes.get(0).context.getManager();
            if (end.equals("logout")) {
                visitor.get(1, "/shop/end");
            } else {
                tomcats.clock.move(Duration.ofMinutes(20));
                visitor.session(other);
                visitor.get(1, "/other/session");
                tomcats.clock.move(Duration.ofMinutes(20));
                TestTomcats.await("expired", () -> shops.findSession(shop) == null);
            }
            visitor.session(other);
            BatonManager others = (BatonManager) ((Context) tomcats.nodes.get(0).tomcat.getHost()
                    .findChild("/other")).getManager();
            assertThat(others.findSession(other) != null).as(end).isEqualTo(end.equals("expiry"));
        }
    }
}
