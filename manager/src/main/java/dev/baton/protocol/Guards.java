package dev.baton.protocol;

import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionDelta;
import dev.baton.model.Stamp;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.List;

/**
 * The decisions on which safety rests, one method each, so that the simulator can plant the opposite and show that it
 * would be found. Production uses {@link #STRICT} only.
 */
class Guards {
    static final Guards STRICT = new Guards();

    /** Data and releases count only under the current fence, from the process that has it. */
    boolean tokenCurrent(StoredSession session, NodeId from, Fence given) {
        return given.equals(session.fence()) && from.equals(session.holder());
    }

    /** A delta applies to the version it was made from, and to no other. */
    boolean baseMatches(long base, long version) {
        return base == version;
    }

    /** A delta is a duplicate only where its version was made under its fence: the number alone says nothing. */
    boolean duplicate(StoredSession session, Fence fence, long version) {
        return session.made(new Stamp(fence, version));
    }

    /** A change whose predecessor was lost on its way is not refused: both are said again. */
    boolean gap(Message.Commit commit, long version) {
        return !commit.first() && commit.deltas().get(0).base() > version;
    }

    /** What the primary alone has is kept by the holder, too. */
    boolean keepsTaken() {
        return true;
    }

    /** What a former primary has taken is not refused by its successor, however few copies are in sync now. */
    boolean takenStays(boolean taken) {
        return taken;
    }

    /** A process's cached copy is known by version and fence together. */
    boolean cachedKnown(StoredSession session, Stamp cached) {
        return session.made(cached);
    }

    /** A copy acknowledges what it has applied. */
    long acknowledged(long applied, long received) {
        return applied;
    }

    /** A copy is compared with what it was sent last, however often the session changed since. */
    boolean benchmarkStays() {
        return true;
    }

    /** What was sent contains the changes before the first that is missing, not those after it. */
    long contained(long beforeMissing, long all) {
        return beforeMissing;
    }

    /** A copy goes on from what it has applied, not from what it was sent. */
    long continuesAt(long applied, long sent) {
        return applied;
    }

    /** With fewer in-sync backups than are asked for nothing is changed, and no change is acknowledged. */
    boolean enoughInSync(int inSync, int asked) {
        return inSync >= asked;
    }

    /** A copy may speak for the primary only where nobody else has to acknowledge. */
    boolean oneSuffices(int required) {
        return required == 1;
    }

    /** A copy says what it was told once, and only when it has applied everything that came with it. */
    boolean mayRelay(long before, long applied, long last) {
        return before < last && applied >= last;
    }

    /** Every in-sync copy must have acknowledged. */
    boolean copiesAgree(int acknowledged, int required) {
        return acknowledged == required;
    }

    /** A table that is only stored is not acted upon. */
    boolean actOnStored() {
        return false;
    }

    /** The coordinator goes on from the newest table that a majority knows, not from its own. */
    Topology startingTable(Topology own, Topology newest) {
        return newest;
    }

    /** A step without a majority continues the table it started from, not all of lower numbers. */
    TableNumber branchedFrom(TableNumber from, TableNumber own) {
        return from;
    }

    /** Where both sides went on, a majority wins over the last survivor of what was left of an older table. */
    boolean majorityWins(boolean outlasted) {
        return outlasted;
    }

    /** A joiner is in sync once it is required for everything and has acknowledged everything. */
    boolean joinerComplete(boolean copied, boolean acknowledgedAll) {
        return copied && acknowledgedAll;
    }

    /** A report of a joiner counts only for the joining that the newest table lists. */
    boolean joinReportFresh(SegmentEntry entry, long term, NodeId joiner, TableNumber listed) {
        SegmentEntry.Joiner j = entry.joiner(joiner);
        return j != null && entry.term() == term && j.since().equals(listed);
    }

    /** A grant leaves only when all in-sync backups know of it. */
    boolean grantWaitsForBackups() {
        return true;
    }

    /** An answer given again waits like the first one. */
    boolean repeatWaitsForBackups() {
        return true;
    }

    /** A process takes a grant only while it wants one, and of the request it waits with. */
    boolean grantWanted(boolean wanted, long grantRid, long wantedRid) {
        return wanted && grantRid == wantedRid;
    }

    /** A grant of the token that the process has already is the same token, not another. */
    boolean grantRepeated(Fence granted, Fence held) {
        return granted.equals(held);
    }

    /** Backups learn which request a token was granted to, or a successor could not tell a repeated one. */
    long replicatedRid(long rid) {
        return rid;
    }

    /** A release carries every delta that was not acknowledged. */
    List<SessionDelta> releasedDeltas(List<SessionDelta> uncommitted) {
        return uncommitted;
    }

    /** A member that was out in between is not the member it was. */
    boolean membershipGap(TableNumber since, TableNumber now) {
        return !since.equals(now);
    }

    /** A revocation may be lost. */
    boolean resendRevoke() {
        return true;
    }

    /** Waiters are granted in the order they came. */
    int nextWaiter(int waiting) {
        return 0;
    }

    /** Tokens go to members only. */
    boolean mayBeGranted(boolean member) {
        return member;
    }

    /** A copy is not complete without the tombstones. */
    boolean copyTombstones() {
        return true;
    }

    /** An id change is one change, not two. */
    boolean renameInOneChange() {
        return true;
    }

    /** A copy is dropped only when others in the effective table have the data. */
    boolean mayDropCopy(boolean othersHaveIt) {
        return othersHaveIt;
    }

    /** The highest term seen of a segment is kept after its copy was dropped. */
    boolean keepHighestTerm() {
        return true;
    }

    /** Two lives of a name are two nodes. */
    boolean sameLife(NodeId a, NodeId b) {
        return a.equals(b);
    }

    /** More than half of all seats, the dead ones counted. */
    boolean majority(int responding, int seats, int dead) {
        return 2 * responding > seats;
    }

    /** No table is proposed before the one before it is in effect. */
    boolean mayPropose(boolean inEffect) {
        return inEffect;
    }

    /** The lease counts from when the question was sent, not from when the answer came. */
    long leaseStart(long sentNanos, long answeredNanos) {
        return sentNanos;
    }

    /** Accesses reach the backups. */
    boolean replicateTouches() {
        return true;
    }

    /** A new primary waits out the lease of one that may still believe. */
    boolean awaitLease() {
        return true;
    }

    /** A primary answers about existence only while it may serve. */
    boolean lookupNeedsLease() {
        return true;
    }
}
