package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Attributes are locked by those who touch them, and saved once a round, or when the token goes to the other node. */
@DisplayName("L8 S5: threadLocks=attribute together with flushInterval")
class FlushAndLocksTest {
    private static final LockPages PAGES = new LockPages();
    private static final int CLIENTS = 16;
    private static final int ROUNDS = 5;

    @BeforeAll
    static void start() throws Exception {
        PAGES.start(2, Map.of("threadLocks", "attribute", "flushInterval", "50", "acknowledge", "none",
                "lockTimeout", "600000"));
    }

    @AfterAll
    static void stop() throws Exception {
        PAGES.close();
    }

    @Test
    @DisplayName("S6: clients of both nodes read, think and write the same attributes in place: the totals are exact")
    void theTotalsAreExact() throws Exception {
        PAGES.step("count", (q, s) -> {
            int[] cart = (int[]) s.getAttribute("cart");
            int read = cart[0];
            Thread.yield();
            cart[0] = read + 1;
            int[] profile = (int[]) s.getAttribute("profile");
            profile[0] = read + 1;
            return "counted";
        }).step("totals", (q, s) -> ((int[]) s.getAttribute("cart"))[0] + " " + ((int[]) s.getAttribute("profile"))[0]);
        TestTomcats.Visitor visitor = PAGES.visitor((q, s) -> {
            s.setAttribute("cart", new int[1]);
            s.setAttribute("profile", new int[1]);
            return "set up";
        });
        for (int round = 0; round < ROUNDS; round++) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                answers.add(PAGES.later(visitor, 1 + (client + round) % 2, "count"));
            }
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(LockPages.text(answer)).isEqualTo("counted");
            }
        }
        String all = CLIENTS * ROUNDS + " " + CLIENTS * ROUNDS;
        assertThat(PAGES.get(visitor, 1, "totals").body()).isEqualTo(all);
        assertThat(PAGES.get(visitor, 2, "totals").body()).isEqualTo(all);
    }

    @Test
    @DisplayName("a round saves what a request changed, though another one has the attribute locked when the token goes")
    void aLockedAttributeIsSavedWithTheToken() throws Exception {
        PAGES.step("one", (q, s) -> ++((int[]) s.getAttribute("cart"))[0]);
        TestTomcats.Visitor visitor = PAGES.visitor((q, s) -> {
            s.setAttribute("cart", new int[1]);
            return "set up";
        });
        assertThat(PAGES.get(visitor, 1, "one").body()).isEqualTo("1");
        CompletableFuture<HttpResponse<String>> here = PAGES.later(visitor, 1, "one");
        CompletableFuture<HttpResponse<String>> there = PAGES.later(visitor, 2, "one");
        assertThat(List.of(LockPages.text(here), LockPages.text(there))).containsExactlyInAnyOrder("2", "3");
    }
}
