package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.tomcat.wire.AjpClient;
import dev.baton.tomcat.wire.Seen;
import jakarta.servlet.SessionTrackingMode;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.ajp.AbstractAjpProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Sessions known by the client's TLS session, as a web server that ends TLS in front of the Tomcats tells it. */
class SslTrackingTest {
    private static final String ADA = "5F0C2D".repeat(10);
    private static final String BOB = "A1B2C3".repeat(10);

    private final TestTomcats tomcats = new TestTomcats();

    @AfterEach
    void stop() throws Exception {
        tomcats.close();
    }

    private static void pages(Context context) {
        context.addServletContainerInitializer((classes, servlets) ->
                servlets.setSessionTrackingModes(Set.of(SessionTrackingMode.SSL)), Set.of());
        TestTomcats.page(context, "/count", (q, r) -> {
            HttpSession session = q.getSession();
            Integer before = (Integer) session.getAttribute("count");
            session.setAttribute("count", before == null ? 1 : before + 1);
            r.getWriter().print(session.getAttribute("count"));
        });
        TestTomcats.page(context, "/end", (q, r) -> q.getSession().invalidate());
    }

    private String get(int node, String path, String tlsSession) throws IOException {
        Connector ajp = tomcats.nodes.get(node - 1).tomcat.getService().findConnectors()[1];
        try (AjpClient client = new AjpClient(new Socket(InetAddress.getLoopbackAddress(), ajp.getLocalPort()))) {
            client.sslSession(tlsSession);
            client.send("GET", path, null);
            Seen seen = client.await();
            assertThat(seen.status()).isEqualTo(200);
            return new String(seen.body(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    @DisplayName("tomcat-facts 17: with SSL tracking the session has the TLS session's id, the same at every node")
    void theTlsSessionIsTheSession() throws Exception {
        tomcats.prepare(node -> {
            Connector connector = new Connector("AJP/1.3") {
                /** Tomcat offers this way of tracking only where a connector speaks TLS by itself. */
                @Override
                public Object getProperty(String name) {
                    return name.equals("SSLEnabled") ? Boolean.TRUE : super.getProperty(name);
                }
            };
            connector.setPort(0);
            connector.setSecure(true);
            ((AbstractAjpProtocol<?>) connector.getProtocolHandler()).setSecretRequired(false);
            node.tomcat.getService().addConnector(connector);
        });
        tomcats.start(2, Map.of(), SslTrackingTest::pages);
        assertThat(get(1, "/shop/count", ADA)).isEqualTo("1");
        assertThat(get(2, "/shop/count", ADA)).isEqualTo("2");
        assertThat(get(2, "/shop/count", BOB)).isEqualTo("1");
        assertThat(get(1, "/shop/count", ADA)).isEqualTo("3");
        assertThat(get(1, "/shop/count", BOB)).isEqualTo("2");
        get(2, "/shop/end", ADA);
        assertThat(get(1, "/shop/count", ADA)).as("another session, under an id that TLS does not tell").isEqualTo("1");
        assertThat(get(1, "/shop/count", ADA)).as("so it is not found again").isEqualTo("1");
    }
}
