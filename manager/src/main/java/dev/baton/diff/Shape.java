package dev.baton.diff;

/**
 * How objects of one class are looked at. What is looked at is what serialisation writes: an object that looks the same
 * is written the same, provided that the objects it refers to are.
 */
abstract class Shape {
    /** Whether objects of this class are values of which a reference says it all: they are no nodes. */
    boolean leaf() {
        return false;
    }

    /** Whether looking calls code of the object's class, which may give a fresh object each time. */
    boolean opaque() {
        return false;
    }

    /**
     * Notes what the object looks like now.
     *
     * @throws Unwalkable where that cannot be told
     */
    abstract void note(Object live, Notes notes) throws Unwalkable;

    /**
     * Whether the object still looks as noted. Where it does the reader stands behind its notes.
     */
    abstract boolean same(Object live, Reader notes) throws Unwalkable;

    /** Leads the reader behind the object's notes, from before them. */
    abstract void skip(Reader notes);

    /**
     * Whether such an object is as good as one read anew when an object that it refers to is changed in place:
     * nothing else is kept of what it refers to, no code of its class runs when it is read, and nothing has its place
     * by what changed.
     *
     * @param refs what was noted of the object's references, from {@code from} to {@code to}
     */
    boolean follows(Object[] refs, int from, int to) {
        return false;
    }

    /** Whether all these references are to values that never change. */
    static boolean leaves(Object[] refs, int from, int to, int step) {
        for (int i = from; i < to; i += step) {
            if (refs[i] != null && !Shapes.of(refs[i]).leaf()) {
                return false;
            }
        }
        return true;
    }

    /** The attribute has to be serialised to know whether it changed. */
    static final class Unwalkable extends Exception {
        private static final long serialVersionUID = 1L;

        Unwalkable(String why) {
            super(why, null, false, false);
        }
    }
}
