package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.itests.cluster.Answer;
import dev.baton.itests.cluster.Await;
import dev.baton.itests.cluster.Cluster;
import dev.baton.itests.cluster.Node;
import dev.baton.itests.cluster.Visitor;
import dev.baton.itests.cluster.WebApp;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.ContainerController;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A class of tests that share one cluster: what a test killed, stopped or paused is back before the next one begins.
 * After the class all nodes end.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
abstract class ClusterTest {
    /** Baton with the settings of a new user. */
    static final WebApp SHOP = WebApp.named("shop");
    /** Requests of one session run one after the other in a process. */
    static final WebApp ORDERLY = WebApp.named("orderly").with("threadLocks", "session");
    /** What a request touches is locked for it to its end. */
    static final WebApp CAREFUL = WebApp.named("careful").with("threadLocks", "attribute");
    /** Nobody waits long for a session that is in use elsewhere. */
    static final WebApp HASTY = WebApp.named("hasty").with("lockTimeout", "3000");

    /** One request may wait for a session, no more. */
    static final WebApp NARROW = WebApp.named("narrow").with("maxWaiters", "1");

    @RegisterExtension
    final AfterTestExecutionCallback pictureOfAFailure = context -> context.getExecutionException().ifPresent(
            e -> this.cluster.picture(getClass().getSimpleName() + "." + context.getRequiredTestMethod().getName()));

    /** Whether the cluster could not be made whole: no test of the class waits for that again. */
    private boolean broken;

    @ArquillianResource
    private ContainerController controller;

    Cluster cluster;
    Node node1;
    Node node2;
    /** Null in a cluster of two. */
    Node node3;

    int size() {
        return 3;
    }

    /** Nodes that are no Tomcats: a subclass starts them before, and again after each test. */
    int others() {
        return 0;
    }

    List<WebApp> applications() {
        return List.of(SHOP, ORDERLY, CAREFUL, HASTY, NARROW);
    }

    @BeforeEach
    @Timeout(value = 240, unit = TimeUnit.SECONDS)
    final void theClusterIsWhole() {
        if (cluster == null) {
            cluster = new Cluster(getClass().getSimpleName(), size(), applications(), controller);
            node1 = cluster.node(1);
            node2 = cluster.node(2);
            node3 = size() > 2 ? cluster.node(3) : null;
        }
        assertThat(broken).as("the cluster did not become whole again before a former test").isFalse();
        broken = true;
        cluster.whole(others());
        broken = false;
    }

    @AfterEach
    final void nobodyStandsStill() {
        cluster.wake();
    }

    @AfterAll
    final void theClusterEnds() {
        if (cluster != null) {
            cluster.end();
        }
    }

    /** A request inside the application at that node, holding the session. */
    static CompletableFuture<Answer> heldAt(Node node, Visitor visitor, String door) {
        CompletableFuture<Answer> held = visitor.postingAt(node, "hold?name=" + door);
        Await.until("a request is inside at " + node, 20,
                () -> visitor.stranger().getAt(node, "door?name=" + door).text().equals("occupied"));
        return held;
    }

    /** Lets the request behind the door go on. */
    static void open(Node node, Visitor visitor, String door) {
        assertThat(visitor.stranger().postAt(node, "door?name=" + door).text()).isEqualTo("opened");
    }
}
