package dev.baton.diff;

/** Goes through what {@link Notes} hold, in the order in which it was noted. */
final class Reader {
    final long[] prims;
    final Object[] refs;
    int primAt;
    int refAt;

    Reader(long[] prims, Object[] refs) {
        this.prims = prims;
        this.refs = refs;
    }

    boolean prim(long now) {
        return prims[primAt++] == now;
    }

    boolean ref(Object now) {
        Object then = refs[refAt++];
        return now == then || Leaves.equal(now, then);
    }

    void skip(int primCount, int refCount) {
        primAt += primCount;
        refAt += refCount;
    }

    int count() {
        return (int) prims[primAt++];
    }

    Object thing() {
        return refs[refAt++];
    }
}
