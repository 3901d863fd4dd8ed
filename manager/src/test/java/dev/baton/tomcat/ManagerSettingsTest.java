package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.baton.model.Settings;
import java.io.StringReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.Valve;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.StandardManager;
import org.apache.catalina.startup.ContextRuleSet;
import org.apache.tomcat.util.digester.Digester;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** Settings and Valve as Tomcat's own parser of {@code context.xml} brings them. */
class ManagerSettingsTest {
    private static StandardContext parse(String inside) throws Exception {
        Digester digester = new Digester();
        digester.addRuleSet(new ContextRuleSet("", false));
        StandardContext context = new StandardContext();
        context.setPath("/shop");
        digester.push(context);
        digester.parse(new InputSource(new StringReader("<Context>" + inside + "</Context>")));
        return context;
    }

    private static BatonManager manager(Context context) {
        return (BatonManager) context.getManager();
    }

    @Test
    void everySettingIsABeanProperty() throws Exception {
        BatonManager manager = new BatonManager();
        for (Settings.Description each : Settings.descriptions()) {
            String bean = Character.toUpperCase(each.name().charAt(0)) + each.name().substring(1);
            Object value = BatonManager.class.getMethod("get" + bean).invoke(manager);
            assertThat(value).as(each.name()).isEqualTo(Settings.DEFAULT.texts().get(each.name()));
            BatonManager.class.getMethod("set" + bean, String.class).invoke(manager, value);
        }
    }

    @Test
    void settingsComeFromTheContextFile() throws Exception {
        BatonManager manager = manager(parse("<Manager className='dev.baton.tomcat.BatonManager' stack='local'"
                + " cluster='shop' backups='2' lockTimeout='500' acquire='request' maxActiveSessions='7'>"
                + "<SessionIdGenerator sessionIdLength='20'/></Manager>"));
        assertThat(manager.settings().cluster()).isEqualTo("shop");
        assertThat(manager.settings().backups()).isEqualTo(2);
        assertThat(manager.lockTimeoutNanos()).isEqualTo(500_000_000L);
        assertThat(manager.acquiresAtStart()).isTrue();
        assertThat(manager.getMaxActiveSessions()).isEqualTo(7);
        assertThat(manager.getSessionIdGenerator().getSessionIdLength()).isEqualTo(20);
    }

    @Test
    void aRefusedValueFailsTheStartWithItsMessageThoughTomcatDropsIt() throws Exception {
        BatonManager manager = manager(parse("<Manager className='dev.baton.tomcat.BatonManager' backups='six'/>"));
        assertThatThrownBy(manager::startInternal).isInstanceOf(LifecycleException.class)
                .hasStackTraceContaining("backups").hasStackTraceContaining("'six'").hasStackTraceContaining("0 to 5");
    }

    @Test
    @DisplayName("JMX: what is set while the application runs counts from its next start; a refused value fails none")
    void whatIsSetWhileItRunsCountsFromTheNextStart() throws Exception {
        try (TestTomcats tomcats = new TestTomcats().start(1, Map.of(), context -> { })) {
            TestTomcats.Node node = tomcats.nodes.get(0);
            assertThatThrownBy(() -> node.manager.setBackups("six")).hasMessage(
                    "setting backups: 'six' is not allowed; allowed: 0 to 5");
            node.manager.setLockTimeout("500");
            assertThat(node.manager.getLockTimeout()).isEqualTo("500");
            assertThat(node.manager.lockTimeoutNanos()).isEqualTo(10_000_000_000L);
            node.context.reload();
            assertThat(node.context.getState()).isEqualTo(LifecycleState.STARTED);
            assertThat(node.manager.getBackups()).isEqualTo("1");
            assertThat(node.manager.lockTimeoutNanos()).isEqualTo(500_000_000L);
        }
    }

    @Test
    @DisplayName("An application that names a Manager of its own keeps it, and the Valve of the other one is no trouble")
    void theManagerOfTheApplicationsOwnFileCounts() throws Exception {
        StandardContext context = parse("<Manager className='dev.baton.tomcat.BatonManager'/><Manager/>");
        assertThat(context.getManager()).isInstanceOf(StandardManager.class);
        try (LogLines log = new LogLines()) {
            ((RequestBoundary) context.getPipeline().getFirst()).start();
            assertThat(log.lines()).singleElement(STRING).contains("/shop stay on this node",
                    StandardManager.class.getName());
        }
    }

    @Test
    @DisplayName("B1: names of places that no message could carry fail the start with property, value and what is allowed")
    void aPlaceThatIsTooLongIsRefused() {
        String before = System.getProperty("baton.rack");
        System.setProperty("baton.rack", "r".repeat(201));
        try {
            assertThatThrownBy(NodeNames::location).isInstanceOf(IllegalArgumentException.class).hasMessage(
                    "system property baton.rack is '" + "r".repeat(201)
                            + "'; allowed: at most 200 characters, no control characters");
        } finally {
            if (before == null) {
                System.clearProperty("baton.rack");
            } else {
                System.setProperty("baton.rack", before);
            }
        }
    }

    @Test
    @DisplayName("S5: values that do not go together fail the start, in whatever order the file has them")
    void aContradictionFailsTheStart() throws Exception {
        BatonManager manager = manager(parse("<Manager className='dev.baton.tomcat.BatonManager' flushInterval='500'/>"));
        assertThatThrownBy(manager::startInternal).isInstanceOf(LifecycleException.class)
                .hasMessageContaining("flushInterval: '500'").hasMessageContaining("acknowledge='none'");
        BatonManager well = manager(parse("<Manager className='dev.baton.tomcat.BatonManager' flushInterval='500'"
                + " acknowledge='none'/>"));
        assertThat(well.settings().contradiction()).isEmpty();
    }

    @Test
    void theManagerInstallsTheValveWhileTheFileIsRead() throws Exception {
        StandardContext context = parse("<Manager className='dev.baton.tomcat.BatonManager'/>");
        assertThat(context.getPipeline().getFirst()).isInstanceOf(RequestBoundary.class);
        assertThat(boundaries(context)).hasSize(1);
        assertThat(context.getPipeline().isAsyncSupported()).isTrue();
    }

    private static List<Valve> boundaries(Context context) {
        return Arrays.stream(context.getPipeline().getValves()).filter(v -> v instanceof RequestBoundary).toList();
    }

    /** As the Valve that people configure. */
    public static final class Named extends RequestBoundary {
    }

    @Test
    void aValveThatTheFileNamesReplacesTheInstalledOneWhereverItStands() throws Exception {
        String manager = "<Manager className='dev.baton.tomcat.BatonManager'/>";
        String valve = "<Valve className='" + Named.class.getName() + "'/>";
        for (String file : new String[] {manager + valve, valve + manager, valve + manager + valve}) {
            StandardContext context = parse(file);
            Boundaries.keepOne(context);
            assertThat(boundaries(context)).as(file).singleElement().isInstanceOf(Named.class);
        }
    }
}
