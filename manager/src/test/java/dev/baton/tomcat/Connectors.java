package dev.baton.tomcat;

import dev.baton.tomcat.wire.AjpClient;
import dev.baton.tomcat.wire.Http1Client;
import dev.baton.tomcat.wire.Http2Client;
import dev.baton.tomcat.wire.WireClient;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.ajp.AbstractAjpProtocol;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http2.Http2Protocol;

/** One node's connectors for every protocol, and clients that speak it; for {@link AnswerPages}. */
final class Connectors {
    private final Map<String, Connector> byProtocol = new LinkedHashMap<>();

    /** Before the node starts. Some protocols have its own connector. */
    void addTo(TestTomcats.Node node, Path directory) {
        Connector own = node.tomcat.getConnector();
        // Three protocols' requests all wait at once.
        own.setProperty("maxThreads", "400");
        own.addUpgradeProtocol(new Http2Protocol());
        byProtocol.put("HTTP/1.1", own);
        byProtocol.put("HTTP/1.0", own);
        byProtocol.put("HTTP/2", own);
        byProtocol.put("gzip", compressed());
        byProtocol.put("NIO2", onAnyPort(new Connector("org.apache.coyote.http11.Http11Nio2Protocol")));
        byProtocol.put("TLS", TestTls.connector(directory));
        byProtocol.put("TLS HTTP/1.0", byProtocol.get("TLS"));
        byProtocol.put("AJP", ajp());
        for (Connector connector : new LinkedHashSet<>(byProtocol.values())) {
            connector.setProperty("maxKeepAliveRequests", "-1");
            if (connector != own) {
                node.tomcat.getService().addConnector(connector);
            }
        }
    }

    Set<String> protocols() {
        return byProtocol.keySet();
    }

    private static Connector onAnyPort(Connector connector) {
        connector.setPort(0);
        return connector;
    }

    private static Connector compressed() {
        Connector connector = onAnyPort(new Connector());
        ((AbstractHttp11Protocol<?>) connector.getProtocolHandler()).setCompression("force");
        return connector;
    }

    private static Connector ajp() {
        Connector connector = onAnyPort(new Connector("AJP/1.3"));
        ((AbstractAjpProtocol<?>) connector.getProtocolHandler()).setSecretRequired(false);
        return connector;
    }

    static boolean possible(String protocol, String way) {
        return switch (way) {
            case "trailers" -> !protocol.endsWith("HTTP/1.0") && !protocol.equals("AJP");
            case "upgrade" -> protocol.equals("HTTP/1.1") || protocol.equals("TLS") || protocol.equals("NIO2");
            default -> true;
        };
    }

    /** What a request for that way says besides. */
    static String[] headers(String protocol, String way) {
        List<String> headers = new ArrayList<>();
        if (protocol.equals("gzip")) {
            headers.add("Accept-Encoding: gzip");
        }
        if (way.equals("upgrade")) {
            headers.add("Connection: Upgrade");
            headers.add("Upgrade: something");
        }
        return headers.toArray(String[]::new);
    }

    WireClient client(String protocol) throws Exception {
        Socket socket = new Socket("localhost", byProtocol.get(protocol).getLocalPort());
        if (protocol.startsWith("TLS")) {
            socket = TestTls.over(socket);
        }
        return switch (protocol) {
            case "HTTP/2" -> new Http2Client(socket);
            case "AJP" -> new AjpClient(socket);
            case "HTTP/1.0", "TLS HTTP/1.0" -> new Http1Client(socket, "HTTP/1.0");
            default -> new Http1Client(socket, "HTTP/1.1");
        };
    }
}
