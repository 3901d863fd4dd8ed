package dev.baton.demo.shop;

import static dev.baton.demo.shop.Html.count;
import static dev.baton.demo.shop.Html.escape;
import static dev.baton.demo.shop.Html.money;

import dev.baton.demo.wire.NodeLine;
import dev.baton.demo.wire.TraceRow;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The page as HTML text. Everything that comes from outside is escaped.
 *
 * @param served node that makes this page
 * @param nodes  the cluster's processes; empty where no launcher told of them: then their panel is left out
 * @param chosen node the visitor chose for the next requests, or empty
 */
record Page(String served, Cart cart, SessionStatus status, List<NodeLine> nodes, List<TraceRow> trace,
            String chosen) {
    private static final int MAX_CHANGE = Integer.MAX_VALUE - 1;

    /** A number for the change that one form makes: a form sent twice changes the cart once. */
    private static int newChange() {
        return ThreadLocalRandom.current().nextInt(1, MAX_CHANGE);
    }

    String html() {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Corner Shop, served by %1$s</title>
                <link rel="stylesheet" href="/shop.css">
                <link rel="icon" href="data:,">
                </head>
                <body>
                <header class="top">
                <h1>Corner Shop</h1>
                <p class="served">This page was served by <strong class="node">%1$s</strong></p>
                </header>
                <main>
                <div class="shop">
                %2$s
                %3$s
                </div>
                %4$s
                %5$s
                %6$s
                </main>
                <footer><p>Three Tomcats, one session. The cart is a plain Java object that is changed in place; Baton \
                finds what changed, sends it to the backup, and hands the lock token on.</p></footer>
                </body>
                </html>
                """.formatted(escape(served), products(), cartPanel(), session(), cluster(), requests());
    }

    private String products() {
        StringBuilder out = new StringBuilder("<section aria-labelledby=\"h-products\"><h2 id=\"h-products\">Today</h2>"
                + "<ul class=\"products\">\n");
        for (Product p : Product.CATALOGUE) {
            out.append("""
                    <li class="card">
                    <svg viewBox="0 0 48 48" aria-hidden="true">%s</svg>
                    <div><h3>%s</h3><p>%s</p></div>
                    <form method="post" action="/cart/add">
                    <input type="hidden" name="sku" value="%s"><input type="hidden" name="change" value="%d">
                    <span class="price">%s</span>
                    <label class="visually-hidden" for="q-%s">Quantity of %s</label>
                    <input id="q-%s" name="quantity" type="number" min="1" max="99" value="1" required>
                    <button>Add</button>
                    </form>
                    </li>
                    """.formatted(p.icon(), escape(p.name()), escape(p.description()), p.sku(), newChange(),
                    money(p.cents()), p.sku(), escape(p.name()), p.sku()));
        }
        return out.append("</ul></section>").toString();
    }

    private String cartPanel() {
        StringBuilder out = new StringBuilder("<section class=\"panel cart\" aria-labelledby=\"h-cart\">"
                + "<h2 id=\"h-cart\">Your cart</h2>\n");
        if (cart.lines().isEmpty()) {
            return out.append("<p class=\"quiet\">Nothing in it yet.</p></section>").toString();
        }
        out.append("<ul class=\"lines\">\n");
        for (CartLine line : cart.lines()) {
            String name = escape(line.name());
            out.append("""
                    <li>
                    <span class="name">%1$s</span>
                    <span class="sum">%2$s</span>
                    <form method="post" action="/cart/set">
                    <input type="hidden" name="sku" value="%3$s"><input type="hidden" name="change" value="%4$d">
                    <label class="visually-hidden" for="c-%3$s">Quantity of %1$s in the cart</label>
                    <input id="c-%3$s" name="quantity" type="number" min="0" max="%5$d" value="%6$d" required>
                    <button class="plain">Change</button>
                    </form>
                    <form method="post" action="/cart/set">
                    <input type="hidden" name="sku" value="%3$s"><input type="hidden" name="change" value="%7$d">
                    <button class="plain" name="quantity" value="0" aria-label="Remove %1$s">Remove</button>
                    </form>
                    </li>
                    """.formatted(name, money(line.totalCents()), line.sku(), newChange(), Cart.MAX_QUANTITY,
                    line.quantity(), newChange()));
        }
        return out.append("</ul><p class=\"total\"><span>Total</span><strong>").append(money(cart.totalCents()))
                .append("</strong></p></section>").toString();
    }

    private String session() {
        String facts = status.known()
                ? fact("Lock token", status.text("holder"), "the process that may change it now")
                + fact("Primary", status.text("primary"), "the copy that counts")
                + fact("Backup", status.text("backups"), "takes over if the primary dies")
                + fact("Version", status.text("version"), "one more with every change")
                + fact("Fence", status.text("fence"), "number of the token: late holders are refused")
                + fact("Size", size(), "the whole session as stored")
                : fact("Session manager", "Tomcat's own", "each Tomcat keeps its sessions to itself");
        return "<section class=\"panel\" aria-labelledby=\"h-session\"><h2 id=\"h-session\">Your session</h2>"
                + "<dl class=\"facts\">" + facts + "</dl></section>";
    }

    private String size() {
        return status.facts().get("sessionBytes") instanceof Number bytes && bytes.longValue() > 0
                ? count(bytes.longValue()) + " bytes" : "–";
    }

    private static String fact(String name, String value, String meaning) {
        return "<div><dt>" + escape(name) + "</dt><dd>" + escape(value) + "</dd><dd class=\"quiet\">" + escape(meaning)
                + "</dd></div>\n";
    }

    private String cluster() {
        if (nodes.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("""
                <section class="panel" aria-labelledby="h-cluster"><h2 id="h-cluster">The Tomcats</h2>
                <ul class="nodes">
                """);
        for (NodeLine node : nodes) {
            String name = escape(node.name());
            out.append("<li class=\"").append(node.up() ? "up" : "down").append("\"><h3>").append(name)
                    .append(" <span class=\"state\">").append(node.up() ? "running" : "down")
                    .append("</span></h3><p class=\"roles\">").append(roles(node))
                    .append("</p><p class=\"quiet\">process ").append(node.pid()).append(", port ")
                    .append(node.port()).append("</p><div class=\"buttons\">");
            if (node.up()) {
                boolean current = node.name().equals(chosen);
                out.append(button("choose", name, current ? "Chosen" : "Use this one",
                        current ? "plain current" : "plain", (current ? "Chosen, " : "Use this one, ") + name));
                out.append(button("kill", name, "Kill", "danger", "Kill " + name));
            } else {
                out.append(button("start", name, "Start again", "", "Start again, " + name));
            }
            out.append("</div></li>\n");
        }
        out.append("</ul>");
        out.append(chosen.isEmpty() ? "<p class=\"quiet\">The balancer chooses the node of your next request.</p>"
                : "<div class=\"choice\"><p>" + choice() + "</p>"
                + button("choose", "", "Let the balancer choose", "plain", "Let the balancer choose the node")
                + "</div>");
        return out.append("</section>").toString();
    }

    private String choice() {
        String name = "<strong>" + escape(chosen) + "</strong>";
        return nodes.stream().anyMatch(n -> n.up() && n.name().equals(chosen))
                ? "Your next requests go to " + name + "."
                : "You chose " + name + ", which is down: the balancer chooses.";
    }

    private String roles(NodeLine node) {
        StringBuilder out = new StringBuilder();
        role(out, node.name().equals(served), "served this page");
        role(out, node.up() && status.has("holder", node.name()), "token");
        role(out, node.up() && status.has("primary", node.name()), "primary");
        role(out, node.up() && status.has("backups", node.name()), "backup");
        return out.toString();
    }

    private static void role(StringBuilder out, boolean has, String text) {
        if (has) {
            out.append("<span class=\"role\">").append(text).append("</span> ");
        }
    }

    private static String button(String action, String node, String text, String style, String label) {
        return """
                <form method="post" action="/control/%s"><input type="hidden" name="node" value="%s">\
                <button class="%s" aria-label="%s">%s</button></form>
                """.formatted(action, node, style, label, text);
    }

    private String requests() {
        if (trace.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("""
                <section class="panel" aria-labelledby="h-requests"><h2 id="h-requests">Your last requests</h2>
                <div class="scroll"><table>
                <thead><tr><th scope="col">Request</th><th scope="col">Node</th>
                <th scope="col" class="num">Travelled</th><th scope="col" class="num">Whole session</th>
                <th scope="col">Share</th><th scope="col" class="num">Time</th></tr></thead><tbody>
                """);
        for (TraceRow row : trace) {
            boolean known = row.sentBytes() >= 0 && row.sessionBytes() > 0;
            String share = known ? "<meter aria-label=\"share\" min=\"0\" max=\"" + row.sessionBytes() + "\" value=\""
                    + Math.min(row.sentBytes(), row.sessionBytes()) + "\"></meter> "
                    + 100 * row.sentBytes() / row.sessionBytes() + " %" : "";
            out.append("<tr><td>").append(escape(row.request()))
                    .append(row.note().isEmpty() ? "" : " <span class=\"note\">" + escape(row.note()) + "</span>")
                    .append("</td><td>").append(escape(row.node())).append("</td><td class=\"num\">")
                    .append(bytes(row.sentBytes())).append("</td><td class=\"num\">").append(bytes(row.sessionBytes()))
                    .append("</td><td>").append(share).append("</td><td class=\"num\">").append(row.millis())
                    .append(" ms</td></tr>\n");
        }
        return out.append("</tbody></table></div></section>").toString();
    }

    private static String bytes(long bytes) {
        return bytes < 0 ? "–" : count(bytes) + " B";
    }
}
