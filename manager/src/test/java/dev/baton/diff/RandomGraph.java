package dev.baton.diff;

import dev.baton.diff.Things.Basket;
import dev.baton.diff.Things.Bean;
import dev.baton.diff.Things.ByLength;
import dev.baton.diff.Things.Colour;
import dev.baton.diff.Things.Custom;
import dev.baton.diff.Things.Delegating;
import dev.baton.diff.Things.External;
import dev.baton.diff.Things.Node;
import dev.baton.diff.Things.Pair;
import dev.baton.diff.Things.Recent;
import dev.baton.diff.Things.Replaced;
import dev.baton.diff.Things.ShyMap;
import dev.baton.diff.Things.SubBean;
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A graph of all kinds of objects, with shared ones and cycles, and random changes of it. */
final class RandomGraph {
    private static final int KINDS = 24;

    private final Random random;
    /** Kinds that make the whole graph be serialised each time; left out of most graphs. */
    private final boolean everything;
    private final List<Object> things = new ArrayList<>();
    final Node root = new Node();

    RandomGraph(Random random, boolean everything) {
        this.random = random;
        this.everything = everything;
        Node at = root;
        for (int i = random.nextInt(4); i >= 0; i--) {
            at.next = new Node();
            at = at.next;
            things.add(at);
        }
        things.add(root);
        for (int i = random.nextInt(14); i >= 0; i--) {
            add();
        }
        if (random.nextInt(4) == 0) {
            at.next = root;
        }
    }

    /** For a graph that was read back: changes go to what is found by walking through the lists of the nodes. */
    RandomGraph(Random random, boolean everything, Node root) {
        this.random = random;
        this.everything = everything;
        this.root.next = root.next;
        this.root.value = root.value;
        this.root.items.addAll(root.items);
        things.addAll(root.items);
        things.add(this.root);
    }

    private void add() {
        Object thing = make(random.nextInt(KINDS));
        things.add(thing);
        node().items.add(thing);
    }

    private Node node() {
        List<Object> nodes = things.stream().filter(t -> t instanceof Node).toList();
        return (Node) nodes.get(random.nextInt(nodes.size()));
    }

    private Object any() {
        return random.nextInt(3) == 0 ? leaf() : things.get(random.nextInt(things.size()));
    }

    Object leaf() {
        return switch (random.nextInt(12)) {
            case 0 -> null;
            case 1 -> random.nextInt();
            case 2 -> random.nextInt(3);
            case 3 -> text();
            case 4 -> random.nextLong();
            case 5 -> new BigDecimal(random.nextInt(1_000)).movePointLeft(2);
            case 6 -> LocalDate.ofEpochDay(random.nextInt(9_000));
            case 7 -> Colour.values()[random.nextInt(3)];
            case 8 -> random.nextBoolean();
            case 9 -> random.nextDouble();
            case 10 -> (char) ('a' + random.nextInt(26));
            default -> "shared";
        };
    }

    String text() {
        return switch (random.nextInt(5)) {
            case 0 -> "";
            case 1 -> new String("equal");
            case 2 -> "x\0\u00e4\u20ac\ud83d\ude00".repeat(random.nextInt(4));
            case 3 -> "text " + random.nextInt(100);
            default -> "y".repeat(random.nextInt(300));
        };
    }

