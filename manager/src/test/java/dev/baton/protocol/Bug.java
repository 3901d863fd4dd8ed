package dev.baton.protocol;

import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionDelta;
import dev.baton.model.Stamp;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.List;

/** Decisions of the core turned into their opposite: what the simulator must find. */
public enum Bug {
    NO_FENCE_CHECK("no fence check", new Guards() {
        @Override
        boolean tokenCurrent(StoredSession session, NodeId from, Fence given) {
            return true;
        }
    }),
    ACK_BEFORE_APPLY("acknowledge before apply", new Guards() {
        @Override
        long acknowledged(long applied, long received) {
            return Math.max(applied, received);
        }
    }),
    ACK_WITH_A_BACKUP_MISSING("acknowledge with a backup missing", new Guards() {
        @Override
        boolean copiesAgree(int acknowledged, int required) {
            return acknowledged >= required - 1;
        }
    }),
    ACTS_ON_STORED_TABLE("table acted upon before it is in effect", new Guards() {
        @Override
        boolean actOnStored() {
            return true;
        }
    }),
    IN_SYNC_BY_OWN_BELIEF("in-sync read from own belief", new Guards() {
        @Override
        Topology startingTable(Topology own, Topology newest) {
            return own == null ? newest : own;
        }
    }),
    BRANCHED_FROM_ANYWHERE("a step without a majority taken to continue whatever has a lower number", new Guards() {
        @Override
        TableNumber branchedFrom(TableNumber from, TableNumber own) {
            return own;
        }
    }),
    LAST_SURVIVOR_WINS("the last survivor of an older table judged by its seats against a majority", new Guards() {
        @Override
        boolean majorityWins(boolean outlasted) {
            return false;
        }
    }),
    JOINER_TOO_EARLY("joiner in-sync too early", new Guards() {
        @Override
        boolean joinerComplete(boolean copied, boolean acknowledgedAll) {
            return true;
        }
    }),
    GRANT_BEFORE_BACKUPS("GRANT before the backups have it", new Guards() {
        @Override
        boolean grantWaitsForBackups() {
            return false;
        }
    }),
    GRANT_IN_ANY_STATE("GRANT accepted in another state or rid", new Guards() {
        @Override
        boolean grantWanted(boolean wanted, long grantRid, long wantedRid) {
            return wanted;
        }
    }),
    REPEATED_GRANT_RELEASED("a repeated GRANT answered RELEASE", new Guards() {
        @Override
        boolean grantRepeated(Fence granted, Fence held) {
            return false;
        }
    }),
    RID_NOT_REPLICATED("the rid of the grant not replicated", new Guards() {
        @Override
        long replicatedRid(long rid) {
            return 0;
        }
    }),
    REPEAT_AHEAD_OF_BACKUPS("a repeated answer ahead of the backups", new Guards() {
        @Override
        boolean repeatWaitsForBackups() {
            return false;
        }
    }),
    DUPLICATE_BY_VERSION("duplicates known by version alone", new Guards() {
        @Override
        boolean duplicate(StoredSession session, Fence fence, long version) {
            return version <= session.version();
        }
    }),
    RELEASE_WITHOUT_DELTAS("RELEASE without the unacknowledged deltas", new Guards() {
        @Override
        List<SessionDelta> releasedDeltas(List<SessionDelta> uncommitted) {
            return List.of();
        }
    }),
    CACHED_BY_NUMBER("cached version known by number alone", new Guards() {
        @Override
        boolean cachedKnown(StoredSession session, Stamp cached) {
            return cached.version() <= session.version();
        }
    }),
    GAP_NOT_NOTICED("membership gap not noticed", new Guards() {
        @Override
        boolean membershipGap(TableNumber since, TableNumber now) {
            return false;
        }
    }),
    REVOKE_NOT_RESENT("REVOKE not resent", new Guards() {
        @Override
        boolean resendRevoke() {
            return false;
        }
    }),
    GRANT_OUT_OF_TURN("grant out of turn", new Guards() {
        @Override
        int nextWaiter(int waiting) {
            return waiting - 1;
        }
    }),
    GRANT_TO_NON_MEMBER("grant to a process not in the table", new Guards() {
        @Override
        boolean mayBeGranted(boolean member) {
            return true;
        }
    }),
    TOMBSTONE_NOT_COPIED("tombstone dropped during a transfer", new Guards() {
        @Override
        boolean copyTombstones() {
            return false;
        }
    }),
    RENAME_IN_TWO_CHANGES("RENAME that leaves two live ids after a crash", new Guards() {
        @Override
        boolean renameInOneChange() {
            return false;
        }
    }),
    WIPED_ON_REJOIN("wiped on rejoin", new Guards() {
        @Override
        boolean mayDropCopy(boolean othersHaveIt) {
            return true;
        }
    }),
    HIGHEST_TERM_FORGOTTEN("highest term forgotten with a dropped copy", new Guards() {
        @Override
        boolean keepHighestTerm() {
            return false;
        }
    }),
    ACTS_FOR_FORMER_LIFE("restarted node acting for its former incarnation", new Guards() {
        @Override
        boolean sameLife(NodeId a, NodeId b) {
            return a.name().equals(b.name());
        }
    }),
    MAJORITY_WITHOUT_DEAD("majority counted without the dead", new Guards() {
        @Override
        boolean majority(int responding, int seats, int dead) {
            return 2 * responding > seats - dead;
        }
    }),
    PROPOSES_AHEAD("change proposed before the last is in effect", new Guards() {
        @Override
        boolean mayPropose(boolean inEffect) {
            return true;
        }
    }),
    STALE_JOIN_REPORT("stale join report believed", new Guards() {
        @Override
        boolean joinReportFresh(SegmentEntry entry, long term, NodeId joiner, TableNumber listed) {
            return entry.joiner(joiner) != null;
        }
    }),
    LEASE_FROM_ANSWER("lease counted from the arrival of the answer", new Guards() {
        @Override
        long leaseStart(long sentNanos, long answeredNanos) {
            return answeredNanos;
        }
    }),
    TOUCH_NOT_REPLICATED("touch not replicated (early expiry)", new Guards() {
        @Override
        boolean replicateTouches() {
            return false;
        }
    }),
    LEASE_NOT_AWAITED("lease not awaited at promotion", new Guards() {
        @Override
        boolean awaitLease() {
            return false;
        }
    }),
    DEPOSED_ANSWERS_LOOKUP("deposed primary answering LOOKUP", new Guards() {
        @Override
        boolean lookupNeedsLease() {
            return false;
        }
    }),
    BENCHMARK_MOVES("a coalesced delta against the wrong benchmark", new Guards() {
        @Override
        boolean benchmarkStays() {
            return false;
        }
    }),
    CONTAINED_TOO_MUCH("acknowledgement of a version that the coalesced delta does not contain", new Guards() {
        @Override
        long contained(long beforeMissing, long all) {
            return all;
        }
    }),
    ONE_COPY_SPEAKS_FOR_ALL("an answer given by the first of several copies that have to acknowledge", new Guards() {
        @Override
        boolean oneSuffices(int required) {
            return required >= 1;
        }
    }),
    RELAYED_UNAPPLIED("an answer given by a copy that has not applied the change", new Guards() {
        @Override
        boolean mayRelay(long before, long applied, long last) {
            return true;
        }
    }),
    ENOUGH_COPIES_ASSUMED("a change acknowledged with fewer backups in sync than minInSync", new Guards() {
        @Override
        boolean enoughInSync(int inSync, int asked) {
            return true;
        }
    }),
    CONTINUES_AT_SENT("a backup that comes back is taken to have what it was sent", new Guards() {
        @Override
        long continuesAt(long applied, long sent) {
            return sent;
        }
    }),
    GAP_REFUSED("a change refused because the one before it was lost on its way", new Guards() {
        @Override
        boolean gap(Message.Commit commit, long version) {
            return false;
        }
    }),
    FORGETS_TAKEN("a change that the primary alone has, forgotten by its holder", new Guards() {
        @Override
        boolean keepsTaken() {
            return false;
        }
    }),
    REFUSES_TAKEN("a change that the former primary alone had, refused by the next one", new Guards() {
        @Override
        boolean takenStays(boolean taken) {
            return false;
        }
    }),
    COMMIT_APPLIED_TWICE("duplicate COMMIT applied twice", new Guards() {
        @Override
        boolean baseMatches(long base, long version) {
            return true;
        }

        @Override
        boolean duplicate(StoredSession session, Fence fence, long version) {
            return false;
        }
    });

    private final String text;
    private final Guards guards;

    Bug(String text, Guards guards) {
        this.text = text;
        this.guards = guards;
    }

    Guards guards() {
        return guards;
    }

    /** In the words of the protocol's list. */
    public String text() {
        return text;
    }
}
