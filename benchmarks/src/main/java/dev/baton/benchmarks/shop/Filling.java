package dev.baton.benchmarks.shop;

import jakarta.servlet.http.HttpSession;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** What sessions are filled with whose memory is measured. */
enum Filling {
    /** A counter and four short strings. */
    SMALL {
        @Override
        void fill(HttpSession session) {
            session.setAttribute("counter", 0);
            for (String name : List.of("user", "locale", "theme", "last")) {
                session.setAttribute(name, name + " of " + session.getId());
            }
        }

        @Override
        long use(HttpSession session, int turn) {
            int next = (Integer) session.getAttribute("counter") + 1;
            session.setAttribute("counter", next);
            return next;
        }
    },

    /** The cart of 100 beans, 16 KB when serialised. */
    CART {
        @Override
        void fill(HttpSession session) {
            session.setAttribute("cart", new Cart());
        }

        @Override
        long use(HttpSession session, int turn) {
            return ((Cart) session.getAttribute("cart")).add(turn);
        }
    },

    /** 50 attributes, each of about 2 KB when serialised. */
    FIFTY {
        @Override
        void fill(HttpSession session) {
            for (int i = 0; i < ATTRIBUTES; i++) {
                session.setAttribute("profile" + i, new Profile(i));
            }
        }

        @Override
        long use(HttpSession session, int turn) {
            return ++((Profile) session.getAttribute("profile" + turn)).visits;
        }
    };

    private static final int ATTRIBUTES = 50;

    abstract void fill(HttpSession session);

    /** One request's change: in place, but for the counter. */
    abstract long use(HttpSession session, int turn);

    private static final class Profile implements Serializable {
        private static final long serialVersionUID = 1L;
        private static final int ORDERS = 40;

        private final List<Order> orders = new ArrayList<>();
        private int visits;

        Profile(int number) {
            for (int i = 0; i < ORDERS; i++) {
                orders.add(new Order(number * ORDERS + i));
            }
        }
    }

    private static final class Order implements Serializable {
        private static final long serialVersionUID = 1L;

        private final long number;
        private final String article;
        private final double price;
        private final int pieces;

        Order(int seed) {
            number = 1_000_000L + seed;
            article = "article " + (10_000 + seed);
            price = seed * 0.37;
            pieces = seed % 12 + 1;
        }
    }
}
