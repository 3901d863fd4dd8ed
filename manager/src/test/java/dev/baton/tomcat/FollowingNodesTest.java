package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.catalina.Context;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("D5, T5: live objects of two nodes that serve a session in turns")
class FollowingNodesTest {
    private static TestTomcats tomcats;

    private final TestTomcats.Visitor visitor = tomcats.new Visitor();

    static class Item implements Serializable {
        private static final long serialVersionUID = 1L;
        private int quantity;
    }

    static class Cart implements Serializable {
        private static final long serialVersionUID = 1L;
        private final List<Item> items = new ArrayList<>();

        Cart() {
            for (int i = 0; i < 100; i++) {
                items.add(new Item());
            }
        }

        int add(int index) {
            return ++items.get(index).quantity;
        }
    }

    static final class Caching extends Cart {
        private static final long serialVersionUID = 1L;
        private transient int additions;

        @Override
        int add(int index) {
            return super.add(index) * 1_000 + ++additions;
        }
    }

    static final class Reading extends Cart {
        private static final long serialVersionUID = 1L;

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
        }
    }

    private static void application(Context context) {
        TestTomcats.page(context, "/new", (q, r) -> {
            q.getSession().setAttribute("cart", switch (q.getParameter("kind")) {
                case "caching" -> new Caching();
                case "reading" -> new Reading();
                default -> new Cart();
            });
            r.getWriter().print("new");
        });
        TestTomcats.page(context, "/add", (q, r) -> r.getWriter().print(cart(q).add(7)
                + " in " + System.identityHashCode(cart(q))));
    }

    private static Cart cart(HttpServletRequest request) {
        return (Cart) request.getSession().getAttribute("cart");
    }

    private static long deltaBytes() {
        return tomcats.nodes.stream()
                .mapToLong(n -> n.manager.deployment().application().counters().deltaBytes()).sum();
    }

    @BeforeAll
    static void start() throws Exception {
        tomcats = new TestTomcats().start(2, Map.of(), FollowingNodesTest::application);
    }

    @AfterAll
    static void stop() throws Exception {
        tomcats.close();
    }

    /** The objects that node 1 had in its third and later turns; checks the numbers in front of them. */
    private List<String> turns(String kind, int perAddition) throws Exception {
        visitor.text(1, "/shop/new?kind=" + kind);
        List<String> objects = new ArrayList<>();
        for (int turn = 1; turn <= 12; turn++) {
            String[] answer = visitor.text(1 + turn % 2, "/shop/add").split(" in ");
            assertThat(Integer.parseInt(answer[0]) / perAddition).isEqualTo(turn);
            if (turn % 2 == 0 && turn > 4) {
                objects.add(answer[1]);
            }
        }
        return objects;
    }

    @Test
    @DisplayName("The object stays the same and follows what the other node did; its changes travel as a few bytes")
    void theObjectFollows() throws Exception {
        List<String> objects = turns("plain", 1);
        assertThat(objects).hasSize(4).containsOnly(objects.get(0));
        long before = deltaBytes();
        assertThat(visitor.text(2, "/shop/add")).startsWith("13 in ");
        assertThat(visitor.text(1, "/shop/add")).startsWith("14 in ");
        assertThat(deltaBytes() - before).as("of both changes").isBetween(2L, 2 * 60L);
    }

    @Test
    @DisplayName("Objects with transient fields, or with readObject, are read anew at each turn")
    void othersAreReadAnew() throws Exception {
        assertThat(turns("caching", 1_000)).doesNotHaveDuplicates();
        assertThat(turns("reading", 1)).doesNotHaveDuplicates();
    }
}
