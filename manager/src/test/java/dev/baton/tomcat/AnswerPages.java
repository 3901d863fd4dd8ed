package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.catalina.Context;
import org.apache.catalina.Session;
import org.apache.catalina.authenticator.FormAuthenticator;
import org.apache.catalina.core.StandardContext;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.apache.tomcat.util.descriptor.web.LoginConfig;

/**
 * An application that ends its answers in every way there is, and changes the session once in each request, at the
 * moment when this is most likely to be missed.
 */
final class AnswerPages {
    static final String START = "/start";
    /** For a form larger than the connector allows: Tomcat makes it an error, and closes the connection. */
    static final String UPLOAD = "/upload";
    /** Of {@link #MAKING}: only users get that page, so Tomcat makes a session, keeps the request, and shows a form. */
    static final String LOGIN = "secret";
    private static final byte[] TEN = "0123456789".getBytes();
    /** Ways in which a request listener changes the session; in some it then ends that late use of it early. */
    private static final Set<String> BY_LISTENER = Set.of("requestListener", "listenerThenAccessor",
            "listenerThenEndAccess", "listenerAfterException", "completeThenListener");
    /** Failures whose error page does not change the session. */
    private static final Set<String> QUIET = Set.of("/shop/listenerAfterException", "/shop/onError", "/shop" + UPLOAD);

    /** Ways to end an answer, with the status that they bring. */
    static final Map<String, Integer> WAYS = Map.ofEntries(
            Map.entry("nothing", 200), Map.entry("small", 200), Map.entry("length", 200),
            Map.entry("lengthAndFlush", 200), Map.entry("lengthInPieces", 200), Map.entry("lengthExceeded", 200),
            Map.entry("overBufferWithLength", 200), Map.entry("emptyAndFlush", 200), Map.entry("close", 200),
            Map.entry("closeWriter", 200), Map.entry("flush", 200), Map.entry("overBuffer", 200),
            Map.entry("noContentAndFlush", 204), Map.entry("resetContentAndFlush", 205),
            Map.entry("notModifiedAndFlush", 304), Map.entry("sendfile", 200), Map.entry("sendfileAndFlush", 200), Map.entry("trailers", 200),
            Map.entry("redirect", 302), Map.entry("sendError", 418), Map.entry("exception", 500),
            Map.entry("closeThenException", 200), Map.entry("forward", 200), Map.entry("include", 200),
            Map.entry("requestListener", 200), Map.entry("listenerAfterException", 200),
            Map.entry("listenerThenAccessor", 200), Map.entry("listenerThenEndAccess", 200),
            Map.entry("complete", 200), Map.entry("completeAfterClose", 200),
            Map.entry("dispatch", 200), Map.entry("writeListener", 200), Map.entry("upgrade", 101),
            Map.entry("onTimeout", 200), Map.entry("timeoutPage", 500), Map.entry("onError", 500),
            Map.entry("onComplete", 200), Map.entry("readListener", 200), Map.entry("completeThenListener", 200));
    /** Ways to answer who has no session yet: the request makes it, or Tomcat does where it asks for a login. */
    static final Map<String, Integer> MAKING = Map.of("create", 200, "createWithLength", 200, "createAndClose", 200,
            "createAndFlush", 200, "createAndRedirect", 302, "createEmptyAndFlush", 204, LOGIN, 200);

    private final Path bigFile;

    /** @param bigFile what is sent with sendfile */
    AnswerPages(Path bigFile) {
        this.bigFile = bigFile;
    }

    static int status(String way) {
        return WAYS.getOrDefault(way, MAKING.get(way));
    }

    /** What {@code GET} is answered with in that way: so many bytes. */
    static int size(String way) {
        return switch (way) {
            case "nothing", "emptyAndFlush", "noContentAndFlush", "resetContentAndFlush", "notModifiedAndFlush",
                    "redirect", "upgrade", "createAndRedirect", "createEmptyAndFlush" -> 0;
            case "overBufferWithLength", "sendfile", "sendfileAndFlush" -> 100_000;
            case "overBuffer" -> 20_000;
            default -> 10;
        };
    }

