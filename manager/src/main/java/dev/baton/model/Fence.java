package dev.baton.model;

/**
 * Identity and order of a lock token: raised by the primary at every grant, compared lexicographically.
 *
 * @param term    term of the segment at the grant
 * @param counter ascending within the session
 */
public record Fence(long term, long counter) implements Comparable<Fence> {
    /** Below every granted fence. */
    public static final Fence NONE = new Fence(0, 0);

    public Fence next(long atTerm) {
        return new Fence(atTerm, counter + 1);
    }

    @Override
    public int compareTo(Fence other) {
        int byTerm = Long.compare(term, other.term);
        return byTerm != 0 ? byTerm : Long.compare(counter, other.counter);
    }

    @Override
    public String toString() {
        return term + "." + counter;
    }
}
