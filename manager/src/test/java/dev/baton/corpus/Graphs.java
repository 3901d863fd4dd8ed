package dev.baton.corpus;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** Objects that refer to each other: in cycles, and shared by several. */
final class Graphs {
    private static final int PERSONS = 120;

    private Graphs() {
    }

    static void add(Corpus corpus) {
        corpus.attribute("cyclic", Graphs::circle)
                .changed("prim", circle -> circle.get(60).age += 99)
                .changed("addEdge", circle -> circle.get(110).friends.add(circle.get(3)))
                .changed("relink", circle -> {
                    // other friends first: everybody is met by another way, and numbered anew
                    circle.get(0).friends.add(0, circle.get(90));
                    circle.get(45).friends.add(circle.get(0));
                });
        corpus.attribute("shared", Catalogue::new)
                .changed("sharedStr", catalogue -> catalogue.makers.get(3).name += Words.ofLength(9, 52))
                .changed("prim", catalogue -> catalogue.articles.get(60).stock += 99)
                .changed("relink", catalogue -> catalogue.articles.get(60).maker = catalogue.makers.get(7))
                .changed("insertMid", catalogue -> catalogue.articles.add(60,
                        new Article(1_000, catalogue.makers.get(5))));
    }

    private static List<Person> circle() {
        List<Person> circle = new ArrayList<>();
        for (int i = 0; i < PERSONS; i++) {
            circle.add(new Person(i));
        }
        for (int i = 0; i < PERSONS; i++) {
            Person person = circle.get(i);
            person.next = circle.get((i + 1) % PERSONS);
            for (int f = 1; f <= 3; f++) {
                person.friends.add(circle.get((i + f * 17) % PERSONS));
            }
        }
        return circle;
    }

    static final class Person implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String name;
        private int age;
        private Person next;
        private final List<Person> friends = new ArrayList<>();

        Person(int n) {
            name = Words.of(900 + n, 2);
            age = 20 + n % 50;
        }
    }

    static final class Catalogue implements Serializable {
        private static final long serialVersionUID = 1L;
        private final List<Maker> makers = new ArrayList<>();
        private final List<Article> articles = new ArrayList<>();

        Catalogue() {
            for (int i = 0; i < 10; i++) {
                makers.add(new Maker(i));
            }
            for (int i = 0; i < 120; i++) {
                articles.add(new Article(i, makers.get(i % 10)));
            }
        }
    }

    static final class Maker implements Serializable {
        private static final long serialVersionUID = 1L;
        private String name;
        private final String address;

        Maker(int n) {
            name = Words.of(1_000 + n, 2);
            address = Words.of(1_100 + n, 8);
        }
    }

    static final class Article implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String name;
        private Maker maker;
        private final double weight;
        private int stock;

        Article(int n, Maker maker) {
            name = Words.of(1_200 + n, 5);
            this.maker = maker;
            weight = n / 8.0;
            stock = n * 3;
        }
    }
}