    void addTo(Context context) {
        TestTomcats.page(context, START, (q, r) -> {
            q.getSession().setAttribute("count", new int[1]);
            r.getWriter().print("started");
        });
        TestTomcats.page(context, "/count", (q, r) -> r.getWriter().print(count(q) == null ? "none" : count(q)[0]));
        for (String way : WAYS.keySet()) {
            TestTomcats.page(context, "/" + way, (q, r) -> answer(way, q, r));
        }
        for (String way : MAKING.keySet()) {
            TestTomcats.page(context, "/" + way, (q, r) -> make(way, q, r));
        }
        TestTomcats.page(context, "/login", (q, r) -> {
            r.setContentLength(10);
            r.getOutputStream().write(TEN);
            r.getOutputStream().close();
        });
        TestTomcats.secure(context, new LoginConfig("FORM", "shop", "/login", "/login"), new FormAuthenticator());
        TestTomcats.page(context, UPLOAD, AnswerPages::abortedUpload);
        TestTomcats.page(context, "/target", (q, r) -> r.getOutputStream().write(TEN));
        TestTomcats.page(context, "/error", (q, r) -> {
            Object failed = q.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
            if (!QUIET.contains(failed)) {
                change(q);
            }
            r.getOutputStream().write(TEN);
        });
        ErrorPage page = new ErrorPage();
        page.setLocation("/error");
        context.addErrorPage(page);
        ((StandardContext) context).addApplicationEventListener(new ServletRequestListener() {
            @Override
            public void requestDestroyed(ServletRequestEvent event) {
                HttpServletRequest request = (HttpServletRequest) event.getServletRequest();
                String way = request.getServletPath().substring(1);
                if (BY_LISTENER.contains(way)) {
                    change(request);
                }
                if (way.equals("listenerThenAccessor")) {
                    request.getSession(false).getAccessor().access(session -> { });
                } else if (way.equals("listenerThenEndAccess")) {
                    // As the end of a dispatch to another application does.
                    Session session = ((BatonManager) context.getManager()).findSession(request.getRequestedSessionId());
                    session.access();
                    session.endAccess();
                }
            }
        });
    }

    private static int[] count(HttpServletRequest request) {
        return (int[]) request.getSession(false).getAttribute("count");
    }

    /** In place. */
    private static void change(HttpServletRequest request) {
        count(request)[0]++;
    }

    private void answer(String way, HttpServletRequest q, HttpServletResponse r) throws IOException, ServletException {
        ServletOutputStream out = way.equals("closeWriter") ? null : r.getOutputStream();
        switch (way) {
            case "small" -> out.write(TEN);
            case "length", "lengthAndFlush", "requestListener", "listenerThenAccessor", "listenerThenEndAccess" -> {
                r.setContentLength(10);
                out.write(TEN);
            }
            case "lengthInPieces" -> {
                r.setContentLength(10);
                for (byte each : TEN) {
                    out.write(each);
                    out.flush();
                }
            }
            case "lengthExceeded" -> {
                r.setContentLength(10);
                byte[] twenty = new byte[20];
                System.arraycopy(TEN, 0, twenty, 0, 10);
                out.write(twenty, 0, 20);
            }
            case "overBufferWithLength" -> {
                r.setContentLength(100_000);
                repeat(out, 10_000);
            }
            case "emptyAndFlush" -> r.setContentLength(0);
            case "close", "closeThenException", "listenerAfterException" -> {
                out.write(TEN);
                out.close();
            }
            case "closeWriter" -> {
                r.getWriter().print(new String(TEN));
                r.getWriter().close();
            }
            case "flush" -> {
                out.write(TEN);
                out.flush();
            }
            case "overBuffer" -> repeat(out, 2_000);
            case "noContentAndFlush" -> r.setStatus(204);
            case "resetContentAndFlush" -> r.setStatus(205);
            case "notModifiedAndFlush" -> r.setStatus(304);
            case "sendfile", "sendfileAndFlush" -> {
                r.setContentLength(100_000);
                boolean supported = Boolean.TRUE.equals(q.getAttribute("org.apache.tomcat.sendfile.support"));
                if (supported && q.getMethod().equals("GET")) {
                    q.setAttribute("org.apache.tomcat.sendfile.filename", bigFile.toString());
                    q.setAttribute("org.apache.tomcat.sendfile.start", 0L);
                    q.setAttribute("org.apache.tomcat.sendfile.end", 100_000L);
                } else {
                    repeat(out, 10_000);
                }
            }
            case "trailers" -> {
                r.setTrailerFields(() -> Map.of("After", "all"));
                out.write(TEN);
                out.flush();
            }
            case "redirect" -> r.sendRedirect("/shop/target");
            case "sendError" -> {
                // The page changes the session.
                r.sendError(418);
                return;
            }
            case "exception" -> throw new ServletException("on purpose");
            case "forward" -> q.getRequestDispatcher("/target").forward(q, r);
            case "include" -> {
                q.getRequestDispatcher("/target").include(q, r);
                out.flush();
            }
            case "complete", "completeAfterClose", "dispatch", "writeListener", "readListener", "completeThenListener" -> {
                asynchronous(way, q, r);
                return;
            }
            case "onTimeout", "timeoutPage", "onError", "onComplete" -> {
                byAsyncListener(way, q, r);
                return;
            }
            case "upgrade" -> q.upgrade(Upgraded.class);
            default -> {
            }
        }
        if (way.endsWith("AndFlush")) {
            r.flushBuffer();
        }
        if (way.endsWith("Exception")) {
            throw new ServletException("on purpose");
        }
        if (!BY_LISTENER.contains(way)) {
            change(q);
        }
    }

