package dev.baton.tomcat;

import dev.baton.model.NodeId;
import dev.baton.node.Clock;
import dev.baton.node.MemoryNetwork;
import dev.baton.node.Transport;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Valve;
import org.apache.catalina.authenticator.AuthenticatorBase;
import org.apache.catalina.authenticator.NonLoginAuthenticator;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.filters.CsrfPreventionFilter;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.CrawlerSessionManagerValve;
import org.apache.tomcat.util.IntrospectionUtils;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.apache.tomcat.util.descriptor.web.LoginConfig;
import org.apache.tomcat.util.descriptor.web.SecurityCollection;
import org.apache.tomcat.util.descriptor.web.SecurityConstraint;

/**
 * Tomcats in this JVM, each with the application /shop on a node of its own, over a network in memory. HTTP and
 * sessions are real. Every wait has a limit.
 */
final class TestTomcats implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final AtomicLong INCARNATIONS = new AtomicLong(System.currentTimeMillis());

    final MemoryNetwork network = new MemoryNetwork();
    final MovedClock clock = new MovedClock();
    final List<Node> nodes = new ArrayList<>();
    /** How long the start of a node waits for the cluster. */
    Duration startLimit = Duration.ofSeconds(60);
    private final Path directory;
    private final Function<NodeId, Transport> transports;
    private Consumer<Node> preparation = node -> { };
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT).build();

    interface Page {
        void answer(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException;
    }

    /** Who asks each request for its session before Baton's Valve. */
    enum Early {
        NOBODY {
            @Override
            void prepare(Node node) {
                // Nothing stands there.
            }
        },
        VALVE_OF_THE_HOST {
            @Override
            void prepare(Node node) {
                node.tomcat.getHost().getPipeline().addValve(new CrawlerSessionManagerValve());
            }
        },
        REQUEST_LISTENER {
            @Override
            void prepare(Node node) {
                node.context.addApplicationEventListener(new ServletRequestListener() {
                    @Override
                    public void requestInitialized(ServletRequestEvent event) {
                        ((HttpServletRequest) event.getServletRequest()).getSession(false);
                    }
                });
            }
        };

        /** Before the node starts. */
        abstract void prepare(Node node);
    }

    /** The machine's clock, moved forward by tests; all nodes share it. */
    static final class MovedClock implements Clock {
        private final AtomicLong ahead = new AtomicLong();
        /** Runs in each thread that asks for the date, before the answer. */
        volatile Runnable asked = () -> { };

        void move(Duration time) {
            ahead.addAndGet(time.toNanos());
        }

        @Override
        public long nanos() {
            return System.nanoTime() + ahead.get();
        }

        @Override
        public long wallMillis() {
            asked.run();
            return System.currentTimeMillis() + ahead.get() / 1_000_000;
        }
    }

    /** One Tomcat. */
    final class Node {
        final String name;
        final Tomcat tomcat = new Tomcat();
        final Assembly assembly = new Assembly((settings, self) -> transports.apply(self), clock, startLimit.toNanos());
        StandardContext context;
        BatonManager manager;

        Node(String name) {
            this.name = name;
            tomcat.setBaseDir(directory.resolve(name).toString());
            tomcat.setPort(0);
            tomcat.getEngine().setName(name);
            tomcat.getEngine().setJvmRoute(name);
            tomcat.getConnector();
        }

        StandardContext application(String path, Map<String, String> settings, Consumer<Context> more) {
            StandardContext added = new StandardContext();
            added.setName(path);
            added.setPath(path);
            added.setDocBase(directory.toString());
            added.addLifecycleListener(new Tomcat.FixContextListener());
            added.setParent(tomcat.getHost());
            BatonManager made = new BatonManager();
            made.assembly(assembly);
            made.setSerialFilter("dev.baton.tomcat.*");
            settings.forEach((name, value) -> IntrospectionUtils.setProperty(made, name, value));
            added.setManager(made);
            more.accept(added);
            tomcat.getHost().addChild(added);
            return added;
        }

        int port() {
            return tomcat.getConnector().getLocalPort();
        }

        NodeId self() {
            return manager.deployment().node().self();
        }
    }

    TestTomcats() {
        transports = self -> network.port(self.name(), INCARNATIONS.incrementAndGet());
        directory = newDirectory();
    }

    /** Over another network than {@link #network}. */
    TestTomcats(Function<NodeId, Transport> transports) {
        this.transports = transports;
        directory = newDirectory();
    }

    private static Path newDirectory() {
        try {
            return Files.createTempDirectory("baton-tomcats");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What else is to be done with each node before it starts. */
    void prepare(Consumer<Node> more) {
        preparation = more;
    }

    /** Adds nodes n1, n2, … with the application /shop and waits until every session will have its backup. */
    TestTomcats start(int size, Map<String, String> settings, Consumer<Context> more) throws LifecycleException {
        for (int i = 0; i < size; i++) {
            Node node = new Node("n" + (nodes.size() + 1));
            node.context = node.application("/shop", settings, more);
            node.manager = (BatonManager) node.context.getManager();
            preparation.accept(node);
            node.tomcat.start();
            nodes.add(node);
        }
        await("all members, all backups", () -> nodes.stream().allMatch(n -> {
            Map<String, Object> status = n.manager.status(null);
            return ((List<?>) status.get("members")).size() == nodes.size()
                    && (nodes.size() == 1 || status.get("underReplicated").equals(0));
        }));
        return this;
    }

    /** Only users get {@code /secret}; the authenticator takes the place of the one that lets everybody in. */
    static void secure(Context context, LoginConfig login, AuthenticatorBase authenticator) {
        context.setLoginConfig(login);
        SecurityCollection secret = new SecurityCollection();
        secret.addPatternDecoded("/secret");
        SecurityConstraint constraint = new SecurityConstraint();
        constraint.addCollection(secret);
        constraint.addAuthRole("user");
        context.addConstraint(constraint);
        context.addSecurityRole("user");
        for (Valve valve : context.getPipeline().getValves()) {
            if (valve instanceof NonLoginAuthenticator) {
                context.getPipeline().removeValve(valve);
            }
        }
        context.getPipeline().addValve(authenticator);
    }

    /** Everything but that page wants a nonce. */
    static void guardAgainstForgery(Context context, String entryPoint) {
        FilterDef filter = new FilterDef();
        filter.setFilterName("csrf");
        filter.setFilterClass(CsrfPreventionFilter.class.getName());
        filter.setFilter(new CsrfPreventionFilter());
        filter.addInitParameter("entryPoints", entryPoint);
        context.addFilterDef(filter);
        FilterMap map = new FilterMap();
        map.setFilterName("csrf");
        map.addURLPattern("/*");
        context.addFilterMap(map);
    }

    static void page(Context context, String path, Page page) {
        Tomcat.addServlet(context, path, new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response)
                    throws IOException, ServletException {
                page.answer(request, response);
            }
        }).setAsyncSupported(true);
        context.addServletMappingDecoded(path, path);
    }

    /** Somebody with a browser: keeps cookies. */
    final class Visitor {
        private final Map<String, String> cookies = new LinkedHashMap<>();

        HttpResponse<String> get(int node, String path) throws IOException, InterruptedException {
            return send(node, HttpRequest.newBuilder().GET(), path);
        }

        HttpResponse<String> post(int node, String path, String form) throws IOException, InterruptedException {
            return send(node, HttpRequest.newBuilder().header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form)), path);
        }

        /** @param headers names and values in turn */
        HttpResponse<String> getWith(int node, String path, String... headers)
                throws IOException, InterruptedException {
            return send(node, HttpRequest.newBuilder().headers(headers), path);
        }

        HttpResponse<String> send(int node, HttpRequest.Builder request, String path)
                throws IOException, InterruptedException {
            request.uri(URI.create("http://localhost:" + nodes.get(node - 1).port() + path));
            if (!cookies.isEmpty()) {
                request.header("Cookie", String.join("; ",
                        cookies.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList()));
            }
            HttpResponse<String> response = answer(path,
                    http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString()));
            for (String cookie : response.headers().allValues("Set-Cookie")) {
                String pair = cookie.split(";")[0];
                cookies.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
            }
            return response;
        }

        String text(int node, String path) throws IOException, InterruptedException {
            HttpResponse<String> response = get(node, path);
            return response.statusCode() == 200 ? response.body() : response.statusCode() + " " + response.body();
        }

        String session() {
            return cookies.get("JSESSIONID");
        }

        String cookie(String name) {
            return cookies.get(name);
        }

        /** @param value null: without it from now on */
        void cookie(String name, String value) {
            if (value == null) {
                cookies.remove(name);
            } else {
                cookies.put(name, value);
            }
        }

        void session(String id) {
            cookie("JSESSIONID", id);
        }
    }

    /** Waits in steps, of which a machine that stands still meanwhile uses up one only. */
    private static <T> T answer(String path, CompletableFuture<T> answer) throws IOException, InterruptedException {
        for (int second = 0; second < LIMIT.toSeconds(); second++) {
            try {
                return answer.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                // The next step.
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException failure) {
                    throw failure;
                }
                throw new AssertionError(e);
            }
        }
        answer.cancel(true);
        throw new AssertionError("no answer to " + path + " in " + LIMIT.toSeconds() + " s; at work: " + atWork());
    }

    /** Where Baton's and the connectors' threads are, in a line. */
    private static String atWork() {
        return Thread.getAllStackTraces().entrySet().stream()
                .map(e -> e.getKey().getName() + " " + e.getKey().getState() + " " + Arrays.stream(e.getValue())
                        .map(f -> f.getClassName() + "." + f.getMethodName() + ":" + f.getLineNumber())
                        .filter(f -> f.startsWith("dev.baton.")).map(f -> f.substring("dev.baton.".length()))
                        .collect(Collectors.joining(" < ")))
                .filter(t -> t.contains(":")).sorted().collect(Collectors.joining("; "));
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("not within the time");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within the time: " + what);
            }
            Thread.onSpinWait();
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Override
    public void close() throws LifecycleException, IOException {
        for (Node node : nodes) {
            node.tomcat.stop();
            node.tomcat.destroy();
        }
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        }
    }
}
