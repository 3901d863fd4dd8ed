package dev.baton.protocol;

import dev.baton.model.Branch;
import dev.baton.model.Member;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The next segment table: members that came, left or cannot be reached; promotions; joiners that are complete; and
 * bounded steps towards {@link Placement}. Crash of a primary, graceful leave and moves are one mechanism, promotion.
 */
final class Rebalance {
    /** Copies that may be under way at once, cluster-wide. */
    static final int MAX_JOINING = 64;

    private final Step step;
    private final Directory directory;
    private List<Member> placedFor = List.of();
    private List<List<NodeId>> placed = List.of();

    /**
     * @param table       the next table, or null where nothing changes
     * @param needsCopies a segment lost every owner: fresh promises must say who has the best copy
     * @param losses      what to tell people of segments that lost every owner
     */
    record Next(Topology table, boolean needsCopies, List<String> losses) {}

    Rebalance(Step step, Directory directory) {
        this.step = step;
        this.directory = directory;
    }

    /**
     * The first table of a new cluster: one node alone, this one where it keeps segments, every segment empty; null where
     * nobody in sight keeps any.
     */
    Topology founded(TableNumber number) {
        Message.Hello me = directory.hello(step.self);
        Member first = me.store() ? new Member(step.self, me.location(), true, false, number)
                : members(List.of(), number, List.of()).stream().filter(Member::store).findFirst().orElse(null);
        if (first == null) {
            return null;
        }
        List<SegmentEntry> segments = new ArrayList<>();
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            segments.add(new SegmentEntry(1, first.node(), List.of(), List.of(), 1));
        }
        return new Topology(number, List.of(Branch.founding(number.epoch())), List.of(first), List.of(), segments);
    }

    Next next(Topology table, TableNumber number, Collection<NodeId> leaving, List<Message.Joined> reports,
              Map<NodeId, Message.Promise> copies) {
        List<Member> members = members(table.members(), number, leaving);
        List<Member> candidates = members.stream().filter(m -> m.store() && !m.leaving()).toList();
        if (candidates.isEmpty()) {
            candidates = members.stream().filter(Member::store).toList();
        }
        if (candidates.isEmpty()) {
            return new Next(null, false, List.of()); // a table needs seats
        }
        List<Integer> emptied = new ArrayList<>();
        List<Integer> restored = new ArrayList<>();
        List<SegmentEntry> segments = new ArrayList<>();
        boolean needsCopies = false;
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            SegmentEntry entry = joinReports(i, table.segment(i), reports);
            entry = dropUnreachable(entry, members);
            if (!directory.inView(entry.primary()) && ownersLost(entry)) {
                if (copies == null) {
                    needsCopies = true;
                } else {
                    entry = restore(i, entry, candidates, copies, emptied, restored);
                }
            }
            segments.add(entry);
        }
        if (needsCopies) {
            return new Next(null, true, List.of());
        }
        int joining = segments.stream().mapToInt(e -> e.joining().size()).sum();
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            SegmentEntry before = segments.get(i);
            SegmentEntry after = towards(i, before, candidates, number, joining);
            joining += after.joining().size() - before.joining().size();
            segments.set(i, after);
        }
        members = withoutLeft(members, segments);
        Topology next = new Topology(number, table.lineage(), members, table.seats(), segments);
        // The same again counts as a change while seats that are gone stand in the table before: their votes would be
        // asked for at the next crash.
        boolean same = next.members().equals(table.members()) && next.segments().equals(table.segments())
                && table.previousSeats().equals(table.seats());
        return new Next(same ? null : next, false, losses(emptied, restored));
    }

    private static List<String> losses(List<Integer> emptied, List<Integer> restored) {
        List<String> losses = new ArrayList<>();
        if (!emptied.isEmpty()) {
            losses.add(loss(emptied, "lost every copy and start empty, but for what living nodes hold"));
        }
        if (!restored.isEmpty()) {
            losses.add(loss(restored, "lost every owner and go on with an older copy, which may lack changes"));
        }
        return losses;
    }

    /** Names the segments, in ranges, where they are not all. */
    private static String loss(List<Integer> ascending, String what) {
        if (ascending.size() == Topology.SEGMENTS) {
            return "all " + Topology.SEGMENTS + " segments " + what;
        }
        StringBuilder ranges = new StringBuilder();
        for (int i = 0; i < ascending.size(); i++) {
            int first = ascending.get(i);
            while (i + 1 < ascending.size() && ascending.get(i + 1) == ascending.get(i) + 1) {
                i++;
            }
            int last = ascending.get(i);
            ranges.append(ranges.isEmpty() ? "" : ", ").append(first).append(last == first ? "" : "-" + last);
        }
        return ascending.size() + " segments " + what + ": " + ranges;
    }

    /** @param before those of the table before */
    private List<Member> members(List<Member> before, TableNumber number, Collection<NodeId> leaving) {
        List<Member> members = new ArrayList<>();
        for (Member m : before) {
            if (directory.inView(m.node())) {
                members.add(leaving.contains(m.node()) ? m.asLeaving() : m);
            }
        }
        Message.Hello mine = directory.hello(step.self);
        for (NodeId node : directory.view()) {
            Message.Hello hello = directory.hello(node);
            boolean listed = members.stream().anyMatch(m -> m.node().equals(node));
            boolean nameInUse = directory.view().stream()
                    .anyMatch(n -> !n.equals(node) && n.name().equals(node.name()) && n.incarnation() < node.incarnation());
            boolean superseded = directory.view().stream().anyMatch(n -> n.supersedes(node)) && nameListed(members, node);
            if (!listed && hello != null && !nameInUse && !superseded && !leaving.contains(node)
                    && hello.settings().equals(mine.settings())) {
                members.add(new Member(node, hello.location(), hello.store(), false, number));
            }
        }
        return members;
    }

    private static boolean nameListed(List<Member> members, NodeId node) {
        return members.stream().anyMatch(m -> m.node().name().equals(node.name()));
    }

    private SegmentEntry joinReports(int segment, SegmentEntry entry, List<Message.Joined> reports) {
        for (Message.Joined r : reports) {
            if (r.segment() == segment && r.term() > entry.term() && directory.inView(entry.primary())) {
                // Somebody has seen a higher term, on a side that lost: no copy of it follows this primary before.
                entry = entry.raisedTo(r.term() + 1);
            }
            if (r.segment() == segment && step.guards.joinReportFresh(entry, r.term(), r.joiner(), r.listed())
                    && !entry.owns(r.joiner())) {
                List<NodeId> backups = new ArrayList<>(entry.backups());
                backups.add(r.joiner());
                entry = entry.withBackups(backups).withJoining(without(entry, r.joiner()));
            }
        }
        return entry;
    }

    private static List<SegmentEntry.Joiner> without(SegmentEntry entry, NodeId joiner) {
        return entry.joining().stream().filter(j -> !j.node().equals(joiner)).toList();
    }

    /**
     * Owners that cannot be reached lose their place as long as another owner can: an acknowledged change is with
     * every in-sync copy. Where none can be reached the row stays: one of them must come back, or be proven dead.
     */
    private SegmentEntry dropUnreachable(SegmentEntry entry, List<Member> members) {
        List<NodeId> backups = entry.backups().stream().filter(directory::inView).toList();
        List<SegmentEntry.Joiner> joining = entry.joining().stream()
                .filter(j -> members.stream().anyMatch(m -> m.node().equals(j.node()))).toList();
        if (directory.inView(entry.primary())) {
            return entry.withBackups(backups).withJoining(joining);
        }
        if (backups.isEmpty()) {
            return entry.withJoining(List.of());
        }
        // Joiners get their copy from the new primary, from the beginning.
        return entry.servedBy(backups.get(0), backups.subList(1, backups.size()), entry.term() + 1);
    }

    private boolean ownersLost(SegmentEntry entry) {
        return directory.lost(entry.primary()) && entry.backups().stream().allMatch(directory::lost);
    }

    /** @param losses what to tell people of segments that none of their owners has */
    record Kept(List<SegmentEntry> segments, List<String> losses) {}

    /**
     * The segments of a side that goes on after a conflict, owned by those who still have them: who went over to the
     * other side for a while may have dropped its copies, or got others.
     *
     * @param newest of that side
     * @param again  the same in terms above those of both sides
     */
    Kept kept(Topology newest, Topology again, Map<NodeId, Message.Promise> promises) {
        List<Member> candidates = newest.members().stream().filter(Member::store).toList();
        List<Integer> emptied = new ArrayList<>();
        List<Integer> restored = new ArrayList<>();
        List<SegmentEntry> segments = new ArrayList<>();
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            SegmentEntry e = again.segment(i);
            List<NodeId> owners = new ArrayList<>(e.backups());
            owners.add(0, e.primary());
            long term = newest.segment(i).term();
            int segment = i;
            owners.removeIf(n -> promises.containsKey(n) && promises.get(n).copies().stream()
                    .noneMatch(c -> c.segment() == segment && c.term() > 0 && c.term() <= term));
            if (e.beginning() || owners.size() == 1 + e.backups().size()) {
                segments.add(e);
            } else if (owners.isEmpty()) {
                segments.add(restore(i, e, candidates, promises, emptied, restored));
            } else {
                segments.add(e.servedBy(owners.get(0), owners.subList(1, owners.size()), e.term() + 1));
            }
        }
        return new Kept(segments, losses(emptied, restored));
    }

    /** Every owner is dead or given up: the best copy that anybody still has, or an empty segment if there is none. */
    private SegmentEntry restore(int segment, SegmentEntry entry, List<Member> candidates,
                                 Map<NodeId, Message.Promise> copies, List<Integer> emptied,
                                 List<Integer> restored) {
        NodeId best = null;
        Message.CopyNumber bestCopy = null;
        for (Map.Entry<NodeId, Message.Promise> e : copies.entrySet()) {
            for (Message.CopyNumber c : e.getValue().copies()) {
                if (c.segment() == segment && directory.inView(e.getKey()) && (bestCopy == null
                        || c.term() > bestCopy.term() || c.term() == bestCopy.term() && c.seq() > bestCopy.seq())) {
                    best = e.getKey();
                    bestCopy = c;
                }
            }
        }
        long term = entry.term() + 1;
        if (best == null) {
            emptied.add(segment);
            return new SegmentEntry(term, Placement.owners(segment, candidates, 1).get(0), List.of(), List.of(), term);
        }
        restored.add(segment);
        return new SegmentEntry(term, best, List.of(), List.of(), term);
    }

    /** Placement is a pure function of members that seldom change, asked for every segment at every table. */
    private List<NodeId> ideal(int segment, List<Member> candidates) {
        if (!candidates.equals(placedFor)) {
            placedFor = candidates;
            placed = new ArrayList<>();
            for (int i = 0; i < Topology.SEGMENTS; i++) {
                placed.add(Placement.owners(i, candidates, step.settings.backups() + 1));
            }
        }
        return placed.get(segment);
    }

    /** One bounded step of a segment towards where placement wants it. */
    private SegmentEntry towards(int segment, SegmentEntry entry, List<Member> candidates, TableNumber number,
                                 int joining) {
        if (!directory.inView(entry.primary()) || candidates.isEmpty()) {
            return entry;
        }
        List<NodeId> ideal = ideal(segment, candidates);
        List<SegmentEntry.Joiner> joiners = new ArrayList<>(entry.joining());
        boolean complete = true;
        for (NodeId n : ideal) {
            if (!entry.owns(n)) {
                complete = false;
                if (entry.joiner(n) == null && joining < MAX_JOINING) {
                    joiners.add(new SegmentEntry.Joiner(n, number));
                    joining++;
                }
            }
        }
        joiners.removeIf(j -> !ideal.contains(j.node()));
        if (!complete) {
            return entry.withJoining(joiners);
        }
        List<NodeId> backups = new ArrayList<>(entry.backups());
        if (!entry.primary().equals(ideal.get(0))) {
            // The former primary stays in sync for one table, as a backup like any other.
            backups.remove(ideal.get(0));
            backups.add(entry.primary());
            return entry.servedBy(ideal.get(0), backups, entry.term() + 1);
        }
        backups.removeIf(b -> !ideal.contains(b));
        return entry.withBackups(backups).withJoining(List.of());
    }

    /** A member that leaves is gone once no segment lists it. */
    private static List<Member> withoutLeft(List<Member> members, List<SegmentEntry> segments) {
        return members.stream().filter(m -> !m.leaving() || members.size() == 1
                || segments.stream().anyMatch(s -> s.lists(m.node()))).toList();
    }
}
