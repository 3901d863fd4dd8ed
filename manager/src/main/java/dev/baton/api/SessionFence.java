package dev.baton.api;

/**
 * Number of the token under which a process works on a session. Each time another process gets the session, and
 * sometimes when the same one does, the number is greater than all before, across changes of the session's id too; so
 * it can guard what lies outside of the session. Store it beside an external effect, and refuse whoever comes with a
 * lower one: a process that was believed dead and wakes up late does no harm then.
 *
 * <pre>{@code
 * UPDATE orders SET state = ?, fence = ? WHERE session = ? AND fence <= ?
 * }</pre>
 *
 * @param term    compared first; not negative
 * @param counter compared second; not negative
 */
public record SessionFence(long term, long counter) implements Comparable<SessionFence> {
    private static final int HALF = 16;

    public SessionFence {
        if (term < 0 || counter < 0) {
            throw new IllegalArgumentException("a fence has no negative numbers: " + term + ", " + counter);
        }
    }

    /**
     * The reverse of {@link #toString}.
     *
     * @throws IllegalArgumentException where the text is not one
     */
    public static SessionFence parse(String text) {
        if (text.length() != 2 * HALF) {
            throw new IllegalArgumentException("a fence has " + 2 * HALF + " hexadecimal digits: '" + text + "'");
        }
        try {
            return new SessionFence(Long.parseLong(text, 0, HALF, HALF), Long.parseLong(text, HALF, 2 * HALF, HALF));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a fence has hexadecimal digits only: '" + text + "'", e);
        }
    }

    @Override
    public int compareTo(SessionFence other) {
        int byTerm = Long.compare(term, other.term);
        return byTerm != 0 ? byTerm : Long.compare(counter, other.counter);
    }

    /** 32 hexadecimal digits, which sort as texts in the order of the fences. */
    @Override
    public String toString() {
        return String.format("%016x%016x", term, counter);
    }
}
