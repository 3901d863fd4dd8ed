package dev.baton.model;

/**
 * Where a line of tables begins: the founding of the cluster, or a step that went on without a majority.
 *
 * @param epoch   the reign that took the step; no two steps are of the same
 * @param from    the last table before it, {@link TableNumber#NONE} for the founding: who has a later one without the
 *                step belongs to another side
 * @param givenUp nodes were given up that may live (lostAfter, forget); otherwise every seat that was not there was
 *                proven dead
 */
public record Branch(Epoch epoch, TableNumber from, boolean givenUp) {
    public static Branch founding(Epoch epoch) {
        return new Branch(epoch, TableNumber.NONE, false);
    }
}
