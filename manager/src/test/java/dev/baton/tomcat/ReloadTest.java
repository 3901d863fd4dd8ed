package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.NodeId;
import dev.baton.protocol.Message;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.lang.ref.WeakReference;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.Context;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.core.StandardContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Applications that are stopped, started, reloaded and redeployed while people use them. */
class ReloadTest {
    /**
     * What Tomcat answers whatever the manager is, by 500 where servlets are added as objects, as here: the request was
     * mapped, and its thread did not get on for a moment before it came to the servlet, which the reload took away. The
     * moments in which Baton lets it wait are looked at in {@link #whoWaitedOverAReloadIsRefused}.
     */
    private static final String SERVLET_GONE = "java.lang.NullPointerException: Cannot invoke"
            + " &quot;org.apache.catalina.core.StandardWrapper.getParent()&quot; because &quot;wrapper&quot; is null";

    private final TestTomcats tomcats = new TestTomcats();
    private final List<String> destroyed = new CopyOnWriteArrayList<>();
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    @TempDir
    private Path base;

    @AfterEach
    void stop() throws Exception {
        tomcats.close();
    }

    /** A value whose class each life of the application loads anew. */
    public static final class Counter implements Serializable {
        private static final long serialVersionUID = 1L;
        private int count;

        @Override
        public String toString() {
            return String.valueOf(++count);
        }
    }

    /** Tomcat forgets what was added to a context when it stops, so it is added whenever it starts. */
    private void application(Context context) {
        context.addLifecycleListener(event -> {
            if (Lifecycle.CONFIGURE_START_EVENT.equals(event.getType())) {
                pages(context);
            }
        });
    }

    /** As Tomcat's own deployer does: nothing of the former context is used again. */
    private void deploy(TestTomcats.Node node) {
        node.context = node.application("/shop", Map.of(), context -> {
            ((StandardContext) context).setDocBase(base.toString());
            application(context);
        });
    }

    private void pages(Context context) {
        List<String> ends = destroyed;
        TestTomcats.page(context, "/count", (q, r) -> count(q.getSession(), r));
        TestTomcats.page(context, "/end", (q, r) -> q.getSession().invalidate());
        TestTomcats.page(context, "/stay", (q, r) -> {
            inside.countDown();
            TestTomcats.await(goOn);
            r.getWriter().print(q.isRequestedSessionIdValid());
        });
        ((StandardContext) context).addApplicationLifecycleListener(new HttpSessionListener() {
            @Override
            public void sessionDestroyed(HttpSessionEvent event) {
                ends.add(event.getSession().getId());
            }
        });
    }

    private static void count(HttpSession session, HttpServletResponse response) throws IOException {
        synchronized (session) {
            Object counter = session.getAttribute("counter");
            if (counter == null) {
                try {
                    counter = Thread.currentThread().getContextClassLoader().loadClass(Counter.class.getName())
                            .getConstructor().newInstance();
                } catch (ReflectiveOperationException e) {
                    throw new AssertionError(e);
                }
                session.setAttribute("counter", counter);
            }
            assertThat(counter.getClass().getClassLoader()).as("child first")
                    .isSameAs(Thread.currentThread().getContextClassLoader());
            response.getWriter().print(counter);
        }
    }

    private void startWithOwnClasses(int size) throws Exception {
        Path file = base.resolve("WEB-INF/classes").resolve(Counter.class.getName().replace('.', '/') + ".class");
        Files.createDirectories(file.getParent());
        try (InputStream in = Counter.class.getResourceAsStream("ReloadTest$Counter.class")) {
            Files.copy(in, file);
        }
        tomcats.start(size, Map.of(), context -> {
            ((StandardContext) context).setDocBase(base.toString());
            application(context);
        });
    }

    /** Visitors who count until they are told to stop; none of their confirmed counts may be lost. */
    private final class Crowd {
        private final AtomicBoolean enough = new AtomicBoolean();
        private final List<CompletableFuture<Void>> people = new ArrayList<>();
        final AtomicInteger counted = new AtomicInteger();
        final AtomicInteger refused = new AtomicInteger();

        Crowd(int size, int nodes) {
            for (int i = 0; i < size; i++) {
                int first = i;
                people.add(CompletableFuture.runAsync(() -> visit(first, nodes)));
            }
        }

