package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.Map;
import org.apache.catalina.Context;
import org.apache.catalina.core.StandardContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that use their own session while they are written or read, and sessions made before the pipeline. */
@DisplayName("Issue 4, bad input: writeObject and readObject that come back to the session")
class EntangledValuesTest {
    private static volatile String mood = "none";
    private static volatile HttpSession session;
    private static TestTomcats tomcats;

    private final TestTomcats.Visitor visitor = tomcats.new Visitor();

    static final class Value implements Serializable {
        private static final long serialVersionUID = 1L;
        int count;

        private void writeObject(ObjectOutputStream out) throws IOException {
            act("write");
            out.defaultWriteObject();
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            act("read");
            in.defaultReadObject();
        }
    }

    private static void act(String when) {
        String now = mood;
        if (now.startsWith(when)) {
            switch (now.substring(when.length() + 1)) {
                case "reads itself" -> session.getAttribute("value");
                case "sets itself" -> session.setAttribute("value", new Value());
                case "sets another" -> session.setAttribute("other", "by " + when);
                case "invalidates" -> session.invalidate();
                default -> throw new AssertionError(now);
            }
        }
    }

    private static void application(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> q.getSession().setAttribute("value", new Value()));
        TestTomcats.page(context, "/change", (q, r) -> {
            session = q.getSession();
            if (session.getAttribute("value") instanceof Value value) {
                value.count++;
            }
        });
        TestTomcats.page(context, "/look", (q, r) -> {
            session = q.getSession();
            r.getWriter().print(session.getAttribute("value") instanceof Value value ? "it counts " + value.count : "none");
        });
        TestTomcats.page(context, "/get", (q, r) -> {
            HttpSession there = q.getSession(false);
            r.getWriter().print(there == null ? "no session" : "session");
            if (there != null && there.getAttribute("value") != null) {
                there.setAttribute("plain", "text");
            }
        });
        TestTomcats.page(context, "/new", (q, r) -> {
            q.getSession().setAttribute("plain", "text");
            r.getWriter().print(q.getSession().isNew());
        });
        ((StandardContext) context).addApplicationEventListener(new ServletRequestListener() {
            @Override
            public void requestInitialized(ServletRequestEvent event) {
                HttpServletRequest request = (HttpServletRequest) event.getServletRequest();
                if (request.getServletPath().equals("/new")) {
                    request.getSession().setAttribute("early", "by the listener");
                }
            }
        });
        TestTomcats.page(context, "/early", (q, r) -> r.getWriter().print(q.getSession().getAttribute("early") + " "
                + q.getSession().getAttribute("plain")));
    }

    @BeforeAll
    static void start() throws Exception {
        tomcats = new TestTomcats().start(2, Map.of("lockTimeout", "3000", "commitTimeout", "3000"),
                EntangledValuesTest::application);
    }

    @AfterAll
    static void stop() throws Exception {
        tomcats.close();
    }

    @AfterEach
    void calmDown() {
        mood = "none";
    }

    @ParameterizedTest
    @ValueSource(strings = {"write reads itself", "write sets itself", "write sets another", "write invalidates",
            "read reads itself", "read sets itself", "read sets another", "read invalidates"})
    @DisplayName("the request ends, the session is usable or gone at both nodes, others do not notice")
    void theNodeGoesOn(String what) throws Exception {
        for (int node = 1; node <= 2; node++) {
            mood = "none";
            TestTomcats.Visitor somebody = tomcats.new Visitor();
            assertThat(somebody.text(1, "/shop/set")).isEmpty();
            mood = what;
            assertThat(somebody.get(node, "/shop/change").statusCode()).isIn(200, 500);
            assertThat(somebody.get(3 - node, "/shop/change").statusCode()).isIn(200, 500);
            mood = "none";
            String there = somebody.text(1, "/shop/get");
            assertThat(there).isIn("session", "no session");
            assertThat(somebody.text(2, "/shop/get")).isEqualTo(there);
            if (what.endsWith("another") || what.endsWith("itself")) {
                assertThat(there).isEqualTo("session");
            }
            assertThat(somebody.text(1, "/shop/set")).isEmpty();
            assertThat(somebody.text(2, "/shop/get")).isEqualTo("session");
        }
    }

    @Test
    @DisplayName("a value that asks for itself while it is read is not there yet; what it sets itself to is what counts")
    void aValueThatIsJustBeingRead() throws Exception {
        Map<String, String> seen = Map.of("read reads itself", "it counts 1", "read sets itself", "it counts 0");
        for (String what : seen.keySet()) {
            TestTomcats.Visitor somebody = tomcats.new Visitor();
            assertThat(somebody.text(1, "/shop/set")).isEmpty();
            assertThat(somebody.text(1, "/shop/change")).isEmpty();
            mood = what;
            assertThat(somebody.text(2, "/shop/look")).as(what).isEqualTo(seen.get(what));
            mood = "none";
            assertThat(somebody.text(1, "/shop/look")).as(what).isEqualTo(seen.get(what));
        }
    }

    @Test
    @DisplayName("tomcat-facts 4, 23: a session made by a request listener is new in the request, and known everywhere")
    void aRequestListenerMakesTheSession() throws Exception {
        assertThat(visitor.text(1, "/shop/new")).isEqualTo("true");
        assertThat(visitor.text(2, "/shop/early")).isEqualTo("by the listener text");
        assertThat(visitor.text(1, "/shop/new")).isEqualTo("false");
    }
}
