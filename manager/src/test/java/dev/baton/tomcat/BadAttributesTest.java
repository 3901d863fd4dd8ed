package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.management.BadAttributeValueExpException;
import org.apache.catalina.Context;
import org.apache.catalina.core.StandardContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Values that throw, block or recurse wherever they are asked: the request goes on, the other changes are kept, and the
 * session keeps the last good state of such a value.
 */
class BadAttributesTest {
    private static volatile Mood mood = Mood.GOOD;
    private static volatile CountDownLatch reached = new CountDownLatch(1);
    private static volatile CountDownLatch free = new CountDownLatch(1);
    private static TestTomcats tomcats;

    private final TestTomcats.Visitor visitor = tomcats.new Visitor();

    enum Mood {
        GOOD, EXCEPTION, IO_EXCEPTION, ERROR, LINKAGE_ERROR, RECURSION, BLOCK;

        void show() throws IOException {
            switch (this) {
                case EXCEPTION -> throw new IllegalStateException("in a bad mood");
                case IO_EXCEPTION -> throw new IOException("in a bad mood");
                case ERROR -> throw new AssertionError("in a bad mood");
                case LINKAGE_ERROR -> throw new NoClassDefFoundError("in a bad mood");
                case RECURSION -> show();
                case BLOCK -> {
                    reached.countDown();
                    TestTomcats.await(free);
                }
                default -> {
                }
            }
        }

        void showUnchecked() {
            try {
                show();
            } catch (IOException e) {
                throw new IllegalArgumentException(e);
            }
        }
    }

    /** Bad when written. */
    static final class Writing implements Serializable {
        private static final long serialVersionUID = 1L;
        String text = "good";

        private void writeObject(ObjectOutputStream out) throws IOException {
            mood.show();
            out.defaultWriteObject();
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Bad when read. */
    static final class Reading implements Serializable {
        private static final long serialVersionUID = 1L;

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            mood.show();
            in.defaultReadObject();
        }

        @Override
        public String toString() {
            return "read";
        }
    }

    /** Bad when compared or hashed. */
    static final class Comparing implements Serializable {
        private static final long serialVersionUID = 1L;
        int count;

        @Override
        public boolean equals(Object other) {
            mood.showUnchecked();
            return this == other;
        }

        @Override
        public int hashCode() {
            mood.showUnchecked();
            return 1;
        }

        @Override
        public String toString() {
            return "counted " + count;
        }
    }

