package dev.baton.tomcat;

import dev.baton.node.SessionUnavailable;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.util.SessionConfig;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Constants;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.http.FastHttpDateFormat;

/**
 * The answer to a request whose session cannot be had, or whose changes are not known to be durable: 503 with
 * {@code Retry-After} and a body that says which; where the answer has begun already, the connection is cut.
 */
final class Refusal {
    private static final Log log = LogFactory.getLog(Refusal.class);
    /** A request's note: the id that it gave its session. */
    private static final String NEW_ID = Refusal.class.getName();
    private static final String COOKIE = "Set-Cookie";

    private Refusal() {
    }

    /** From within the application's pipeline: its own error page answers, where it has one. */
    static void answer(Request request, Response response, SessionUnavailable why, BatonManager manager)
            throws IOException {
        answer(request, response, why, manager, hasPage(request));
    }

    /** From a Valve of the Host, which nobody calls an error page behind. */
    static void answerByText(Request request, Response response, SessionUnavailable why, BatonManager manager)
            throws IOException {
        answer(request, response, why, manager, false);
    }

    private static void answer(Request request, Response response, SessionUnavailable why, BatonManager manager,
                               boolean byPage) throws IOException {
        // Tomcat hands an upgraded connection over whatever the answer has become.
        boolean cut = response.isCommitted() || request.isAsync()
                || response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS;
        refused(RequestName.of(request), why, manager, cut);
        if (cut) {
            cut(request, why);
            return;
        }
        boolean cutOff = manager.cutOff();
        request.removeAttribute(RequestDispatcher.ERROR_EXCEPTION);
        request.removeAttribute(RequestDispatcher.ERROR_EXCEPTION_TYPE);
        // Else Tomcat would send the file behind the refusal's head.
        request.removeAttribute(Constants.SENDFILE_FILENAME_ATTR);
        String cookie = cookieOfNewId(request);
        response.setSuspended(false);
        response.reset();
        if (cookie != null) {
            response.addHeader(COOKIE, cookie);
        }
        response.setHeader("Retry-After", Integer.toString(why.retryAfterSeconds()));
        response.setHeader("Cache-Control", "no-store");
        if (byPage) {
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE, reason(why, cutOff));
            return;
        }
        response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setContentType("text/plain");
        response.setCharacterEncoding("UTF-8");
        response.getWriter().write(text(why, cutOff));
        // The servlet's exception may have marked the response; this is the report.
        response.setErrorReported();
    }

    /** Whether the application has a page of its own for refusals. */
    static boolean hasPage(Request request) {
        return request.getContext().findErrorPage(HttpServletResponse.SC_SERVICE_UNAVAILABLE) != null;
    }

    /** The request gave its session another id, which is durable: whatever becomes of its other changes. */
    static void renamed(Request request, String newId) {
        request.setNote(NEW_ID, newId);
    }

    /**
     * What tells the client the id that the request gave its session, so far: the one that the client has is void, and
     * a refusal must not keep the other one from it. Null where the client has no session, or that one goes on.
     */
    static String cookieOfNewId(Request request) {
        Object id = request.getNote(NEW_ID);
        if (id == null || !id.equals(request.getRequestedSessionId())) {
            return null;
        }
        String start = SessionConfig.getSessionCookieName(request.getContext()) + "=" + id;
        return request.getResponse().getHeaders(COOKIE).stream().filter(c -> c.startsWith(start)).findFirst()
                .orElse(null);
    }

    /**
     * The same answer as the bytes of HTTP/1.1, for a connection that is closed behind it.
     *
     * @param cookie from {@link #cookieOfNewId}
     */
    static byte[] answer(SessionUnavailable why, boolean cutOff, boolean head, String cookie) {
        String text = text(why, cutOff);
        return ("HTTP/1.1 503 \r\nRetry-After: " + why.retryAfterSeconds() + "\r\nCache-Control: no-store\r\n"
                + (cookie == null ? "" : COOKIE + ": " + cookie + "\r\n")
                + "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: " + text.length() + "\r\nDate: "
                + FastHttpDateFormat.getCurrentDate() + "\r\nConnection: close\r\n\r\n" + (head ? "" : text))
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** For the log and the counter, of every request that is answered so. */
    static void refused(String request, SessionUnavailable why, BatonManager manager, boolean cut) {
        manager.refused();
        log.warn("Refused " + request + ": " + reason(why, manager.cutOff()) + ": " + why.getMessage()
                + (cut ? " (the answer had begun: connection cut)" : ""));
    }

    private static String text(SessionUnavailable why, boolean cutOff) {
        return "503 Session unavailable: " + reason(why, cutOff) + ".\nPlease try again in "
                + why.retryAfterSeconds() + " s.\n";
    }

    /** What the client hears; nodes and sessions are named in the log only. */
    static String reason(SessionUnavailable why, boolean cutOff) {
        return switch (why.reason()) {
            case LOCKED -> "lock busy, another request is using the session";
            case DEADLOCK -> "deadlock, requests of this session would have waited for each other for ever";
            case OVERLOADED -> "lock busy, too many requests wait for a session";
            case STORE_UNREACHABLE, NOT_GIVEN -> cutOff ? "minority, most nodes that store sessions are out of reach"
                    : "store unreachable";
            case OUTCOME_UNKNOWN -> "outcome unknown, the change was not acknowledged in time";
            case TOKEN_LOST -> "lock lost while the request was using the session, its changes are not kept";
            case TOO_FEW_COPIES -> "too few copies of the session are in sync, its changes are not kept";
            case STOPPING -> "not running here, the application or its node is stopping or did not start";
        };
    }

    /** Ends the connection, of HTTP/2 the stream, without completing the answer: nobody takes it for a success. */
    static void cut(Request request, Throwable why) {
        ResponseHold hold = ResponseHold.install(request);
        if (hold != null) {
            hold.cut();
        }
        request.getCoyoteRequest().action(ActionCode.CLOSE_NOW, why);
        if (hold != null && !"HTTP/2.0".equals(request.getProtocol())) {
            ConnectionReset.of(hold.processor());
        }
    }

    static void logLate(SessionUnavailable why) {
        log.error("A change made after the application's part of a request is not known to be durable: "
                + why.getMessage());
    }
}
