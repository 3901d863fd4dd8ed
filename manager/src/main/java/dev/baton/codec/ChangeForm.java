package dev.baton.codec;

import static dev.baton.codec.SessionForm.readFence;
import static dev.baton.codec.SessionForm.writeFence;

import dev.baton.model.SessionDelta;
import dev.baton.model.SessionKey;
import dev.baton.protocol.Change;
import dev.baton.protocol.Content;
import java.util.ArrayList;
import java.util.List;

/** Replicated changes, and what a grant brings along. */
final class ChangeForm {
    static final Form.Family<Change> CHANGES = new Form.Family<>("change",
            new Form<>(1, Change.Applied.class, (out, c) -> {
                out.key(c.key());
                writeFence(out, c.fence());
                SessionForm.writeDelta(out, c.delta());
            }, in -> new Change.Applied(in.key(), readFence(in), SessionForm.readDelta(in))),

            new Form<>(2, Change.Granted.class, (out, c) -> {
                out.key(c.key());
                out.node(c.holder());
                writeFence(out, c.fence());
                out.varint(c.rid());
                out.flag(c.expire());
            }, in -> new Change.Granted(in.key(), in.node(), readFence(in), in.varint(), in.flag())),

            new Form<>(3, Change.Freed.class, (out, c) -> {
                out.key(c.key());
                writeFence(out, c.fence());
            }, in -> new Change.Freed(in.key(), readFence(in))),

            new Form<>(4, Change.Created.class, (out, c) -> {
                out.key(c.key());
                SessionForm.writeImage(out, c.image());
                out.node(c.holder());
                writeFence(out, c.fence());
                out.varint(c.rid());
            }, in -> new Change.Created(in.key(), SessionForm.readImage(in), in.node(), readFence(in), in.varint())),

            new Form<>(5, Change.Buried.class, (out, c) -> {
                out.key(c.key());
                writeFence(out, c.fence());
            }, in -> new Change.Buried(in.key(), readFence(in))),

            new Form<>(6, Change.Moved.class, (out, c) -> {
                out.key(c.key());
                out.optionalId(c.newId());
                writeFence(out, c.fence());
                out.varint(c.rid());
            }, in -> new Change.Moved(in.key(), in.id(), readFence(in), in.varint())),

            new Form<>(7, Change.Touched.class, (out, c) -> writeTouches(out, c.touches()),
                    in -> new Change.Touched(readTouches(in))),

            new Form<>(8, Change.Purged.class, (out, c) -> {
                out.varint(c.keys().size());
                for (SessionKey key : c.keys()) {
                    out.key(key);
                }
            }, in -> {
                int count = in.count("keys", 1);
                List<SessionKey> keys = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    keys.add(in.key());
                }
                return new Change.Purged(keys);
            }),

            new Form<>(9, Change.Copied.class, (out, c) -> {
                out.key(c.key());
                SessionForm.writeStored(out, c.session());
                out.age(c.idleNanos());
            }, in -> new Change.Copied(in.key(), SessionForm.readStored(in), in.age())),

            Form.empty(10, Change.CopyComplete.class, new Change.CopyComplete()),

            new Form<>(11, Change.Synced.class, (out, c) -> {
                out.key(c.key());
                out.varint(c.base());
                SessionForm.writeChanges(out, c.changes(), c.meta());
                SessionForm.writeHistory(out, c.made());
                writeFence(out, c.fence());
                out.optionalNode(c.holder());
                out.varint(c.rid());
                out.flag(c.expiring());
                out.age(c.idleNanos());
            }, ChangeForm::readSynced));

    static final Form.Family<Content> CONTENTS = new Form.Family<>("content",
            Form.empty(0, Content.Same.class, new Content.Same()),
            new Form<>(1, Content.Deltas.class, (out, c) -> SessionForm.writeDeltas(out, c.deltas()),
                    in -> new Content.Deltas(SessionForm.readDeltas(in))),
            new Form<>(2, Content.Whole.class, (out, c) -> SessionForm.writeImage(out, c.image()),
                    in -> new Content.Whole(SessionForm.readImage(in))));

    private ChangeForm() {
    }

    private static Change.Synced readSynced(In in) throws MalformedMessage {
        SessionKey key = in.key();
        SessionDelta delta = SessionForm.readChanges(in, in.varint(), 0);
        return new Change.Synced(key, delta.base(), delta.changes(), delta.meta(), SessionForm.readHistory(in),
                readFence(in), in.optionalNode(), in.varint(), in.flag(), in.age());
    }

    static void writeTouches(Out out, List<Change.Touch> touches) {
        out.varint(touches.size());
        for (Change.Touch touch : touches) {
            out.key(touch.key());
            out.age(touch.ageNanos());
        }
    }

    static List<Change.Touch> readTouches(In in) throws MalformedMessage {
        int count = in.count("touches", 2);
        List<Change.Touch> touches = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            touches.add(new Change.Touch(in.key(), in.age()));
        }
        return touches;
    }
}