    /** Bad when bound and unbound. */
    static final class Listening implements HttpSessionBindingListener, Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public void valueBound(HttpSessionBindingEvent event) {
            mood.showUnchecked();
        }

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            mood.showUnchecked();
        }
    }

    private static void application(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> {
            HttpSession session = q.getSession();
            session.setAttribute("bad", switch (q.getParameter("kind")) {
                case "writing" -> new Writing();
                case "reading" -> new Reading();
                case "comparing" -> new HashMap<>(Map.of("value", new Comparing()));
                case "listening" -> new Listening();
                case "refused" -> new ArrayList<>(List.of(new BadAttributeValueExpException(1)));
                default -> "x".repeat(Integer.parseInt(q.getParameter("kind")));
            });
        });
        TestTomcats.page(context, "/change", (q, r) -> {
            q.getSession().setAttribute("other", q.getParameter("v"));
            if (q.getSession().getAttribute("bad") instanceof Writing writing) {
                writing.text = q.getParameter("v");
            } else if (q.getSession().getAttribute("bad") instanceof Map<?, ?> map) {
                ((Comparing) map.get("value")).count++;
            }
        });
        TestTomcats.page(context, "/other", (q, r) -> q.getSession().setAttribute("other", q.getParameter("v")));
        TestTomcats.page(context, "/remove", (q, r) -> q.getSession().removeAttribute("bad"));
        TestTomcats.page(context, "/end", (q, r) -> q.getSession().invalidate());
        TestTomcats.page(context, "/get", (q, r) -> r.getWriter().print(shown(q)));
    }

    private static String shown(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session == null ? "no session" : session.getAttribute("bad") + ", " + session.getAttribute("other");
    }

    @BeforeAll
    static void start() throws Exception {
        tomcats = new TestTomcats().start(2, Map.of("commitTimeout", "3000", "lockTimeout", "3000", "maxSessionSize",
                "100000"), BadAttributesTest::application);
    }

    @AfterAll
    static void stop() throws Exception {
        tomcats.close();
    }

    @AfterEach
    void calmDown() {
        mood = Mood.GOOD;
        free.countDown();
    }

    private void ok(int node, String path) throws Exception {
        assertThat(visitor.get(node, "/shop" + path).statusCode()).as(path).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(names = {"EXCEPTION", "IO_EXCEPTION", "ERROR", "LINKAGE_ERROR", "RECURSION"})
    @DisplayName("writeObject fails: the store keeps the last good value, the request's other changes go on")
    void aValueThatCannotBeWrittenKeepsItsLastGoodState(Mood bad) throws Exception {
        ok(1, "/set?kind=writing");
        mood = bad;
        ok(1, "/change?v=changed");
        assertThat(visitor.text(1, "/shop/get")).as("here").isEqualTo("changed, changed");
        assertThat(visitor.text(2, "/shop/get")).as("elsewhere").isEqualTo("good, changed");
        mood = Mood.GOOD;
        ok(2, "/change?v=better");
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("better, better");
    }

    @Test
    @DisplayName("what changed cannot be found, a fault of Baton's own: that is told once of each attribute and fault")
    void aFaultOfTheComparisonIsTold() throws Exception {
        ok(1, "/set?kind=1");
        BatonManager manager = tomcats.nodes.get(0).manager;
        TrackedSession session = manager.findSession(visitor.session());
        Expiries told = new Expiries(manager, new AttributeProblems("test", false));
        try (LogLines log = new LogLines()) {
            told.notCompared(session.state(), "cart", new IllegalStateException("as planned"));
            told.notCompared(session.state(), "cart", new IllegalStateException("again"));
            told.notCompared(session.state(), "user", new IllegalStateException("as planned"));
            assertThat(log.lines()).hasSize(2).allMatch(line -> line.contains("sent whole"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EXCEPTION", "IO_EXCEPTION", "ERROR", "LINKAGE_ERROR", "RECURSION"})
    @DisplayName("readObject fails: the value counts as absent there, its bytes are kept, the session is usable")
    void aValueThatCannotBeReadIsAbsentAndKept(Mood bad) throws Exception {
        ok(1, "/set?kind=reading");
        mood = bad;
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("null, null");
        ok(2, "/other?v=2");
        mood = Mood.GOOD;
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("read, 2");
        ok(2, "/end");
    }

    @Test
    @DisplayName("a class that the filter refuses is told of where it is written, once, before another node misses it")
    void whatTheFilterWillRefuseIsToldOfAtOnce() throws Exception {
        try (LogLines log = new LogLines()) {
            ok(1, "/set?kind=refused");
            ok(1, "/set?kind=refused");
            ok(1, "/get");
            assertThat(log.lines()).singleElement(STRING).contains("/shop: attribute 'bad' has an object of "
                    + BadAttributeValueExpException.class.getName(), "refuses when it is read", "Said once per class");
            assertThat(visitor.text(2, "/shop/get")).isEqualTo("null, null");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"keep", "drop"})
    @DisplayName("unreadable: what could not be read comes back with its class, or is gone everywhere")
    void theSettingSaysWhatBecomesOfIt(String unreadable) throws Exception {
        try (TestTomcats own = new TestTomcats()) {
            own.start(2, Map.of("unreadable", unreadable), BadAttributesTest::application);
            TestTomcats.Visitor somebody = own.new Visitor();
            assertThat(somebody.get(1, "/shop/set?kind=reading").statusCode()).isEqualTo(200);
            mood = Mood.EXCEPTION;
            assertThat(somebody.text(2, "/shop/get")).isEqualTo("null, null");
            assertThat(somebody.get(2, "/shop/other?v=2").statusCode()).isEqualTo(200);
            mood = Mood.GOOD;
            assertThat(somebody.text(1, "/shop/get")).isEqualTo((unreadable.equals("keep") ? "read" : "null") + ", 2");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EXCEPTION", "ERROR", "RECURSION", "BLOCK"})
    @DisplayName("equals and hashCode fail: nothing here asks them, the change is found all the same")
    void equalsAndHashCodeAreNotAsked(Mood bad) throws Exception {
        free = new CountDownLatch(1);
        ok(1, "/set?kind=comparing");
        mood = bad;
        ok(1, "/change?v=1");
        mood = Mood.GOOD;
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("{value=counted 1}, 1");
    }

    @ParameterizedTest
    @EnumSource(names = {"EXCEPTION", "ERROR", "RECURSION"})
    @DisplayName("binding listeners fail: logged when set, replaced and at the end; removeAttribute throws, as in Tomcat")
    void listenersThatThrowHarmNobody(Mood bad) throws Exception {
        mood = bad;
        ok(1, "/set?kind=listening");
        ok(2, "/set?kind=listening");
        assertThat(visitor.get(1, "/shop/remove").statusCode()).isEqualTo(500);
        assertThat(visitor.text(1, "/shop/get")).as("removed before").isEqualTo("null, null");
        ok(1, "/set?kind=listening");
        ok(2, "/end");
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("no session");
    }

    @Test
    @DisplayName("writeObject blocks: others of the session get 503 in time, other sessions do not notice")
    void aValueThatBlocksHoldsUpItsSessionOnly() throws Exception {
        ok(1, "/set?kind=writing");
        block();
        CompletableFuture<Integer> stuck = CompletableFuture.supplyAsync(() -> status("/shop/change?v=late"));
        TestTomcats.await(reached);
        mood = Mood.GOOD;
        assertThat(status("/shop/other?v=meanwhile")).isEqualTo(503);
        assertThat(visitor.get(2, "/shop/get").statusCode()).isEqualTo(503);
        TestTomcats.Visitor somebody = tomcats.new Visitor();
        for (int i = 0; i < 20; i++) {
            assertThat(somebody.get(1 + i % 2, "/shop/other?v=" + i).statusCode()).isEqualTo(200);
        }
        free.countDown();
        assertThat(stuck.get(30, TimeUnit.SECONDS)).isEqualTo(200);
        assertThat(visitor.text(2, "/shop/get")).startsWith("late, ");
    }

    @Test
    @DisplayName("readObject blocks: only those who want that value wait, other sessions do not notice")
    void aValueThatBlocksWhenReadHoldsUpItsReaderOnly() throws Exception {
        ok(1, "/set?kind=reading");
        block();
        CompletableFuture<String> stuck = CompletableFuture.supplyAsync(() -> text(2, "/shop/get"));
        TestTomcats.await(reached);
        mood = Mood.GOOD;
        ok(2, "/other?v=meanwhile");
        TestTomcats.Visitor somebody = tomcats.new Visitor();
        assertThat(somebody.get(2, "/shop/other?v=1").statusCode()).isEqualTo(200);
        free.countDown();
        assertThat(stuck.get(30, TimeUnit.SECONDS)).startsWith("read, ");
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("read, meanwhile");
    }

    @Test
    @DisplayName("a binding listener blocks: other requests of the session on that node and other sessions go on")
    void aListenerThatBlocksHoldsUpItsRequestOnly() throws Exception {
        ok(1, "/other?v=1");
        block();
        CompletableFuture<Integer> stuck = CompletableFuture.supplyAsync(() -> status("/shop/set?kind=listening"));
        TestTomcats.await(reached);
        mood = Mood.GOOD;
        assertThat(status("/shop/other?v=meanwhile")).isEqualTo(200);
        assertThat(visitor.get(2, "/shop/get").statusCode()).as("the token is in use").isEqualTo(503);
        assertThat(tomcats.new Visitor().get(1, "/shop/other?v=1").statusCode()).isEqualTo(200);
        free.countDown();
        assertThat(stuck.get(30, TimeUnit.SECONDS)).isEqualTo(200);
        assertThat(visitor.text(2, "/shop/get")).endsWith(", meanwhile");
    }

    private static void block() {
        reached = new CountDownLatch(1);
        free = new CountDownLatch(1);
        mood = Mood.BLOCK;
    }

    private String text(int node, String path) {
        try {
            TestTomcats.Visitor same = tomcats.new Visitor();
            same.session(visitor.session());
            return same.text(node, path);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private int status(String path) {
        try {
            TestTomcats.Visitor same = tomcats.new Visitor();
            same.session(visitor.session());
            return same.get(1, path).statusCode();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("maxSessionSize: what would make the session larger stays on its node, the rest goes on")
    void aSessionHasItsLimit() throws Exception {
        ok(1, "/set?kind=90000");
        assertThat(visitor.text(2, "/shop/get")).hasSize(90_000 + 6);
        ok(1, "/set?kind=200000");
        ok(1, "/other?v=1");
        assertThat(visitor.text(1, "/shop/get")).as("here").hasSize(200_000 + 3);
        assertThat(visitor.text(2, "/shop/get")).as("elsewhere the last good state").hasSize(90_000 + 3);
        ok(2, "/set?kind=50000");
        assertThat(visitor.text(1, "/shop/get")).hasSize(50_000 + 3);
    }

    @Test
    @DisplayName("a new session whose only value is too large, or cannot be written, exists all the same")
    void aNewSessionExistsWithoutItsBadValue() throws Exception {
        ok(1, "/set?kind=200000");
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("null, null");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("tomcat-facts 28: attribute filters keep a value on its node; a distributable application refuses it")
    void filtersAndDistributableAreHonoured(boolean distributable) throws Exception {
        try (TestTomcats own = new TestTomcats()) {
            own.start(2, Map.of("sessionAttributeNameFilter", "a.*", "sessionAttributeValueClassNameFilter",
                    "java\\..*"), context -> {
                ((StandardContext) context).setDistributable(distributable);
                TestTomcats.page(context, "/set", (q, r) -> {
                    q.getSession().setAttribute("a", "goes");
                    q.getSession().setAttribute("b", "stays by its name");
                    q.getSession().setAttribute("a2", new Writing());
                    try {
                        q.getSession().setAttribute("a3", new ArrayList<>(List.of(new Object())));
                        q.getSession().setAttribute("a4", new Object());
                        r.getWriter().print("taken");
                    } catch (IllegalArgumentException e) {
                        r.getWriter().print("refused");
                    }
                });
                TestTomcats.page(context, "/get", (q, r) -> {
                    HttpSession session = q.getSession();
                    r.getWriter().print(session.getAttribute("a") + ", " + session.getAttribute("b") + ", "
                            + session.getAttribute("a2"));
                });
            });
            TestTomcats.Visitor somebody = own.new Visitor();
            HttpResponse<String> set = somebody.get(1, "/shop/set");
            assertThat(set.body()).isEqualTo(distributable ? "refused" : "taken");
            assertThat(somebody.text(1, "/shop/get")).isEqualTo("goes, stays by its name, good");
            assertThat(somebody.text(2, "/shop/get")).isEqualTo("goes, null, null");
            assertThat(somebody.text(1, "/shop/get")).as("back").isEqualTo("goes, stays by its name, good");
        }
    }
}