    private static void make(String way, HttpServletRequest q, HttpServletResponse r) throws IOException {
        HttpSession session = q.getSession();
        if (session.getAttribute("count") == null) {
            session.setAttribute("count", new int[1]);
        }
        change(q);
        switch (way) {
            case "createAndRedirect" -> r.sendRedirect("/shop/target");
            case "createEmptyAndFlush" -> r.setStatus(204);
            case "createWithLength" -> {
                r.setContentLength(10);
                r.getOutputStream().write(TEN);
            }
            default -> r.getOutputStream().write(TEN);
        }
        if (way.endsWith("AndFlush")) {
            r.flushBuffer();
        } else if (way.endsWith("AndClose")) {
            r.getOutputStream().close();
        }
    }

    private static void repeat(ServletOutputStream out, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            out.write(TEN);
        }
    }

    private static void abortedUpload(HttpServletRequest q, HttpServletResponse r) {
        AsyncContext async = q.startAsync();
        assertThatThrownBy(() -> q.getParameter("all")).isInstanceOf(IllegalStateException.class);
        CompletableFuture.runAsync(() -> change(q)).join();
        async.complete();
    }

    /** The container's thread does not use the session at all. */
    private static void asynchronous(String way, HttpServletRequest q, HttpServletResponse r) throws IOException {
        AsyncContext async = q.startAsync();
        switch (way) {
            case "complete" -> async.start(() -> {
                write(r);
                change(q);
                async.complete();
            });
            case "completeAfterClose" -> async.start(() -> {
                r.setContentLength(10);
                write(r);
                change(q);
                async.complete();
            });
            case "dispatch" -> async.start(() -> {
                change(q);
                async.dispatch("/target");
            });
            case "completeThenListener" -> async.start(() -> {
                r.setContentLength(10);
                write(r);
                async.complete();
            });
            case "readListener" -> q.getInputStream().setReadListener(new ReadListener() {
                @Override
                public void onDataAvailable() {
                    // There is no body.
                }

                @Override
                public void onAllDataRead() {
                    r.setContentLength(10);
                    write(r);
                    change(q);
                    async.complete();
                }

                @Override
                public void onError(Throwable t) {
                    async.complete();
                }
            });
            default -> {
                r.setContentLength(10);
                r.getOutputStream().setWriteListener(new WriteListener() {
                    private boolean written;

                    @Override
                    public void onWritePossible() throws IOException {
                        if (!written && r.getOutputStream().isReady()) {
                            written = true;
                            r.getOutputStream().write(TEN);
                            change(q);
                            async.complete();
                        }
                    }

                    @Override
                    public void onError(Throwable t) {
                        async.complete();
                    }
                });
            }
        }
    }

    private static void byAsyncListener(String way, HttpServletRequest q, HttpServletResponse r)
            throws ServletException {
        AsyncContext async = q.startAsync();
        async.addListener(new AsyncListener() {
            @Override
            public void onComplete(AsyncEvent event) {
                if (way.equals("onComplete")) {
                    change(q);
                }
            }

            @Override
            public void onTimeout(AsyncEvent event) {
                if (way.equals("onTimeout")) {
                    r.setContentLength(10);
                    write(r);
                    change(q);
                    async.complete();
                }
            }

            @Override
            public void onError(AsyncEvent event) {
                if (way.equals("onError")) {
                    // The error page has answered.
                    change(q);
                    async.complete();
                }
            }

            @Override
            public void onStartAsync(AsyncEvent event) {
                throw new AssertionError("started once only");
            }
        });
        switch (way) {
            case "onComplete" -> async.start(() -> {
                r.setContentLength(10);
                write(r);
                async.complete();
            });
            case "onError" -> throw new ServletException("on purpose");
            default -> async.setTimeout(1);
        }
    }

    private static void write(HttpServletResponse response) {
        try {
            response.getOutputStream().write(TEN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The other side of an upgrade, as a WebSocket is one: closes at once. */
    public static final class Upgraded implements HttpUpgradeHandler {
        @Override
        public void init(WebConnection connection) {
            try {
                connection.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void destroy() {
            // Nothing is kept.
        }
    }
}
