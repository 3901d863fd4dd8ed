package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.catalina.Context;
import org.apache.catalina.SessionIdGenerator;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.ManagerBase;
import org.apache.catalina.util.StandardSessionIdGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Attributes that a Manager has from Tomcat, set otherwise than by default: they mean what they mean there. */
class CommonAttributesTest {
    private static final List<String> HEARD = new CopyOnWriteArrayList<>();

    private final TestTomcats tomcats = new TestTomcats();
    private final TestTomcats.Visitor visitor = tomcats.new Visitor();

    @AfterEach
    void stop() throws Exception {
        tomcats.close();
    }

    private static final class Told implements HttpSessionBindingListener, Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public void valueBound(HttpSessionBindingEvent event) {
            HEARD.add("bound");
        }

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            HEARD.add("unbound");
        }
    }

    private static void application(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> q.getSession().setAttribute(q.getParameter("name"), new Told()));
        TestTomcats.page(context, "/again", (q, r) ->
                q.getSession().setAttribute("a", q.getSession().getAttribute("a")));
        TestTomcats.page(context, "/id", (q, r) -> r.getWriter().print(q.getSession().getId()));
        ((StandardContext) context).addApplicationEventListener(new HttpSessionAttributeListener() {
            @Override
            public void attributeReplaced(HttpSessionBindingEvent event) {
                HEARD.add("replaced");
            }
        });
    }

    @Test
    @DisplayName("notifyAttributeListenerOnUnchangedValue, notifyBindingListenerOnUnchangedValue")
    void listenersHearOfUnchangedValuesAsTheManagerSays() throws Exception {
        tomcats.start(1, Map.of(), CommonAttributesTest::application);
        visitor.text(1, "/shop/set?name=a");
        HEARD.clear();
        visitor.text(1, "/shop/again");
        assertThat(HEARD).as("by default").containsExactly("replaced");
        BatonManager manager = tomcats.nodes.get(0).manager;
        manager.setNotifyAttributeListenerOnUnchangedValue(false);
        manager.setNotifyBindingListenerOnUnchangedValue(true);
        HEARD.clear();
        visitor.text(1, "/shop/again");
        assertThat(HEARD).as("turned round").containsExactly("bound", "unbound");
    }

    @Test
    @DisplayName("warnOnSessionAttributeFilterFailure: Tomcat's line tells of what the filter keeps on this node")
    void whatAFilterKeepsHereIsLoggedWhereAskedFor() throws Exception {
        tomcats.start(1, Map.of("sessionAttributeNameFilter", "a", "warnOnSessionAttributeFilterFailure", "true"),
                CommonAttributesTest::application);
        try (LogLines log = new LogLines(ManagerBase.class.getName())) {
            visitor.text(1, "/shop/set?name=a");
            assertThat(log.lines()).isEmpty();
            visitor.text(1, "/shop/set?name=b");
            assertThat(log.lines()).anyMatch(line -> line.contains("[b]") && line.contains("[a]"));
        }
    }

    @Test
    @DisplayName("The nested SessionIdGenerator makes the ids; one that makes none that a cookie could carry is told of")
    void idsComeFromTheGenerator() throws Exception {
        StandardSessionIdGenerator longer = new StandardSessionIdGenerator();
        longer.setSessionIdLength(24);
        tomcats.prepare(node -> node.manager.setSessionIdGenerator(longer));
        tomcats.start(1, Map.of(), CommonAttributesTest::application);
        assertThat(visitor.text(1, "/shop/id")).matches("[0-9A-F]{48}\\.n1");

        BatonManager manager = tomcats.nodes.get(0).manager;
        // Of the second one nothing but the time would be left before what looks like a route.
        for (String id : new String[] {"not an id", "1700000000.0123456789ABCDEF", "1700000000.0123456789ABCDEF.n1"}) {
            SessionIdGenerator wrong = new StandardSessionIdGenerator() {
                @Override
                public String generateSessionId(String route) {
                    return id;
                }
            };
            manager.setSessionIdGenerator(wrong);
            wrong.setJvmRoute("n1");
            assertThatThrownBy(() -> manager.createSession(null)).as(id).isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("SessionIdGenerator " + wrong.getClass().getName(), "characters");
        }
    }
}
