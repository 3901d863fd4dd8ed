package dev.baton.codec;

import dev.baton.graph.StreamPatch;
import dev.baton.model.AttributeChange;
import dev.baton.model.BytePatch;
import dev.baton.model.Fence;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import dev.baton.protocol.StoredSession;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** Session contents and the steps between them: what is written, and beside it how it is read. */
final class SessionForm {
    private static final int KIND_BITS = 2;
    private static final int PUT = 0;
    private static final int PATCH = 1;
    private static final int REMOVE = 2;
    private static final int GRAPH = 3;

    private static final int HAS_IMAGE = 1;
    private static final int EXPIRING = 2;

    private SessionForm() {
    }

    static void writeFence(Out out, Fence fence) {
        out.varint(fence.term());
        out.varint(fence.counter());
    }

    static Fence readFence(In in) throws MalformedMessage {
        long term = in.varint();
        return new Fence(term, in.varint());
    }

    static void writeOptionalFence(Out out, Fence fence) {
        out.flag(fence != null);
        if (fence != null) {
            writeFence(out, fence);
        }
    }

    static Fence readOptionalFence(In in) throws MalformedMessage {
        return in.flag() ? readFence(in) : null;
    }

    static void writeStamp(Out out, Stamp stamp) {
        writeFence(out, stamp.fence());
        out.varint(stamp.version());
    }

    static Stamp readStamp(In in) throws MalformedMessage {
        Fence fence = readFence(in);
        return new Stamp(fence, in.varint());
    }

    static void writeMeta(Out out, SessionMeta meta) {
        out.signed(meta.createdMillis());
        out.signed(meta.maxInactiveSeconds());
        out.optionalText(meta.authType(), Limits.AUTH_TYPE);
        out.optionalBytes(meta.principal());
        out.optionalBytes(meta.notes());
    }

    static SessionMeta readMeta(In in) throws MalformedMessage {
        long created = in.signed();
        long interval = in.signed();
        if (interval != (int) interval) {
            throw In.malformed("inactive interval of " + interval + " s");
        }
        String authType = in.optionalText(Limits.AUTH_TYPE);
        byte[] principal = in.optionalBytes();
        return new SessionMeta(created, (int) interval, authType, principal, in.optionalBytes());
    }

    static void writeOptionalMeta(Out out, SessionMeta meta) {
        out.flag(meta != null);
        if (meta != null) {
            writeMeta(out, meta);
        }
    }

    static SessionMeta readOptionalMeta(In in) throws MalformedMessage {
        return in.flag() ? readMeta(in) : null;
    }

    static void writeImage(Out out, SessionImage image) {
        writeMeta(out, image.meta());
        List<String> names = image.names();
        out.varint(names.size());
        for (String name : names) {
            out.text(name, Limits.ATTRIBUTE_NAME);
            out.bytes(image.attribute(name));
        }
    }

    static SessionImage readImage(In in) throws MalformedMessage {
        SessionMeta meta = readMeta(in);
        int count = in.count("attributes", 2);
        TreeMap<String, byte[]> attributes = new TreeMap<>();
        String last = null;
        for (int i = 0; i < count; i++) {
            String name = in.text(Limits.ATTRIBUTE_NAME);
            if (last != null && last.compareTo(name) >= 0) {
                throw In.malformed("attributes are not in order");
            }
            attributes.put(name, in.bytes());
            last = name;
        }
        return SessionImage.of(meta, attributes);
    }

    static void writeDelta(Out out, SessionDelta delta) {
        out.varint(delta.base());
        out.age(delta.ageNanos());
        writeChanges(out, delta.changes(), delta.meta());
    }

    static void writeChanges(Out out, List<AttributeChange> changes, SessionMeta meta) {
        out.varint(changes.size() * 2L + (meta == null ? 0 : 1));
        for (AttributeChange change : changes) {
            writeChange(out, change);
        }
        if (meta != null) {
            writeMeta(out, meta);
        }
    }

    static SessionDelta readDelta(In in) throws MalformedMessage {
        long base = in.varint();
        return readChanges(in, base, in.age());
    }

