package dev.baton.demo.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.demo.wire.NodeLine;
import dev.baton.demo.wire.TraceRow;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PageTest {
    private static final List<NodeLine> NODES = List.of(new NodeLine("node1", true, 101, 8081),
            new NodeLine("node2", true, 102, 8082), new NodeLine("node3", false, 103, 8083));

    @Test
    void showsWhereTheSessionStands() {
        Cart cart = new Cart();
        cart.add(1, Product.find("honey").orElseThrow(), 2);
        String html = new Page("node1", cart, new SessionStatus(Map.of("holder", "node1", "primary", "node2", "backups",
                List.of("node1"), "version", 12L, "fence", "3.7", "sessionBytes", 3120)), NODES,
                List.of(new TraceRow("POST /cart/add", "node1", "", 148, 2960, 6)), "node1").html();
        assertThat(html).contains("<strong class=\"node\">node1</strong>", "<dd>12</dd>", "<dd>3.7</dd>", "3,120 bytes",
                "148 B", "2,960 B", "5 %", "€ 17.80", "Start again, node3", "Kill node2",
                "Your next requests go to <strong>node1</strong>");
        assertThat(html.substring(html.indexOf("h-cluster"), html.indexOf("Kill node1")))
                .contains(">served this page<", ">token<", ">backup<").doesNotContain(">primary<");
        assertThat(html).doesNotContain("Kill node3").doesNotContain("<script");
    }

    @Test
    void showsADashForWhatIsNotKnown() {
        String html = new Page("node1", new Cart(), new SessionStatus(Map.of("primary", "node1")), NODES,
                List.of(new TraceRow("GET /", "node1", "", -1, -1, 6)), "").html();
        assertThat(html).contains("<dd>–</dd>", "The balancer chooses");
    }

    @Test
    void saysThatTheChosenNodeIsDown() {
        String html = new Page("node1", new Cart(), new SessionStatus(Map.of()), NODES, List.of(), "node3").html();
        assertThat(html).contains("You chose <strong>node3</strong>, which is down");
    }

    @Test
    void everythingFromOutsideIsEscaped() {
        String html = new Page("<b>", new Cart(), new SessionStatus(Map.of("holder", "<i>")),
                List.of(new NodeLine("\"><u>", true, 1, 1)), List.of(new TraceRow("GET /<s>", "<em>", "<q>", 1, 2, 3)),
                "<tt>").html();
        assertThat(html).doesNotContain("<b>", "<i>", "<u>", "<s>", "<em>", "<q>", "<tt>");
    }

    @Test
    void twoFormsNeverMakeTheSameChange() {
        Cart cart = new Cart();
        cart.add(1, Product.find("honey").orElseThrow(), 2);
        String html = new Page("node1", cart, new SessionStatus(Map.of()), List.of(), List.of(), "").html();
        assertThat(html.lines().filter(l -> l.contains("name=\"change\""))
                .map(l -> l.replaceAll(".*name=\"change\" value=\"(\\d+)\".*", "$1")).toList())
                .hasSize(Product.CATALOGUE.size() + 2).doesNotHaveDuplicates();
    }
}
