package dev.baton.benchmarks.plain;

import jakarta.servlet.ServletException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Session;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Before the answer of a request that changed an attribute leaves, that attribute is serialised and another node has
 * it. Knows from the request what that is, so that nothing is spent on finding out.
 */
public final class PlainExchange extends ValveBase {
    /** About what it takes to ask for a token. */
    private static final byte[] QUESTION = new byte[40];

    private int port;
    private int peer;
    private boolean asks;
    private PlainLink link;

    /** Makes a valve of requests that may be asynchronous, as far as Tomcat asks. */
    public PlainExchange() {
        super(true);
    }

    /**
     * Of the configuration.
     *
     * @param port to listen on
     */
    public void setPort(int port) {
        this.port = port;
    }

    /**
     * Of the configuration.
     *
     * @param peer port of the node that gets the attributes
     */
    public void setPeer(int peer) {
        this.peer = peer;
    }

    /**
     * Of the configuration.
     *
     * @param asks whether the other node is asked before each request of a session
     */
    public void setAsks(boolean asks) {
        this.asks = asks;
    }

    @Override
    protected void startInternal() throws LifecycleException {
        try {
            link = new PlainLink(port, peer);
        } catch (IOException e) {
            throw new LifecycleException("cannot listen on port " + port, e);
        }
        super.startInternal();
    }

    @Override
    protected void stopInternal() throws LifecycleException {
        super.stopInternal();
        try {
            link.close();
        } catch (IOException e) {
            throw new LifecycleException(e);
        }
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (asks && request.getRequestedSessionId() != null) {
            link.exchange(QUESTION);
        }
        getNext().invoke(request, response);
        String name = changed(request);
        Session session = name == null ? null : request.getSessionInternal(false);
        if (session != null) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(session.getSession().getAttribute(name));
            }
            link.exchange(bytes.toByteArray());
        }
    }

    /** The attribute that such a request changes, or null. */
    private static String changed(Request request) {
        return switch (request.getPathInfo()) {
            case "/counter" -> "counter";
            case "/cart" -> "cart";
            case "/part" -> "part" + request.getParameter("i");
            default -> null;
        };
    }
}
