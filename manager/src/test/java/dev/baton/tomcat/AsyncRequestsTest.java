package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.api.SessionLocks;
import dev.baton.api.SessionLocks.Held;
import dev.baton.protocol.Message;
import dev.baton.tomcat.wire.Http1Client;
import dev.baton.tomcat.wire.Http2Client;
import dev.baton.tomcat.wire.WireClient;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.catalina.connector.ClientAbortException;
import org.apache.catalina.core.StandardContext;
import org.apache.coyote.http2.Http2Protocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an asynchronous request changes in place, and has locked, after its container thread has left. */
class AsyncRequestsTest {
    private final LockPages pages = new LockPages();

    @AfterEach
    void stop() throws Exception {
        pages.close();
    }

    private TestTomcats.Visitor start(String threadLocks) throws Exception {
        pages.start(2, Map.of("threadLocks", threadLocks, "lockTimeout", "600000", "commitTimeout", "600000"));
        return pages.visitor((q, s) -> {
            s.setAttribute("cart", new int[1]);
            return "set up";
        });
    }

    private static int[] cart(HttpSession session) {
        return (int[]) session.getAttribute("cart");
    }

    private String get(TestTomcats.Visitor visitor, int node, String step) throws Exception {
        return LockPages.text(pages.later(visitor, node, step));
    }

    /** Stays in the session: a request's, until its container thread has left, and one for each lock. */
    private int inside(TestTomcats.Visitor visitor, int node) {
        return ((TrackedSession) pages.tomcats.nodes.get(node - 1).manager.findSession(visitor.session())).state()
                .inside();
    }

