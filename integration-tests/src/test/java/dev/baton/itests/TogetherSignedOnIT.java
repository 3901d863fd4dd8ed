package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.itests.cluster.Node;
import java.io.IOException;
import java.net.CookieManager;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Three nodes whose Host has Baton's single sign-on. */
class TogetherSignedOnIT extends ClusterTest {
    private static final String HOST = "autoDeploy=\"true\">";
    private static final String VALVE = "<Valve className=\"dev.baton.tomcat.BatonSingleSignOn\"/>";
    private static final String BASIC = "Basic "
            + Base64.getEncoder().encodeToString("anna:secret".getBytes(StandardCharsets.US_ASCII));

    @BeforeAll
    static void addTheValve() throws IOException {
        for (Path server : servers()) {
            String text = Files.readString(server);
            assertThat(text).contains(HOST).doesNotContain(VALVE);
            Files.writeString(server, text.replace(HOST, HOST + VALVE));
        }
    }

    @AfterAll
    static void takeTheValveAway() throws IOException {
        for (Path server : servers()) {
            Files.writeString(server, Files.readString(server).replace(VALVE, ""));
        }
    }

    private static List<Path> servers() {
        return Stream.of("node1", "node2", "node3")
                .map(node -> Path.of(System.getProperty("node.bases"), node, "conf", "server.xml")).toList();
    }

    /** Somebody with one browser for all applications and nodes. */
    private static final class Browser {
        private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .cookieHandler(new CookieManager()).connectTimeout(Duration.ofSeconds(5)).build();

        String get(Node node, String what) throws Exception {
            return send(node, what, HttpRequest.newBuilder().GET());
        }

        String send(Node node, String what, HttpRequest.Builder request) throws Exception {
            HttpResponse<String> answer = http.send(request.uri(node.address().resolve(what))
                    .timeout(Duration.ofSeconds(45)).build(), HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? answer.body().strip() : Integer.toString(answer.statusCode());
        }
    }

    @Test
    @DisplayName("Issue 4.2, tomcat-facts 25: one login for all applications at all nodes, one logout, a crash between")
    void oneLoginForAllApplicationsAtAllNodes() throws Exception {
        Browser anna = new Browser();
        assertThat(anna.get(node1, "shop/login")).isEqualTo("401");
        assertThat(anna.send(node1, "shop/login", HttpRequest.newBuilder().header("Authorization", BASIC)))
                .isEqualTo("anna");
        assertThat(anna.get(node2, "orderly/login")).isEqualTo("anna");
        assertThat(anna.get(node1, "orderly/who")).isEqualTo("anna BASIC true");
        node1.kill();
        assertThat(anna.get(node3, "careful/login")).isEqualTo("anna");
        assertThat(anna.get(node2, "shop/login")).isEqualTo("anna");
        assertThat(anna.send(node3, "orderly/logout", HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.noBody())))
                .isEqualTo("ended");
        for (Node node : List.of(node2, node3)) {
            for (String application : List.of("shop", "orderly", "careful")) {
                assertThat(anna.get(node, application + "/who")).isEqualTo("null null false");
                assertThat(anna.get(node, application + "/lookup")).isEqualTo("absent");
                assertThat(anna.get(node, application + "/login")).isEqualTo("401");
            }
        }
    }
}