        private void visit(int first, int nodes) {
            TestTomcats.Visitor visitor = tomcats.new Visitor();
            int confirmed = 0;
            try {
                for (int i = first; !enough.get(); i++) {
                    HttpResponse<String> answer = visitor.get(1 + i % nodes, "/shop/count");
                    if (answer.statusCode() == 200) {
                        int now = Integer.parseInt(answer.body());
                        assertThat(now).as("after %s", confirmed).isGreaterThan(confirmed);
                        confirmed = now;
                        counted.incrementAndGet();
                    } else {
                        assertThat(answer.statusCode() == 500 && answer.body().contains(SERVLET_GONE) ? 503
                                : answer.statusCode()).as(answer.body()).isIn(404, 503);
                        refused.incrementAndGet();
                    }
                }
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        void goOn(int more) {
            int until = counted.get() + more;
            TestTomcats.await("the crowd goes on", () -> counted.get() >= until
                    || people.stream().anyMatch(CompletableFuture::isDone));
        }

        void leave() throws Exception {
            enough.set(true);
            for (CompletableFuture<Void> each : people) {
                each.get(30, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    @DisplayName("tomcat-facts 42: the only application of the only node is reloaded under load and loses no session")
    void aReloadLosesNothing() throws Exception {
        startWithOwnClasses(1);
        Crowd crowd = new Crowd(4, 1);
        crowd.goOn(40);
        for (int i = 0; i < 3; i++) {
            tomcats.nodes.get(0).context.reload();
            crowd.goOn(40);
        }
        crowd.leave();
        assertThat(destroyed).isEmpty();
    }

    @Test
    @DisplayName("tomcat-facts 42: an application of two nodes is reloaded on each under load and loses no session")
    void aReloadOnEachNodeLosesNothing() throws Exception {
        startWithOwnClasses(2);
        Crowd crowd = new Crowd(4, 2);
        crowd.goOn(40);
        for (int i = 0; i < 4; i++) {
            tomcats.nodes.get(i % 2).context.reload();
            crowd.goOn(40);
        }
        crowd.leave();
        assertThat(destroyed).isEmpty();
    }

    private CompletableFuture<HttpResponse<String>> begin(TestTomcats.Visitor visitor, int node, String path) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return visitor.get(node, path);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** A request of the session at node 2, which waits there until what is held is delivered. */
    private CompletableFuture<HttpResponse<String>> waiting(TestTomcats.Visitor visitor, Class<?> held) {
        CountDownLatch waits = new CountDownLatch(1);
        tomcats.network.hold((to, message) -> {
            boolean which = held.isInstance(message);
            if (which) {
                waits.countDown();
            }
            return which;
        });
        CompletableFuture<HttpResponse<String>> answer = begin(visitor, 2, "/shop/count");
        TestTomcats.await(waits);
        return answer;
    }

    private static void refused(CompletableFuture<HttpResponse<String>> answer) throws Exception {
        HttpResponse<String> refused = answer.get(30, TimeUnit.SECONDS);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body()).contains("stopping");
    }

    @Test
    @DisplayName("a request that looks its session up while its application is reloaded is refused, found or not")
    void whoWaitedOverAReloadIsRefused() throws Exception {
        startWithOwnClasses(3);
        TestTomcats.Node node = tomcats.nodes.get(1);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop/count")).isEqualTo("1");
        CompletableFuture<HttpResponse<String>> found = waiting(visitor, Message.Lookup.class);
        node.context.reload();
        tomcats.network.deliverHeld();
        refused(found);
        CompletableFuture<HttpResponse<String>> unknown = waiting(visitor, Message.Lookup.class);
        node.context.reload();
        tomcats.network.cut(node.manager.deployment().node().self());
        refused(unknown);
        tomcats.network.heal(node.manager.deployment().node().self());
        tomcats.network.deliverHeld();
        TestTomcats.await("the node is back", () -> !node.manager.cutOff());
        assertThat(visitor.text(2, "/shop/count")).isEqualTo("2");
    }

    @ParameterizedTest(name = "acquire={0}")
    @ValueSource(strings = {"access", "request"})
    @DisplayName("while an application waits for its last requests these go on, and who is not there yet is refused")
    void whoIsInTheServletGoesOn(String acquire) throws Exception {
        startWithOwnClasses(2);
        TestTomcats.Node node = tomcats.nodes.get(1);
        node.manager.setAcquire(acquire);
        // Tomcat looks twenty times in between whether its servlet is free.
        node.context.setUnloadDelay(10_000);
        node.context.reload();
        TestTomcats.Visitor early = tomcats.new Visitor();
        assertThat(early.text(2, "/shop/count")).isEqualTo("1");
        CompletableFuture<HttpResponse<String>> stays = begin(early, 2, "/shop/stay");
        TestTomcats.await(inside);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop/count")).isEqualTo("1");
        CompletableFuture<HttpResponse<String>> waits = waiting(visitor,
                acquire.equals("access") ? Message.Lookup.class : Message.Acquire.class);
        CompletableFuture<Void> reload = CompletableFuture.runAsync(node.context::reload);
        TestTomcats.await("the application stops", () -> !node.context.getState().isAvailable());
        tomcats.network.deliverHeld();
        refused(waits);
        goOn.countDown();
        assertThat(stays.get(30, TimeUnit.SECONDS).body()).isEqualTo("true");
        reload.get(30, TimeUnit.SECONDS);
        assertThat(visitor.text(2, "/shop/count")).isEqualTo("2");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"it dies while the application stops", "it is dead already, which is known while it stops",
            "it is dead already, which is known after the reload"})
    @DisplayName("B6, tomcat-facts 42: an application is reloaded when another node dies, and loses no session")
    void aReloadWhenAnotherNodeDies(String when) throws Exception {
        startWithOwnClasses(3);
        List<TestTomcats.Visitor> people = new ArrayList<>();
        for (int[] nodes : new int[][] {{1, 1}, {1, 1}, {1, 2}, {1, 2}, {1, 3}, {1, 3}, {2, 1}, {2, 2}, {3, 1}, {3, 2}}) {
            TestTomcats.Visitor visitor = tomcats.new Visitor();
            assertThat(visitor.text(nodes[0], "/shop/count")).isEqualTo("1");
            assertThat(visitor.text(nodes[1], "/shop/count")).isEqualTo("2");
            people.add(visitor);
        }
        NodeId dies = tomcats.nodes.get(0).self();
        if (when.contains("already")) {
            tomcats.network.silence(dies);
        }
        CountDownLatch stops = new CountDownLatch(1);
        tomcats.network.hold((to, message) -> {
            boolean back = message instanceof Message.Release && to.equals(dies);
            if (back) {
                stops.countDown();
            }
            return back;
        });
        CompletableFuture<Void> reload = CompletableFuture.runAsync(tomcats.nodes.get(1).context::reload);
        TestTomcats.await(stops);
        assertThat(reload).isNotDone();
        List<CompletableFuture<HttpResponse<String>>> meanwhile = new ArrayList<>();
        for (TestTomcats.Visitor visitor : people) {
            meanwhile.add(begin(visitor, 2 + people.indexOf(visitor) % 2, "/shop/count"));
        }
        if (when.contains("after")) {
            reload.get(30, TimeUnit.SECONDS);
        }
        tomcats.network.kill(dies);
        tomcats.network.deliverHeld();
        reload.get(30, TimeUnit.SECONDS);
        for (int i = 0; i < people.size(); i++) {
            HttpResponse<String> answer = meanwhile.get(i).get(30, TimeUnit.SECONDS);
            int confirmed = 2;
            if (answer.statusCode() == 200) {
                assertThat(answer.body()).isEqualTo(String.valueOf(++confirmed));
            } else {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
                assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            }
            int next = Integer.parseInt(people.get(i).text(2, "/shop/count"));
            assertThat(next).isBetween(confirmed + 1, answer.statusCode() == 200 ? confirmed + 1 : confirmed + 2);
            assertThat(people.get(i).text(3, "/shop/count")).isEqualTo(String.valueOf(next + 1));
        }
        assertThat(destroyed).isEmpty();
        people.get(0).get(2, "/shop/end");
        people.get(2).get(3, "/shop/end");
        tomcats.clock.move(Duration.ofMinutes(40));
        TestTomcats.await("all have ended", () -> destroyed.size() >= people.size());
        assertThat(destroyed).extracting(SessionIds::base).containsExactlyInAnyOrderElementsOf(
                people.stream().map(v -> SessionIds.base(v.session())).toList());
    }

    @Test
    @DisplayName("tomcat-facts 42, 43: after reload, undeployment and redeployment under load no class loader is left")
    void noClassLoaderIsLeft() throws Exception {
        startWithOwnClasses(2);
        TestTomcats.Node node = tomcats.nodes.get(0);
        TestTomcats.Visitor kept = tomcats.new Visitor();
        assertThat(kept.text(1, "/shop/count")).isEqualTo("1");
        Crowd crowd = new Crowd(4, 2);
        crowd.goOn(40);
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        loaders.add(new WeakReference<>(node.context.getLoader().getClassLoader()));
        node.context.reload();
        crowd.goOn(40);
        loaders.add(new WeakReference<>(node.context.getLoader().getClassLoader()));
        node.tomcat.getHost().removeChild(node.context);
        node.context = null;
        node.manager = null;
        assertThat(kept.text(2, "/shop/count")).isEqualTo("2");
        deploy(node);
        crowd.goOn(40);
        crowd.leave();
        assertThat(kept.text(1, "/shop/count")).isEqualTo("3");
        assertThat(destroyed).isEmpty();
        TestTomcats.await("the loaders of former lives are gone", () -> {
            System.gc();
            return loaders.stream().allMatch(l -> l.get() == null);
        });
    }
}
