package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.Settings;
import jakarta.servlet.http.HttpSession;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.catalina.Context;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("JMX: the beans of an application")
class BeansTest {
    private static final TestTomcats TOMCATS = new TestTomcats();
    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    @BeforeAll
    static void start() throws Exception {
        TOMCATS.start(2, Map.of("cluster", "beans", "acknowledge", "none", "flushInterval", "3600000"), BeansTest::pages);
    }

    @AfterAll
    static void stop() throws Exception {
        TOMCATS.close();
    }

    private static void pages(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> q.getSession().setAttribute("a", q.getParameter("v")));
        TestTomcats.page(context, "/get", (q, r) -> {
            HttpSession session = q.getSession(false);
            r.getWriter().print(session == null ? "no session" : session.getAttribute("a"));
        });
    }

    private static ObjectName sessions() throws Exception {
        return new ObjectName("dev.baton:type=Sessions,cluster=beans,application=\"localhost/shop\"");
    }

    @Test
    @DisplayName("every figure of the sessions and every operation is described, and can be read")
    void everyFigureIsDescribed() throws Exception {
        MBeanInfo info = SERVER.getMBeanInfo(sessions());
        assertThat(info.getAttributes()).isNotEmpty().allSatisfy(figure -> {
            assertThat(figure.getDescription()).isNotBlank();
            assertThat(SERVER.getAttribute(sessions(), figure.getName())).as(figure.getName()).isNotNull();
        });
        assertThat(info.getAttributes()).extracting(MBeanFeatureInfo::getName).contains("Deltas", "DeltaBytes", "DeltaRatio",
                "Waits", "LockWaits", "Deadlocks", "UnreadableAttributes");
        assertThat(info.getOperations()).extracting(MBeanFeatureInfo::getName).containsExactly("flush");
        assertThat(info.getOperations()[0].getDescription()).isNotBlank();
    }

    @Test
    @DisplayName("Tomcat's bean of the Manager shows every setting of Baton's")
    void tomcatsBeanShowsTheSettings() throws Exception {
        ObjectName manager = new ObjectName("n1:type=Manager,host=localhost,context=/shop");
        assertThat(Arrays.stream(SERVER.getMBeanInfo(manager).getAttributes()).map(MBeanFeatureInfo::getName))
                .containsAll(Settings.descriptions().stream().map(Settings.Description::name).toList());
        assertThat(SERVER.getAttribute(manager, "flushInterval")).isEqualTo("3600000");
        assertThat(SERVER.getAttribute(manager, "store")).isEqualTo("true");
    }

    @Test
    @DisplayName("S5: the operation flush sends what waits for the next round; then the node may die")
    void flushSendsWhatWaits() throws Exception {
        TestTomcats.Visitor visitor = TOMCATS.new Visitor();
        visitor.get(1, "/shop/set?v=first");
        assertThat(SERVER.invoke(sessions(), "flush", null, null)).isEqualTo("sent");
        Object before = SERVER.getAttribute(sessions(), "Deltas");
        visitor.get(1, "/shop/set?v=second");
        assertThat(SERVER.getAttribute(sessions(), "Deltas")).as("it waits").isEqualTo(before);
        assertThat(SERVER.invoke(sessions(), "flush", null, null)).isEqualTo("sent");
        TestTomcats.await("it is at the other node", () -> TOMCATS.nodes.get(0).manager.deployment().node().report()
                .uncommitted() == 0);
        TOMCATS.network.kill(TOMCATS.nodes.get(0).self());
        TestTomcats.await("n2 goes on", () -> TOMCATS.nodes.get(1).manager.deployment().node().serving());
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("second");
    }
}
