package dev.baton.model;

/** Number T of a segment table, in total order. */
public record TableNumber(Epoch epoch, long n) implements Comparable<TableNumber> {
    /** Below every table. */
    public static final TableNumber NONE = new TableNumber(Epoch.NONE, 0);

    @Override
    public int compareTo(TableNumber other) {
        int byEpoch = epoch.compareTo(other.epoch);
        return byEpoch != 0 ? byEpoch : Long.compare(n, other.n);
    }

    @Override
    public String toString() {
        return epoch + "." + n;
    }
}