    static SessionDelta readChanges(In in, long base, long age) throws MalformedMessage {
        int head = in.bounded("number of changes", in.remaining() + 1L);
        int count = head >> 1;
        List<AttributeChange> changes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            changes.add(readChange(in));
        }
        refuseNameTwice(changes);
        return new SessionDelta(base, changes, (head & 1) == 0 ? null : readMeta(in), age);
    }

    private static void refuseNameTwice(List<AttributeChange> changes) throws MalformedMessage {
        if (changes.size() < 2) {
            return;
        }
        TreeSet<String> names = new TreeSet<>();
        for (AttributeChange change : changes) {
            if (!names.add(change.name())) {
                throw In.malformed("two changes of one attribute in a delta");
            }
        }
    }

    private static void writeChange(Out out, AttributeChange change) {
        if (change instanceof AttributeChange.BinaryPatch p) {
            out.text(p.name(), Limits.ATTRIBUTE_NAME, KIND_BITS, PATCH);
            out.bytes(p.patch().encoded());
        } else if (change instanceof AttributeChange.GraphPatch p) {
            out.text(p.name(), Limits.ATTRIBUTE_NAME, KIND_BITS, GRAPH);
            out.bytes(p.patch().encoded());
        } else if (change instanceof AttributeChange.Put p) {
            out.text(p.name(), Limits.ATTRIBUTE_NAME, KIND_BITS, PUT);
            out.bytes(p.value());
        } else if (change instanceof AttributeChange.Remove r) {
            out.text(r.name(), Limits.ATTRIBUTE_NAME, KIND_BITS, REMOVE);
        } else {
            throw new IllegalArgumentException("no wire form for " + change.getClass());
        }
    }

    private static AttributeChange readChange(In in) throws MalformedMessage {
        long head = in.varint();
        int kind = (int) head & (1 << KIND_BITS) - 1;
        String name = in.text(head >>> KIND_BITS, Limits.ATTRIBUTE_NAME);
        switch (kind) {
            case PUT:
                return new AttributeChange.Put(name, in.bytes());
            case PATCH:
                return new AttributeChange.BinaryPatch(name, new BytePatch(in.bytes()));
            case GRAPH:
                return new AttributeChange.GraphPatch(name, new StreamPatch(in.bytes()));
            default:
                return new AttributeChange.Remove(name);
        }
    }

    static void writeDeltas(Out out, List<SessionDelta> deltas) {
        out.varint(deltas.size());
        for (SessionDelta delta : deltas) {
            writeDelta(out, delta);
        }
    }

    static List<SessionDelta> readDeltas(In in) throws MalformedMessage {
        int count = in.count("deltas", 3);
        List<SessionDelta> deltas = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            deltas.add(readDelta(in));
        }
        return deltas;
    }

    static void writeStored(Out out, StoredSession session) {
        out.octet((session.image() == null ? 0 : HAS_IMAGE) | (session.expiring() ? EXPIRING : 0));
        if (session.image() != null) {
            writeImage(out, session.image());
        }
        writeStamp(out, session.contents());
        writeFence(out, session.fence());
        out.optionalNode(session.holder());
        out.varint(session.rid());
        writeHistory(out, session.history());
        out.optionalId(session.movedTo());
    }

    static StoredSession readStored(In in) throws MalformedMessage {
        int flags = in.octet();
        if (flags > (HAS_IMAGE | EXPIRING)) {
            throw In.malformed("session with the flags " + flags);
        }
        SessionImage image = (flags & HAS_IMAGE) == 0 ? null : readImage(in);
        Stamp contents = readStamp(in);
        Fence fence = readFence(in);
        var holder = in.optionalNode();
        long rid = in.varint();
        List<Stamp> history = readHistory(in);
        return new StoredSession(image, contents, fence, holder, rid, (flags & EXPIRING) != 0, history,
                in.optionalId());
    }

    static void writeHistory(Out out, List<Stamp> history) {
        out.varint(history.size());
        for (Stamp stamp : history) {
            writeStamp(out, stamp);
        }
    }

    static List<Stamp> readHistory(In in) throws MalformedMessage {
        int count = in.bounded("number of stamps", StoredSession.MAX_HISTORY);
        List<Stamp> history = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            history.add(readStamp(in));
        }
        return history;
    }
}
