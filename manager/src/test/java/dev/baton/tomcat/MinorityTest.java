package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.jgroups.Cables;
import dev.baton.model.NodeId;
import dev.baton.protocol.Message;
import java.io.CharArrayWriter;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.catalina.Context;
import org.apache.catalina.authenticator.BasicAuthenticator;
import org.apache.catalina.valves.AbstractAccessLogValve;
import org.apache.tomcat.util.descriptor.web.LoginConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One of three Tomcats is cut off from the others; nobody is proven dead. No request may wait by {@code lockTimeout}. */
@DisplayName("Issue 4.3, protocol 3 and 8: the minority side of a partition")
class MinorityTest {
    private TestTomcats tomcats;
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);
    private final Lines lines = new Lines();

    /** What an access log writes: status, path, session and its attribute "value". */
    private static final class Lines extends AbstractAccessLogValve {
        private final List<String> written = new CopyOnWriteArrayList<>();

        Lines() {
            setPattern("%s %U %S %{value}s");
        }

        @Override
        protected void log(CharArrayWriter message) {
            written.add(message.toString());
        }

        List<String> of(String session) {
            return written.stream().filter(line -> line.split(" ")[2].equals(session)).toList();
        }
    }

    @AfterEach
    void stop() throws Exception {
        leave.countDown();
        if (tomcats != null) {
            tomcats.close();
        }
    }

    private void application(Context context) {
        TestTomcats.page(context, "/add", (q, r) -> {
            int[] value = (int[]) q.getSession().getAttribute("value");
            if (value == null) {
                value = new int[1];
                q.getSession().setAttribute("value", value);
            }
            value[0]++;
            if (q.getParameter("stay") != null) {
                inside.countDown();
                TestTomcats.await(leave);
            }
            r.getWriter().print(value[0]);
        });
        TestTomcats.page(context, "/free", (q, r) -> r.getWriter().print("free"));
    }

    private NodeId node(int number) {
        return tomcats.nodes.get(number - 1).manager.deployment().node().self();
    }

    private TestTomcats.Visitor visitorAt(int node) throws Exception {
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(node, "/shop/add")).isEqualTo("1");
        return visitor;
    }

    private static void refused(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("minority, most nodes that store sessions are out of reach");
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
    }

    private static boolean served(TestTomcats.Visitor visitor, int node) {
        try {
            return visitor.get(node, "/shop/add").statusCode() == 200;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("over a network in memory, where both sides see at once what happened")
    void inMemory() throws Exception {
        tomcats = new TestTomcats();
        aNodeThatIsCutOffRefusesAndComesBack(tomcats.network::cut, tomcats.network::heal);
    }

    @Test
    @DisplayName("over JGroups, where it has to be noticed")
    void overJGroups() throws Exception {
        try (Cables cables = new Cables()) {
            tomcats = new TestTomcats(cables::transport);
            aNodeThatIsCutOffRefusesAndComesBack(cables::cut, cables::heal);
        }
    }

    @Test
    @DisplayName("an application with Tomcat's login: nobody is taken for logged out, so whoever has a session is refused")
    void aLoginIsNotForgotten() throws Exception {
        tomcats = new TestTomcats();
        tomcats.start(3, Map.of("lockTimeout", "600000"), context -> {
            application(context);
            context.setLoginConfig(new LoginConfig("BASIC", "shop", null, null));
            context.getPipeline().addValve(new BasicAuthenticator());
        });
        TestTomcats.Visitor visitor = visitorAt(1);
        tomcats.network.cut(node(1));
        TestTomcats.await("the node knows it is alone", () -> tomcats.nodes.get(0).manager.cutOff());
        tomcats.clock.move(Duration.ofSeconds(6));
        refused(visitor.get(1, "/shop/free"));
        assertThat(tomcats.new Visitor().text(1, "/shop/free")).isEqualTo("free");
        tomcats.network.heal(node(1));
        TestTomcats.await("the node is back", () -> served(visitor, 1));
    }

    /** Asks for the session outside of Baton's Valve, at node 1. */
    private void lookOn(String who) {
        tomcats.prepare(node -> {
            if (!node.name.equals("n1")) {
                return;
            }
            switch (who) {
                case "access log" -> node.tomcat.getHost().getPipeline().addValve(lines);
                case "alwaysAccessSession" -> node.context.setAlwaysAccessSession(true);
                default -> TestTomcats.Early.VALVE_OF_THE_HOST.prepare(node);
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"access log", "alwaysAccessSession", "CrawlerSessionManagerValve"})
    @DisplayName("tomcat-facts 4 to 6: who asks for the session outside of the application changes no answer")
    void whoOnlyLooksOnChangesNoAnswer(String who) throws Exception {
        tomcats = new TestTomcats();
        lookOn(who);
        tomcats.start(3, Map.of("lockTimeout", "600000"), this::application);
        TestTomcats.Visitor heldThere = visitorAt(2);
        String session = heldThere.session();
        tomcats.network.cut(node(1));
        TestTomcats.await("the node knows it is alone", () -> tomcats.nodes.get(0).manager.cutOff());
        tomcats.clock.move(Duration.ofSeconds(6));
        assertThat(heldThere.text(1, "/shop/free")).isEqualTo("free");
        refused(heldThere.get(1, "/shop/add"));
        assertThat(heldThere.session()).isEqualTo(session);
        tomcats.network.heal(node(1));
        TestTomcats.await("the node is back", () -> served(heldThere, 1));
        if (who.equals("access log")) {
            TestTomcats.await("all lines", () -> !lines.of(heldThere.session()).isEmpty());
            assertThat(lines.of("-")).startsWith("200 /shop/free - -", "503 /shop/add - -")
                    .filteredOn(line -> !line.startsWith("503 /shop/add")).hasSize(1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"access log", "alwaysAccessSession"})
    @DisplayName("tomcat-facts 5, 6: where the store did not answer the request, nobody asks it again after the answer")
    void theStoreIsNotAskedAgainAfterTheAnswer(String who) throws Exception {
        tomcats = new TestTomcats();
        lookOn(who);
        tomcats.start(2, Map.of("lockTimeout", "500"), this::application);
        TestTomcats.Visitor heldThere = visitorAt(2);
        Set<Long> questions = ConcurrentHashMap.newKeySet();
        tomcats.network.hold((to, message) -> {
            if (message instanceof Message.Lookup lookup) {
                questions.add(lookup.rid());
            }
            return message instanceof Message.Lookup;
        });
        assertThat(heldThere.text(1, "/shop/free")).isEqualTo("free");
        if (who.equals("access log")) {
            TestTomcats.await("the line", () -> !lines.of("-").isEmpty());
        }
        assertThat(questions).as("the authenticator's").hasSize(1);
        tomcats.network.deliverHeld();
    }

    /**
     * What needs no session is served, all else gets 503 without waiting; after the heal all goes on, and nothing that was
     * confirmed is lost.
     */
    private void aNodeThatIsCutOffRefusesAndComesBack(Consumer<NodeId> cut, Consumer<NodeId> heal) throws Exception {
        tomcats.start(3, Map.of("lockTimeout", "600000", "commitTimeout", "5000"), this::application);
        TestTomcats.Visitor heldHere = visitorAt(1);
        TestTomcats.Visitor heldThere = visitorAt(2);
        TestTomcats.Visitor busy = visitorAt(1);
        CompletableFuture<HttpResponse<String>> under = CompletableFuture.supplyAsync(() -> {
            try {
                return busy.get(1, "/shop/add?stay=1");
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        TestTomcats.await(inside);

        cut.accept(node(1));
        CompletableFuture<Boolean> early = CompletableFuture.supplyAsync(() -> served(heldThere, 1));
        TestTomcats.await("the node knows it is alone", () -> tomcats.nodes.get(0).manager.cutOff());
        // Longer than the lease lasts, and than a missing majority is waited for.
        tomcats.clock.move(Duration.ofSeconds(6));
        assertThat(early.get(30, TimeUnit.SECONDS)).as("asked before anybody noticed").isFalse();

        assertThat(tomcats.new Visitor().text(1, "/shop/free")).isEqualTo("free");
        assertThat(heldHere.text(1, "/shop/free")).as("with a session's cookie").isEqualTo("free");
        assertThat(heldThere.text(1, "/shop/free")).isEqualTo("free");
        refused(heldHere.get(1, "/shop/add"));
        refused(heldThere.get(1, "/shop/add"));
        refused(tomcats.new Visitor().get(1, "/shop/add"));
        leave.countDown();
        HttpResponse<String> late = under.get(30, TimeUnit.SECONDS);
        assertThat(late.statusCode()).isEqualTo(503);
        assertThat(late.body()).contains("outcome unknown");

        TestTomcats.await("the others go on without it", () -> served(heldHere, 2));
        assertThat(heldThere.text(3, "/shop/add")).isEqualTo("2");
        assertThat(busy.text(3, "/shop/add")).as("what was not confirmed is not there").isEqualTo("2");

        heal.accept(node(1));
        TestTomcats.await("the node is back", () -> served(heldHere, 1));
        assertThat(heldHere.text(2, "/shop/add")).isEqualTo("4");
        assertThat(heldThere.text(1, "/shop/add")).isEqualTo("3");
        assertThat(busy.text(1, "/shop/add")).isEqualTo("3");
        assertThat(tomcats.new Visitor().text(1, "/shop/add")).isEqualTo("1");
    }
}
