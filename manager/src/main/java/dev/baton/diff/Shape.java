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

    /** The attribute has to be serialised to know whether it changed. */
    static final class Unwalkable extends Exception {
        private static final long serialVersionUID = 1L;

        Unwalkable(String why) {
            super(why, null, false, false);
        }
    }
}
