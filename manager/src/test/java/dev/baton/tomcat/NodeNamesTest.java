package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.NodeId;
import dev.baton.model.Settings;
import java.util.Map;
import org.apache.catalina.Engine;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardEngine;
import org.apache.catalina.core.StandardService;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("nodeName: the setting, else jvmRoute, else host and HTTP port")
class NodeNamesTest {
    private static final String AJP = "AJP/1.3";
    private static final String HTTP = "HTTP/1.1";

    private final StandardService service = new StandardService();
    private final Engine engine = new StandardEngine();

    NodeNamesTest() {
        service.setContainer(engine);
    }

    private void connector(String protocol, int port) {
        Connector connector = new Connector(protocol);
        connector.setPort(port);
        service.addConnector(connector);
    }

    private String name() {
        return NodeNames.of(Settings.DEFAULT, engine);
    }

    @Test
    void theSettingComesFirstThenTheRoute() {
        connector(HTTP, 8080);
        engine.setJvmRoute("route");
        assertThat(NodeNames.of(Settings.of(Map.of("nodeName", "chosen")), engine)).isEqualTo("chosen");
        assertThat(name()).isEqualTo("route");
        engine.setJvmRoute("r".repeat(NodeId.MAX_NAME) + "end");
        String cut = name();
        engine.setJvmRoute("r".repeat(NodeId.MAX_NAME) + "and");
        assertThat(name()).hasSize(NodeId.MAX_NAME).isNotEqualTo(cut);
    }

    @Test
    void thePortIsThatOfHttpWhereverItsConnectorStands() {
        connector(HTTP, -1);
        connector(AJP, 8009);
        connector(HTTP, 8080);
        connector(HTTP, 8443);
        assertThat(name()).matches(".+:8080");
        service.findConnectors()[2].setPortOffset(100);
        assertThat(name()).matches(".+:8180");
    }

    @Test
    void behindAWebServerItIsThatOfAjp() {
        connector(AJP, 8009);
        connector(AJP, 8010);
        assertThat(name()).matches(".+:8009");
    }

    @Test
    void withoutAPortTheProcessTellsNodesApart() {
        connector(HTTP, 0);
        assertThat(name()).endsWith(":" + ProcessHandle.current().pid());
        assertThat(NodeNames.of(Settings.DEFAULT, null)).isEqualTo(name());
    }
}
