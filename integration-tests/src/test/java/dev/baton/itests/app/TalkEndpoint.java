package dev.baton.itests.app;

import jakarta.servlet.http.HttpSession;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;

/** Adds each message to the session's note and answers with all of it; {@code ?} only reads. */
@ServerEndpoint(value = "/talk", configurator = TalkEndpoint.Handshake.class)
public final class TalkEndpoint {
    /** Keeps the session of the handshake. */
    public static final class Handshake extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            config.getUserProperties().put("http", request.getHttpSession());
        }
    }

    @OnMessage
    public String told(String text, Session session) {
        HttpSession http = (HttpSession) session.getUserProperties().get("http");
        String note = String.valueOf(http.getAttribute("note"));
        if (text.equals("?")) {
            return note;
        }
        http.setAttribute("note", note + text);
        return note + text;
    }
}
