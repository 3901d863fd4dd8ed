package dev.baton.protocol;

import dev.baton.model.NodeId;
import dev.baton.model.Topology;
import java.util.Collection;
import java.util.List;

/**
 * Whether enough seats answered for a table to be claimed or to take effect. Both the table's own seats and those of
 * the table before it must agree.
 */
final class Quorum {
    /** What is known of nodes that do not answer. */
    interface Absence {
        /** The process does not exist any more. */
        boolean dead(NodeId node);

        /** Given up without proof: forgotten by an administrator, or unreachable for longer than {@code lostAfter}. */
        boolean givenUp(NodeId node, int seats);

        /** A survivor among dead seats has waited long enough for news. */
        boolean aloneLongEnough();

        /** A node that keeps segments is there, be it a seat or not. */
        boolean storeInSight();
    }

    /** From the weakest to the strongest. Between NO and YES others may have gone on too, and the lineage must say so. */
    enum Verdict {
        NO,
        /** Only by giving up nodes that may live. */
        GIVEN_UP,
        /** Only as the last survivor: every other seat is proven dead. */
        ALONE,
        YES;

        /** Whether this is going on without a majority. */
        boolean forced() {
            return this == GIVEN_UP || this == ALONE;
        }

        private static Verdict weaker(Verdict a, Verdict b) {
            return a.compareTo(b) < 0 ? a : b;
        }
    }

    private Quorum() {
    }

    static Verdict reached(Topology table, Collection<NodeId> answered, Absence absence, Guards guards) {
        return Verdict.weaker(majority(table.seats(), answered, absence, guards),
                majority(table.previousSeats(), answered, absence, guards));
    }

    /** Whether the nodes in sight could decide something. */
    static boolean present(List<NodeId> seats, Collection<NodeId> inSight, Absence absence, Guards guards) {
        return majority(seats, inSight, absence, guards) != Verdict.NO;
    }

    private static Verdict majority(List<NodeId> seats, Collection<NodeId> answered, Absence absence, Guards guards) {
        int responding = 0;
        int dead = 0;
        int givenUp = 0;
        for (NodeId seat : seats) {
            if (answered(seat, answered, guards)) {
                responding++;
            } else if (absence.dead(seat)) {
                dead++;
            } else if (absence.givenUp(seat, seats.size())) {
                givenUp++;
            }
        }
        if (seats.isEmpty() || guards.majority(responding, seats.size(), dead)) {
            return Verdict.YES;
        }
        boolean othersGone = responding + dead + givenUp == seats.size();
        if (responding > 0 && 2 * responding == seats.size() && othersGone) {
            return givenUp == 0 ? Verdict.YES : Verdict.GIVEN_UP;
        }
        // Also where no seat is left at all: whoever still knows the table goes on from it, once there is one to store it.
        if (othersGone && (responding > 0 ? givenUp > 0 || absence.aloneLongEnough()
                : absence.aloneLongEnough() && absence.storeInSight())) {
            return givenUp == 0 ? Verdict.ALONE : Verdict.GIVEN_UP;
        }
        return Verdict.NO;
    }

    private static boolean answered(NodeId seat, Collection<NodeId> answered, Guards guards) {
        for (NodeId a : answered) {
            if (guards.sameLife(seat, a)) {
                return true;
            }
        }
        return false;
    }
}