    private Object make(int kind) {
        switch (kind) {
            case 0:
                return bean(new SubBean());
            case 1:
                return new Pair(any(), leaf(), random.nextInt());
            case 2:
                Custom custom = new Custom();
                custom.behind = any();
                return custom;
            case 3:
                External external = new External();
                external.c = any();
                return external;
            case 4:
                return new Basket();
            case 5:
                return new ShyMap();
            case 6:
                return new Recent();
            case 7:
                return new HashMap<String, Object>();
            case 8:
                return new LinkedHashMap<String, Object>(16, 0.75f, random.nextBoolean());
            case 9:
                return new TreeMap<String, Object>(random.nextBoolean() ? null : new ByLength());
            case 10:
                return new ConcurrentHashMap<String, Object>();
            case 11:
                return new LinkedList<>(List.of("a", 2));
            case 12:
                return new ArrayDeque<>(List.of("a", 2));
            case 13:
                return new EnumMap<Colour, Object>(Map.of(Colour.GREEN, "g"));
            case 14:
                return new Object[] {any(), leaf(), null};
            case 15:
                return random.nextBoolean() ? new int[] {1, 2, 3} : new double[] {1, Double.NaN};
            case 16:
                return new byte[random.nextInt(200)];
            case 17:
                return new Date(random.nextInt());
            case 18:
                return new AtomicInteger(random.nextInt());
            case 19:
                return new StringBuilder("built");
            case 20:
                return Collections.unmodifiableList(new ArrayList<>(Arrays.asList(any(), any())));
            case 21:
                return everything ? special() : bean(new Bean());
            case 22:
                return Collections.synchronizedMap(new HashMap<>(Map.of("k", "v")));
            default:
                return bean(new Bean());
        }
    }

    private Object special() {
        switch (random.nextInt(6)) {
            case 0:
                return new Replaced();
            case 1:
                return new Delegating();
            case 2:
                return EnumSet.of(Colour.RED);
            case 3:
                return (Comparator<String> & Serializable) (a, b) -> a.length() - b.length();
            case 4:
                return new TreeMap<String, Object>((Comparator<String> & Serializable) String::compareToIgnoreCase);
            default:
                return List.of("fixed", new Bean());
        }
    }

    private Bean bean(Bean bean) {
        bean.text = text();
        bean.boxed = random.nextInt();
        bean.fraction = random.nextDouble();
        bean.first = random.nextInt(3) == 0 ? any() : null;
        return bean;
    }

    /** Changes something, mostly. */
    @SuppressWarnings("unchecked")
    void change() {
        Object thing = things.get(random.nextInt(things.size()));
        if (thing instanceof Bean bean) {
            changeBean(bean);
        } else if (thing instanceof Node node) {
            changeNode(node);
        } else if (thing instanceof Custom custom) {
            if (random.nextBoolean()) {
                custom.hidden++;
            } else {
                custom.behind = any();
            }
        } else if (thing instanceof External external) {
            switch (random.nextInt(3)) {
                case 0 -> external.a++;
                case 1 -> external.b = text();
                default -> external.c = any();
            }
        } else if (thing instanceof Replaced replaced) {
            replaced.value++;
        } else if (thing instanceof Delegating delegating) {
            delegating.target = random.nextBoolean() ? delegating.target : bean(new Bean());
            changeBean(delegating.target);
        } else if (thing instanceof EnumMap<?, ?> map) {
            ((EnumMap<Colour, Object>) map).put(Colour.values()[random.nextInt(3)], leaf());
        } else if (thing instanceof Map<?, ?> map) {
            changeMap((Map<String, Object>) map);
        } else if (thing instanceof Basket basket && random.nextBoolean()) {
            basket.discount++;
        } else if (thing instanceof ArrayList<?> || thing instanceof LinkedList<?>) {
            changeList((List<Object>) thing);
        } else if (thing instanceof ArrayDeque<?> queue) {
            ((ArrayDeque<Object>) queue).add(text());
        } else if (thing instanceof EnumSet<?> set) {
            ((EnumSet<Colour>) set).add(Colour.values()[random.nextInt(3)]);
        } else if (thing instanceof Object[] array) {
            array[random.nextInt(3)] = random.nextBoolean() ? leaf() : any();
        } else if (thing instanceof int[] array) {
            array[random.nextInt(3)]++;
        } else if (thing instanceof byte[] array && array.length > 0) {
            array[random.nextInt(array.length)]++;
        } else if (thing instanceof Date date) {
            date.setTime(date.getTime() + 1);
        } else if (thing instanceof AtomicInteger integer) {
            integer.incrementAndGet();
        } else if (thing instanceof StringBuilder builder) {
            builder.append('x');
        }
    }

