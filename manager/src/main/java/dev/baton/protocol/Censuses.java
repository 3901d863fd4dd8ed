package dev.baton.protocol;

import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Questions of this process about all sessions of an application: every primary of the effective table is asked. Known
 * is the answer only where all of them lead by that table, so that each segment is counted once; where the table
 * changes meanwhile, or somebody is silent, it is not. Nothing is asked again: whoever waits has its limit.
 */
final class Censuses {
    private static final int MAX_OPEN = 100;
    private static final int MAX_KEYS = 5_000;

    private final Step step;
    private final Directory directory;
    private final TreeMap<Long, Open> open = new TreeMap<>();

    private static final class Open {
        final TableNumber table;
        final TreeSet<NodeId> awaited = new TreeSet<>();
        final List<SessionKey> keys = new ArrayList<>();
        long sessions;
        long segments;

        Open(TableNumber table) {
            this.table = table;
        }
    }

    Censuses(Step step, Directory directory) {
        this.step = step;
        this.directory = directory;
    }

    void ask(Input.Census in) {
        Topology table = directory.effective;
        if (table == null || directory.frozen || open.size() >= MAX_OPEN) {
            step.emit(new Effect.Counted(in.ticket(), false, 0, List.of()));
            return;
        }
        Open census = new Open(table.number());
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            census.awaited.add(table.segment(i).primary());
        }
        open.put(in.ticket(), census);
        for (NodeId primary : List.copyOf(census.awaited)) {
            step.send(primary, new Message.Census(in.ticket(), in.application()));
        }
    }

    void cancel(long ticket) {
        open.remove(ticket);
    }

    /** @param led keys of the sessions in the {@code segments} segments that this node leads now */
    void answer(NodeId from, Message.Census m, int segments, List<SessionKey> led) {
        if (directory.effective != null && !directory.frozen) {
            step.send(from, new Message.Counted(m.ticket(), directory.effective.number(), segments, led.size(),
                    led.subList(0, Math.min(led.size(), MAX_KEYS))));
        }
    }

    void counted(NodeId from, Message.Counted m) {
        Open census = open.get(m.ticket());
        if (census == null || !census.awaited.remove(from)) {
            return;
        }
        census.segments += m.effective().equals(census.table) ? m.segments() : 0;
        census.sessions += m.sessions();
        census.keys.addAll(m.keys());
        if (census.awaited.isEmpty()) {
            open.remove(m.ticket());
            boolean known = census.segments == Topology.SEGMENTS;
            step.emit(new Effect.Counted(m.ticket(), known, known ? census.sessions : 0,
                    known ? List.copyOf(census.keys) : List.of()));
        }
    }
}
