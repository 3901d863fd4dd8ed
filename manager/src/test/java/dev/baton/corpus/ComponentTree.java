package dev.baton.corpus;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The state of a page of 758 components. Each has a list and a map of its own: 2,274 objects that can change, beside
 * strings and boxes.
 */
final class ComponentTree {
    private static final int COMPONENTS = 758;
    private static final int FAN = 6;

    private ComponentTree() {
    }

    static void add(Corpus corpus) {
        corpus.attribute("tree", ComponentTree::tree)
                .changed("prim", tree -> at(tree, 3, 2).row += 4_711)
                .changed("longerStr", tree -> at(tree, 3, 2).style += Words.ofLength(5, 56))
                .changed("attrPut", tree -> at(tree, 3, 2).attributes.put("title", "of this one"))
                .changed("insertMid", tree -> {
                    Component parent = at(tree, 3, 2);
                    parent.children.add(2, new Component("new", parent, 800));
                })
                .changed("delete", tree -> at(tree, 3, 2).children.remove(2))
                .changed("reorder", tree -> Collections.swap(at(tree, 1, 2, 1).children, 1, 4))
                .changed("render20", tree -> {
                    List<Component> all = new ArrayList<>();
                    collect(tree, all);
                    for (int i = 0; i < 20; i++) {
                        Component component = all.get(17 + i * 37);
                        component.rendered = !component.rendered;
                        component.row += i + 1;
                    }
                });
    }

    private static Component tree() {
        List<Component> all = new ArrayList<>();
        all.add(new Component("root", null, 0));
        for (int i = 1; i < COMPONENTS; i++) {
            Component parent = all.get((i - 1) / FAN);
            Component child = new Component("c" + i, parent, i);
            parent.children.add(child);
            all.add(child);
        }
        return all.get(0);
    }

    private static Component at(Component from, int... path) {
        Component at = from;
        for (int n : path) {
            at = at.children.get(n);
        }
        return at;
    }

    private static void collect(Component component, List<Component> into) {
        into.add(component);
        component.children.forEach(child -> collect(child, into));
    }

    static final class Component implements Serializable {
        private static final long serialVersionUID = 1L;
        private static final String[] STYLES = {"plain", "wide", "narrow", "hidden"};
        private final String id;
        private final Component parent;
        private final List<Component> children = new ArrayList<>(FAN);
        private final Map<String, Object> attributes = new HashMap<>();
        /** Shared by many components, as literals are. */
        private String style;
        private boolean rendered;
        private int row;

        Component(String id, Component parent, int n) {
            this.id = id;
            this.parent = parent;
            style = STYLES[n % STYLES.length];
            rendered = n % 3 != 0;
            row = n;
            attributes.put("label", Words.ofLength(n, 21));
        }
    }
}
