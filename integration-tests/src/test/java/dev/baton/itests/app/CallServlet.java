package dev.baton.itests.app;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Counts, calls {@code url} with the visitor's cookie, waits for the answer, tells its status, and counts again. */
@WebServlet("/call")
public final class CallServlet extends TextServlet {
    private static final long serialVersionUID = 1L;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Override
    String answer(HttpServletRequest request) throws Exception {
        Counter counter = (Counter) request.getSession().getAttribute("counter");
        counter.add(new Thinking(0));
        HttpRequest inner = HttpRequest.newBuilder(URI.create(parameter(request, "url"))).timeout(LIMIT)
                .header("Cookie", request.getHeader("Cookie")).build();
        HttpResponse<String> answer = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()
                .send(inner, HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + counter.add(new Thinking(0));
    }
}