    @ParameterizedTest
    @CsvSource({"none, false", "none, true", "attribute, false", "attribute, true", "session, false", "session, true"})
    @DisplayName("T5: what was fetched before startAsync and is changed in place later is saved when the request completes")
    void whatTheContainersThreadFetchedIsComparedAtTheEnd(String threadLocks, boolean elsewhereMeanwhile)
            throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TestTomcats.Visitor visitor = start(threadLocks);
        pages.step("async", (q, s) -> {
            int[] cart = cart(s);
            AsyncContext context = q.startAsync();
            context.setTimeout(0);
            pages.threads.submit(() -> {
                LockPages.await(go);
                cart[0]++;
                context.complete();
                return null;
            });
            started.countDown();
            return null;
        }).step("cart", (q, s) -> cart(s)[0]).step("add", (q, s) -> ++cart(s)[0]);
        CompletableFuture<HttpResponse<String>> async = pages.later(visitor, 1, "async");
        LockPages.await(started);
        TestTomcats.await("the container's thread has left", () -> inside(visitor, 1) == 0);
        if (elsewhereMeanwhile) {
            assertThat(get(visitor, 2, "cart")).isEqualTo("0");
        }
        go.countDown();
        assertThat(LockPages.text(async)).isEmpty();
        assertThat(get(visitor, 2, "add")).isEqualTo("2");
        assertThat(get(visitor, 1, "add")).isEqualTo("3");
    }

    @ParameterizedTest(name = "another node has used the session meanwhile: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("T5: the answer of a request that only read is sent, also where nobody can enter the session any more")
    void whoOnlyReadNeedsTheSessionNoMore(boolean elsewhereMeanwhile) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TestTomcats.Visitor visitor = start("none");
        pages.step("async", (q, s) -> {
            int[] cart = cart(s);
            HttpServletResponse response = (HttpServletResponse) q.getAttribute(LockPages.RESPONSE);
            AsyncContext context = q.startAsync();
            context.setTimeout(0);
            pages.threads.submit(() -> {
                LockPages.await(go);
                response.getWriter().print("read " + cart[0]);
                context.complete();
                return null;
            });
            started.countDown();
            return null;
        }).step("add", (q, s) -> ++cart(s)[0]);
        CompletableFuture<HttpResponse<String>> async = pages.later(visitor, 1, "async");
        LockPages.await(started);
        TestTomcats.await("the container's thread has left", () -> inside(visitor, 1) == 0);
        if (elsewhereMeanwhile) {
            assertThat(get(visitor, 2, "add")).isEqualTo("1");
        }
        TestTomcats.Node node = pages.tomcats.nodes.get(0);
        pages.tomcats.network.cut(node.self());
        TestTomcats.await("it is alone", node.manager::cutOff);
        go.countDown();
        assertThat(LockPages.text(async)).isEqualTo("read 0");
        pages.tomcats.network.heal(node.self());
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.1, all buffered", "HTTP/1.1, some written", "HTTP/1.1, abort swallowed",
        "HTTP/1.1, head too large", "HTTP/2, all buffered"})
    @DisplayName("L8: the locks end and the changes are saved of a request whose answer cannot be sent")
    void aRequestWhoseAnswerFailsEndsAsOthers(String protocol, String way) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch changed = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        pages.tomcats.prepare(node -> node.tomcat.getConnector().addUpgradeProtocol(new Http2Protocol()));
        TestTomcats.Visitor visitor = start("none");
        pages.step("async", (q, s) -> {
            HttpServletResponse response = (HttpServletResponse) q.getAttribute(LockPages.RESPONSE);
            if (way.equals("all buffered")) {
                response.setBufferSize(200_000);
            } else if (way.equals("some written")) {
                // The last of it stays in the connection's buffer.
                response.getOutputStream().write(new byte[20_000]);
            }
            SessionLocks.of(s).lock("cart");
            int[] cart = cart(s);
            AsyncContext context = q.startAsync();
            context.setTimeout(0);
            pages.threads.submit(() -> {
                LockPages.await(go);
                cart[0]++;
                changed.countDown();
                LockPages.await(gone);
                write(way, response);
                context.complete();
                return null;
            });
            started.countDown();
            return null;
        }).step("locked", (q, s) -> {
            try (Held held = SessionLocks.of(s).lock("cart")) {
                return ++cart(s)[0];
            }
        });
        Socket socket = new Socket("localhost", pages.tomcats.nodes.get(0).port());
        WireClient client = protocol.equals("HTTP/2") ? new Http2Client(socket) : new Http1Client(socket, protocol);
        client.send("GET", "/shop/run?step=async", visitor.session());
        LockPages.await(started);
        TestTomcats.await("the container's thread has left", () -> inside(visitor, 1) == 1);
        go.countDown();
        LockPages.await(changed);
        socket.setSoLinger(true, 0);
        socket.close();
        gone.countDown();
        assertThat(get(visitor, 1, "locked")).isEqualTo("2");
        assertThat(get(visitor, 2, "locked")).isEqualTo("3");
    }

    @Test
    @DisplayName("what is saved at the end of a request that nobody has a thread for keeps no other connection waiting")
    void aFullQueueOfTheConnectorStopsNobodyElse() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch saving = new CountDownLatch(1);
        try (ConnectorThreads threads = new ConnectorThreads(); Socket socket = new Socket()) {
            pages.tomcats.prepare(node -> {
                if (pages.tomcats.nodes.isEmpty()) {
                    threads.serve(node);
                }
            });
            TestTomcats.Visitor visitor = start("none");
            pages.step("stream", (q, s) -> {
                int[] cart = cart(s);
                ServletOutputStream out = ((HttpServletResponse) q.getAttribute(LockPages.RESPONSE)).getOutputStream();
                q.startAsync().setTimeout(0);
                out.setWriteListener(new WriteListener() {
                    @Override
                    public void onWritePossible() throws IOException {
                        cart[0] = 1;
                        while (out.isReady()) {
                            out.write(new byte[10_000]);
                        }
                        blocked.countDown();
                    }

                    @Override
                    public void onError(Throwable failure) {
                        // Nothing more is written.
                    }
                });
                return null;
            }).step("cart", (q, s) -> cart(s)[0]);
            socket.setReceiveBufferSize(4_096);
            socket.connect(new InetSocketAddress("localhost", pages.tomcats.nodes.get(0).port()));
            new Http1Client(socket, "HTTP/1.1").send("GET", "/shop/run?step=stream", visitor.session());
            LockPages.await(blocked);
            threads.awaitFree();
            pages.tomcats.network.hold((to, message) -> {
                if (message instanceof Message.Replicate) {
                    saving.countDown();
                    return true;
                }
                return false;
            });
            threads.full = true;
            TestTomcats.await("the connection is given up", () -> read(socket) && threads.wasRefused());
            threads.full = false;
            LockPages.await(saving);
            assertThat(pages.tomcats.new Visitor().get(1, "/elsewhere").statusCode()).isEqualTo(404);
            pages.tomcats.network.deliverHeld();
            assertThat(get(visitor, 2, "cart")).isEqualTo("1");
        }
    }

    /** What is there. */
    private static boolean read(Socket socket) {
        try {
            return socket.getInputStream().skip(socket.getInputStream().available()) >= 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest(name = "dispatched, and started again: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("tomcat-facts 36: with acknowledge=none, where nothing holds the answer, changes are saved on completion")
    void whereNothingHoldsTheAnswerCompletionIsTheEnd(boolean again) throws Exception {
        CountDownLatch completed = new CountDownLatch(1);
        CountDownLatch looked = new CountDownLatch(1);
        pages.start(2, Map.of("acknowledge", "none", "lockTimeout", "600000"), context ->
                ((StandardContext) context).addApplicationEventListener(new ServletRequestListener() {
                    @Override
                    public void requestDestroyed(ServletRequestEvent event) {
                        // Told when the listeners know of the completion, before the answer ends, and before any log.
                        if (event.getServletRequest().getAttribute("followed") != null) {
                            completed.countDown();
                            TestTomcats.await(looked);
                        }
                    }
                }));
        TestTomcats.Visitor visitor = pages.visitor((q, s) -> {
            s.setAttribute("cart", new int[1]);
            return "set up";
        });
        LockPages.Step last = (q, s) -> {
            int[] cart = cart(s);
            AsyncContext context = q.startAsync();
            context.setTimeout(0);
            q.setAttribute("followed", true);
            pages.threads.submit(() -> {
                // Later than what the container's thread, which leaves, compares.
                TestTomcats.await("the container's thread has left", () -> inside(visitor, 1) == 0);
                cart[0]++;
                context.complete();
            });
            return null;
        };
        pages.step("last", last).step("async", again ? (q, s) -> {
            cart(s);
            q.startAsync().dispatch("/run?step=last");
            return null;
        } : last).step("cart", (q, s) -> cart(s)[0]);
        CompletableFuture<HttpResponse<String>> async = pages.later(visitor, 1, "async");
        LockPages.await(completed);
        assertThat(get(visitor, 2, "cart")).isEqualTo("1");
        looked.countDown();
        assertThat(LockPages.text(async)).isEmpty();
        assertThat(get(visitor, 1, "cart")).isEqualTo("1");
    }

    private static void write(String way, HttpServletResponse response) throws IOException {
        switch (way) {
            case "all buffered" -> response.getOutputStream().write(new byte[150_000]);
            case "some written" -> {
            }
            case "abort swallowed" -> assertThatThrownBy(() -> {
                for (int i = 0; i < 1_000; i++) {
                    response.getOutputStream().write(new byte[10_000]);
                }
            }).isInstanceOf(ClientAbortException.class);
            default -> {
                response.setHeader("Large", "x".repeat(100_000));
                response.getOutputStream().write(1);
            }
        }
    }
}
