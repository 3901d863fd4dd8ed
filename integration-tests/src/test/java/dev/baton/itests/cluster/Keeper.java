package dev.baton.itests.cluster;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Somebody at Tomcat's Manager application of one node: its pages, with a browser's cookies, and its text commands. */
public final class Keeper {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Pattern NONCE = Pattern.compile("org\\.apache\\.catalina\\.filters\\.CSRF_NONCE=([0-9A-F]+)");

    private final Node node;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .cookieHandler(new CookieManager()).build();
    private String nonce = "";

    public Keeper(Node node) {
        this.node = node;
    }

    /** The page of an application's sessions, asked for as its forms and links do. */
    public String sessions(String application, String action, String... parameters) {
        if (nonce.isEmpty()) {
            page("html", "");
        }
        StringBuilder form = new StringBuilder("action=" + action);
        for (int i = 0; i < parameters.length; i += 2) {
            form.append('&').append(parameters[i]).append('=').append(encoded(parameters[i + 1]));
        }
        return page("html/sessions?path=/" + application + "&org.apache.catalina.filters.CSRF_NONCE=" + nonce,
                form.toString());
    }

    private String page(String path, String form) {
        HttpRequest.Builder request = HttpRequest.newBuilder();
        if (!form.isEmpty()) {
            request.header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form));
        }
        String answer = send(request, path, "keeper:secret");
        Matcher given = NONCE.matcher(answer);
        if (given.find()) {
            nonce = given.group(1);
        }
        return answer;
    }

    /** A text command; an answer that is no "OK" fails. */
    public String command(String command) {
        return ok(send(HttpRequest.newBuilder(), "text/" + command, "arquillian:arquillian"));
    }

    /** Deploys the archive, in the place of the one that may be there. */
    public String deploy(String application, Path archive) {
        try {
            return ok(send(HttpRequest.newBuilder().PUT(HttpRequest.BodyPublishers.ofFile(archive)),
                    "text/deploy?update=true&path=/" + application, "arquillian:arquillian"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String ok(String answer) {
        if (!answer.startsWith("OK")) {
            throw new AssertionError(node + ": " + answer);
        }
        return answer;
    }

    private String send(HttpRequest.Builder request, String path, String user) {
        URI uri = node.address().resolve("manager/" + path);
        String login = Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
        try {
            HttpResponse<String> response = http.send(request.uri(uri).timeout(LIMIT)
                    .header("Authorization", "Basic " + login).build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new AssertionError(node + " answered " + path + " with " + response.statusCode() + ": "
                        + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new AssertionError(path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
