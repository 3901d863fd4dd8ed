package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
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

/** Applications that are stopped, started, reloaded and redeployed while people use them. */
class ReloadTest {
    private final TestTomcats tomcats = new TestTomcats();
    private final List<String> destroyed = new CopyOnWriteArrayList<>();
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
                        assertThat(answer.statusCode()).isIn(404, 503);
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