    /** Changes single plain values: what can mostly be done in the bytes. */
    @SuppressWarnings("unchecked")
    void changeGently() {
        Object thing = things.get(random.nextInt(things.size()));
        if (thing instanceof Bean bean) {
            switch (random.nextInt(9)) {
                case 0 -> bean.number++;
                case 1 -> bean.precise = random.nextDouble();
                case 2 -> bean.text = text();
                case 3 -> bean.boxed = random.nextInt();
                case 4 -> bean.fraction = random.nextDouble();
                case 5 -> bean.small++;
                case 6 -> bean.letter--;
                case 7 -> bean.flag ^= true;
                default -> bean.longer = random.nextLong();
            }
        } else if (thing instanceof Node node) {
            node.value = random.nextInt();
            node.items.replaceAll(e -> e instanceof Integer ? (Object) random.nextInt() : e);
        } else if (thing instanceof HashMap<?, ?> map) {
            ((Map<String, Object>) map).replaceAll((k, v) -> v instanceof String ? text() : v);
        }
    }

    private void changeBean(Bean bean) {
        switch (random.nextInt(18)) {
            case 0 -> bean.flag = !bean.flag;
            case 1 -> bean.small--;
            case 2 -> bean.shorter = (short) random.nextInt();
            case 3 -> bean.letter++;
            case 4 -> bean.number = random.nextInt();
            case 5 -> bean.longer = random.nextLong();
            case 6 -> bean.real = random.nextBoolean() ? Float.NaN : random.nextFloat();
            case 7 -> bean.precise = -bean.precise;
            case 8 -> bean.text = text();
            case 9 -> bean.boxed = random.nextInt(4) == 0 ? null : random.nextInt(200);
            case 10 -> bean.fraction = random.nextDouble();
            case 11 -> bean.maybe = random.nextBoolean();
            case 12 -> bean.first = any();
            case 13 -> bean.second = any();
            case 14 -> bean.colour = Colour.values()[random.nextInt(3)];
            case 15 -> bean.unseen++;
            case 16 -> bean.text = bean.text == null ? null : new String(bean.text);
            default -> {
                if (bean instanceof SubBean sub) {
                    sub.zero++;
                    sub.and = !sub.and;
                    sub.name = text();
                    sub.third = sub.first;
                }
            }
        }
    }

    private void changeNode(Node node) {
        switch (random.nextInt(6)) {
            case 0 -> node.value++;
            case 1 -> node.next = random.nextBoolean() ? node() : null;
            case 2 -> add();
            default -> changeList(node.items);
        }
    }

    private void changeList(List<Object> list) {
        int size = list.size();
        switch (random.nextInt(7)) {
            case 0 -> list.add(random.nextInt(size + 1), any());
            case 1 -> list.add(leaf());
            case 2 -> {
                if (size > 0) {
                    list.remove(random.nextInt(size));
                }
            }
            case 3 -> Collections.shuffle(list, random);
            case 4 -> {
                if (size > 0) {
                    list.set(random.nextInt(size), leaf());
                }
            }
            case 5 -> Collections.reverse(list);
            default -> list.removeIf(e -> e instanceof String);
        }
    }

    private void changeMap(Map<String, Object> map) {
        try {
            switch (random.nextInt(6)) {
                case 0 -> map.put("key " + random.nextInt(30), "value");
                case 1 -> map.put("k", random.nextInt());
                case 2 -> map.get("key " + random.nextInt(30));
                case 3 -> map.remove("key " + random.nextInt(30));
                case 4 -> map.replaceAll((k, v) -> v instanceof Integer i ? i + 1 : v);
                default -> map.put("thing", any() instanceof Node n ? n : "none");
            }
        } catch (UnsupportedOperationException | NullPointerException e) {
            // Not this one.
        }
    }
}
