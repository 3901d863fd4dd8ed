package dev.baton.codec;

import dev.baton.model.Branch;
import dev.baton.model.Epoch;
import dev.baton.model.Location;
import dev.baton.model.Member;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.ArrayList;
import java.util.List;

/** Segment tables and their parts: what is written, and beside it how it is read. */
final class TableForm {
    private static final int STORE = 1;
    private static final int LEAVING = 2;

    private TableForm() {
    }

    static void writeEpoch(Out out, Epoch epoch) {
        out.varint(epoch.number());
        out.node(epoch.coordinator());
    }

    static Epoch readEpoch(In in) throws MalformedMessage {
        long number = in.varint();
        NodeId coordinator = in.node();
        return new Epoch(number, coordinator);
    }

    static void writeNumber(Out out, TableNumber number) {
        writeEpoch(out, number.epoch());
        out.varint(number.n());
    }

    static TableNumber readNumber(In in) throws MalformedMessage {
        Epoch epoch = readEpoch(in);
        return new TableNumber(epoch, in.varint());
    }

    static void writeLocation(Out out, Location location) {
        out.text(location.site(), Limits.PLACE);
        out.text(location.rack(), Limits.PLACE);
        out.text(location.host(), Limits.PLACE);
    }

    static Location readLocation(In in) throws MalformedMessage {
        String site = in.text(Limits.PLACE);
        String rack = in.text(Limits.PLACE);
        return new Location(site, rack, in.text(Limits.PLACE));
    }

    static void writeOptional(Out out, Topology table) {
        out.flag(table != null);
        if (table != null) {
            write(out, table);
        }
    }

    static Topology readOptional(In in) throws MalformedMessage {
        return in.flag() ? read(in) : null;
    }

    static void write(Out out, Topology table) {
        writeNumber(out, table.number());
        out.varint(table.lineage().size());
        for (Branch branch : table.lineage()) {
            writeEpoch(out, branch.epoch());
            writeNumber(out, branch.from());
            out.flag(branch.givenUp());
        }
        out.varint(table.members().size());
        for (Member member : table.members()) {
            out.node(member.node());
            writeLocation(out, member.location());
            out.octet((member.store() ? STORE : 0) | (member.leaving() ? LEAVING : 0));
            writeNumber(out, member.since());
        }
        writeNodes(out, table.previousSeats());
        for (SegmentEntry entry : table.segments()) {
            out.varint(entry.term());
            out.varint(entry.created());
            out.node(entry.primary());
            writeNodes(out, entry.backups());
            out.varint(entry.joining().size());
            for (SegmentEntry.Joiner joiner : entry.joining()) {
                out.node(joiner.node());
                writeNumber(out, joiner.since());
            }
        }
    }

    static Topology read(In in) throws MalformedMessage {
        TableNumber number = readNumber(in);
        List<Branch> lineage = readLineage(in);
        int memberCount = in.count("members", 8);
        List<Member> members = new ArrayList<>(memberCount);
        for (int i = 0; i < memberCount; i++) {
            NodeId node = in.node();
            Location location = readLocation(in);
            int flags = in.octet();
            if (flags > (STORE | LEAVING)) {
                throw In.malformed("member with the flags " + flags);
            }
            members.add(new Member(node, location, (flags & STORE) != 0, (flags & LEAVING) != 0, readNumber(in)));
        }
        List<NodeId> previousSeats = readNodes(in);
        if (in.remaining() < Topology.SEGMENTS * 5) {
            throw In.malformed("table ends early");
        }
        List<SegmentEntry> segments = new ArrayList<>(Topology.SEGMENTS);
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            long term = in.varint();
            long created = in.varint();
            NodeId primary = in.node();
            List<NodeId> backups = readNodes(in);
            segments.add(new SegmentEntry(term, primary, backups, readJoining(in), created));
        }
        return new Topology(number, lineage, members, previousSeats, segments);
    }

    private static List<Branch> readLineage(In in) throws MalformedMessage {
        int count = in.count("steps", 6);
        if (count == 0 || count > 1 + Topology.STEPS) {
            throw In.malformed("table with a lineage of " + count);
        }
        List<Branch> lineage = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Epoch epoch = readEpoch(in);
            TableNumber from = readNumber(in);
            lineage.add(new Branch(epoch, from, in.flag()));
        }
        return lineage;
    }

    private static List<SegmentEntry.Joiner> readJoining(In in) throws MalformedMessage {
        int count = in.count("joining nodes", 4);
        List<SegmentEntry.Joiner> joining = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            NodeId node = in.node();
            joining.add(new SegmentEntry.Joiner(node, readNumber(in)));
        }
        return joining;
    }

    private static void writeNodes(Out out, List<NodeId> nodes) {
        out.varint(nodes.size());
        for (NodeId node : nodes) {
            out.node(node);
        }
    }

    private static List<NodeId> readNodes(In in) throws MalformedMessage {
        int count = in.count("nodes", 1);
        if (count == 0) {
            return List.of();
        }
        if (count == 1) {
            return List.of(in.node());
        }
        List<NodeId> nodes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            nodes.add(in.node());
        }
        return nodes;
    }
}
