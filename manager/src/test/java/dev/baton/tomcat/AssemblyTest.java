package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.model.Location;
import dev.baton.model.Settings;
import dev.baton.node.MemoryNetwork;
import dev.baton.node.NodeFigures;
import dev.baton.node.SystemClock;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import javax.management.MBeanInfo;
import javax.management.ObjectName;
import org.apache.catalina.LifecycleException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AssemblyTest {
    private final MemoryNetwork network = new MemoryNetwork();
    private final Assembly assembly = new Assembly((settings, self) -> network.port(self.name(), self.incarnation()),
            new SystemClock());

    @Test
    void theApplicationsOfAProcessShareOneNodeAndTheLastOneStopsIt() throws Exception {
        Assembly.Seat first = assembly.join(Settings.DEFAULT, "n1");
        Assembly.Seat second = assembly.join(Settings.of(Map.of("lockTimeout", "77")), "n1");
        assertThat(second.node()).isSameAs(first.node());
        first.release(false);
        first.release(false);
        assertThat(second.node().serving()).isTrue();
        second.release(false);
        assertThat(second.node().serving()).isFalse();
        Assembly.Seat again = assembly.join(Settings.DEFAULT, "n1");
        assertThat(again.node()).isNotSameAs(first.node());
        again.release(false);
    }

    @Test
    @DisplayName("B1: the system properties of each process are where the table says that its node stands")
    void theTableTellsWhereNodesStand() throws Exception {
        Assembly other = new Assembly((s, self) -> network.port(self.name(), self.incarnation()), new SystemClock());
        Location left = new Location("south", "r1", "left");
        Location right = new Location("north", "r2", "right");
        Assembly.Seat first = joinAt(left, assembly, "n1");
        Assembly.Seat second = joinAt(right, other, "n2");
        try {
            for (Assembly.Seat seat : List.of(first, second)) {
                TestTomcats.await("two members", () -> seat.node().effective().members().size() == 2);
                assertThat(seat.node().effective().member(first.node().self()).location()).isEqualTo(left);
                assertThat(seat.node().effective().member(second.node().self()).location()).isEqualTo(right);
            }
        } finally {
            second.release(false);
            first.release(false);
        }
    }

    private static Assembly.Seat joinAt(Location location, Assembly process, String name) throws Exception {
        System.setProperty("baton.site", location.site());
        System.setProperty("baton.rack", location.rack());
        System.setProperty("baton.host", location.host());
        try {
            return process.join(Settings.DEFAULT, name);
        } finally {
            List.of("baton.site", "baton.rack", "baton.host").forEach(System::clearProperty);
        }
    }

    @Test
    void aNodeWithoutApplicationsWaitsForTheNextOneOrTheEnd() throws Exception {
        Assembly.Seat first = assembly.join(Settings.DEFAULT, "n1");
        first.release(true);
        assertThat(first.node().serving()).isTrue();
        Assembly.Seat next = assembly.join(Settings.DEFAULT, "n1");
        assertThat(next.node()).isSameAs(first.node());
        assembly.stopUnused();
        assertThat(next.node().serving()).as("in use").isTrue();
        next.release(true);
        Assembly.Seat other = assembly.join(Settings.of(Map.of("backups", "2")), "n1");
        assertThat(other.node()).as("other settings, nobody objects").isNotSameAs(first.node());
        assertThat(first.node().serving()).isFalse();
        other.release(true);
        assembly.stopUnused();
        assertThat(other.node().serving()).isFalse();
    }

    @Test
    void applicationsThatDisagreeAboutTheClusterFailWithBothValues() throws Exception {
        Assembly.Seat seat = assembly.join(Settings.of(Map.of("backups", "1")), "n1");
        try {
            assertThatThrownBy(() -> assembly.join(Settings.of(Map.of("backups", "2")), "n1"))
                    .isInstanceOf(LifecycleException.class)
                    .hasMessageContainingAll("baton", "backups", "'2'", "'1'");
            assertThatThrownBy(() -> assembly.join(Settings.DEFAULT, "n2"))
                    .isInstanceOf(LifecycleException.class).hasMessageContainingAll("nodeName", "'n2'", "'n1'");
        } finally {
            seat.release(false);
        }
    }

    @Test
    void theNodesBeanDescribesEveryFigure() throws Exception {
        Assembly.Seat seat = assembly.join(Settings.of(Map.of("cluster", "jmx-test")), "n1");
        try {
            ObjectName name = new ObjectName("dev.baton:type=Node,cluster=jmx-test");
            var server = ManagementFactory.getPlatformMBeanServer();
            MBeanInfo info = server.getMBeanInfo(name);
            assertThat(info.getAttributes()).isNotEmpty().allSatisfy(a -> {
                assertThat(a.getDescription()).isNotBlank();
                assertThat(server.getAttribute(name, a.getName())).as(a.getName()).isNotNull();
            });
            assertThat((String[]) server.getAttribute(name, "Members")).containsExactly("n1");
            assertThat(server.getAttribute(name, "SegmentsPrimary")).isEqualTo(256);
            assertThat(server.getAttribute(name, "MessagesDropped")).isEqualTo(0L);
            assertThat(server.getAttribute(name, "EnvelopesUnreadable")).isEqualTo(0L);
            assertThat(forget(name, "elsewhere")).isEqualTo("forgotten: elsewhere; no member has that name, there are [n1]");
            assertThatThrownBy(() -> forget(name, "n1")).hasRootCauseMessage(
                    "node 'n1' is in reach; allowed: a member that is out of reach");
        } finally {
            seat.release(false);
        }
        assertThat(ManagementFactory.getPlatformMBeanServer()
                .queryNames(new ObjectName("dev.baton:cluster=jmx-test,*"), null)).isEmpty();
    }

    @Test
    @DisplayName("JMX: forget is of members out of reach; then the node serves again, and says so")
    void aNodeOutOfReachIsForgotten() throws Exception {
        Settings settings = Settings.of(Map.of("cluster", "forget-test"));
        Assembly other = new Assembly((s, self) -> network.port(self.name(), self.incarnation()), new SystemClock());
        Assembly.Seat here = assembly.join(settings, "n1");
        Assembly.Seat there = other.join(settings, "n2");
        try (LogLines log = new LogLines("dev.baton.cluster")) {
            ObjectName bean = new ObjectName("dev.baton:type=Node,cluster=forget-test");
            TestTomcats.await("two members", () -> NodeFigures.members(here.node()).size() == 2);
            network.cut(there.node().self());
            TestTomcats.await("it says so", () -> log.lines().stream()
                    .anyMatch(line -> line.startsWith("forget-test: no majority of")
                            && line.contains("in sight of [" + here.node().self() + "]")));
            assertThat(here.node().serving()).isFalse();
            assertThat(forget(bean, "n2")).isEqualTo("forgotten: n2");
            TestTomcats.await("n1 goes on alone", () -> here.node().serving());
            TestTomcats.await("it says so", () -> log.lines().containsAll(List.of(
                    "forget-test: sessions are served again", "forget-test: going on without a majority of ["
                            + here.node().self() + ", " + there.node().self()
                            + "]: the others are dead, lost or forgotten")));
        } finally {
            there.release(false);
            here.release(false);
        }
    }

    private static Object forget(ObjectName node, String name) throws Exception {
        return ManagementFactory.getPlatformMBeanServer().invoke(node, "forget", new Object[] {name},
                new String[] {String.class.getName()});
    }
}
