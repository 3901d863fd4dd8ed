package dev.baton.codec;

import static dev.baton.codec.SessionForm.readFence;
import static dev.baton.codec.SessionForm.writeFence;
import static dev.baton.codec.TableForm.readEpoch;
import static dev.baton.codec.TableForm.readNumber;
import static dev.baton.codec.TableForm.writeEpoch;
import static dev.baton.codec.TableForm.writeNumber;

import dev.baton.model.Epoch;
import dev.baton.model.SessionKey;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import dev.baton.protocol.Change;
import dev.baton.protocol.Denial;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Every message: its tag, how it is written, and beside it how it is read. Java evaluates arguments in order. */
final class MessageForm {
    private static final Message.Match[] MATCHES = Message.Match.values();
    private static final Denial[] DENIALS = Denial.values();
    private static final int OTHERS_WAIT = 1;
    private static final int EXPIRE = 2;
    private static final int FIRST = 1;
    private static final int EARLY = 2;
    /** Behind them the number of changes taken. */
    private static final int COMMIT_FLAGS = 2;
    private static final int BETWEEN = 1;
    private static final int AWAITED = 2;
    private static final int TOLD = 4;

    private static final Form<Message.Committed> COMMITTED = new Form<>(11, Message.Committed.class, (out, m) -> {
        out.key(m.key());
        writeFence(out, m.fence());
        out.varint(m.version());
        denial(out, m.reason());
    }, in -> new Message.Committed(in.key(), readFence(in), in.varint(), denial(in)));

    private static final Form<Message.Grant> GRANT = new Form<>(13, Message.Grant.class, (out, m) -> {
        out.varint(m.rid());
        out.key(m.key());
        writeFence(out, m.fence());
        SessionForm.writeStamp(out, m.contents());
        out.octet((m.othersWait() ? OTHERS_WAIT : 0) | (m.expire() ? EXPIRE : 0));
        out.age(m.idleNanos());
        ChangeForm.CONTENTS.write(out, m.content());
    }, MessageForm::readGrant);

    private static final Form<Message.Released> RELEASED = new Form<>(18, Message.Released.class, (out, m) -> {
        out.key(m.key());
        writeFence(out, m.fence());
        denial(out, m.reason());
    }, in -> new Message.Released(in.key(), readFence(in), denial(in)));

    private static final Form.Family<Message.Answer> ANSWERS = new Form.Family<>("answer", COMMITTED, GRANT, RELEASED);

    static final Form.Family<Message> MESSAGES = new Form.Family<>("message",
            // ---- primaries and copies
            new Form<>(1, Message.Replicate.class, (out, m) -> {
                out.octet(m.segment());
                out.varint(m.term());
                out.varint(m.stream());
                out.varint(m.first());
                out.varint(m.seq());
                out.varint(m.changes().size() * 8L + (m.between() ? BETWEEN : 0) + (m.awaited() ? AWAITED : 0)
                        + (m.told().isEmpty() ? 0 : TOLD));
                for (Change change : m.changes()) {
                    ChangeForm.CHANGES.write(out, change);
                }
                if (!m.told().isEmpty()) {
                    out.varint(m.told().size());
                    for (Message.Told told : m.told()) {
                        out.node(told.to());
                        ANSWERS.write(out, told.answer());
                    }
                }
            }, MessageForm::readReplicate),
            new Form<>(2, Message.Replicated.class, (out, m) -> {
                out.octet(m.segment());
                out.varint(m.term());
                out.varint(m.stream());
                out.varint(m.position());
            }, in -> new Message.Replicated(in.octet(), in.varint(), in.varint(), in.varint())),
            new Form<>(3, Message.Attach.class, (out, m) -> {
                out.octet(m.segment());
                out.varint(m.term());
                out.varint(m.stream());
                out.varint(m.origin());
                out.varint(m.seq());
                out.varint(m.prevTerm());
                out.varint(m.prevSeq());
                out.fixed64(m.hash());
                TableForm.writeNumber(out, m.listed());
            }, in -> new Message.Attach(in.octet(), in.varint(), in.varint(), in.varint(), in.varint(), in.varint(),
                    in.varint(), in.fixed64(), TableForm.readNumber(in))),
            new Form<>(4, Message.Attached.class, (out, m) -> {
                out.octet(m.segment());
                out.varint(m.term());
                out.varint(m.stream());
                out.octet(m.match().ordinal());
                out.varint(m.position());
            }, in -> new Message.Attached(in.octet(), in.varint(), in.varint(), match(in), in.varint())),

            // ---- processes and primaries
            new Form<>(5, Message.Relayed.class, (out, m) -> {
                out.node(m.primary());
                ANSWERS.write(out, m.answer());
            }, in -> new Message.Relayed(in.node(), ANSWERS.read(in))),
            new Form<>(10, Message.Commit.class, (out, m) -> {
                out.key(m.key());
                writeFence(out, m.fence());
                SessionForm.writeDeltas(out, m.deltas());
                out.varint((long) m.taken() << COMMIT_FLAGS | (m.first() ? FIRST : 0) | (m.early() ? EARLY : 0));
            }, MessageForm::readCommit),
            new Form<>(32, Message.Taken.class, (out, m) -> {
                out.key(m.key());
                writeFence(out, m.fence());
                out.varint(m.version());
            }, in -> new Message.Taken(in.key(), readFence(in), in.varint())),
            COMMITTED,
            new Form<>(12, Message.Acquire.class, (out, m) -> {
                out.varint(m.rid());
                out.key(m.key());
                SessionForm.writeStamp(out, m.cached());
            }, in -> new Message.Acquire(in.varint(), in.key(), SessionForm.readStamp(in))),
            GRANT,
            new Form<>(14, Message.Denied.class, (out, m) -> {
                out.varint(m.rid());
                out.key(m.key());
                denial(out, m.reason());
                out.optionalNode(m.holder());
                writeNumber(out, m.effective());
            }, in -> new Message.Denied(in.varint(), in.key(), denial(in), in.optionalNode(), readNumber(in))),
            new Form<>(15, Message.Cancel.class, (out, m) -> {
                out.varint(m.rid());
                out.key(m.key());
            }, in -> new Message.Cancel(in.varint(), in.key())),
            new Form<>(16, Message.Revoke.class, (out, m) -> {
                out.key(m.key());
                writeFence(out, m.fence());
            }, in -> new Message.Revoke(in.key(), readFence(in))),
            new Form<>(17, Message.Release.class, (out, m) -> {
                out.key(m.key());
                writeFence(out, m.fence());
                SessionForm.writeDeltas(out, m.deltas());
                if (!m.deltas().isEmpty()) {
                    out.varint(m.taken());
                }
                out.age(m.ageNanos());
            }, MessageForm::readRelease),
            RELEASED,
            new Form<>(19, Message.Lookup.class, (out, m) -> {
                out.varint(m.rid());
                out.key(m.key());
            }, in -> new Message.Lookup(in.varint(), in.key())),
            new Form<>(20, Message.Meta.class, (out, m) -> {
                out.varint(m.rid());
                out.key(m.key());
                SessionForm.writeOptionalMeta(out, m.meta());
                out.age(m.idleNanos());
                out.optionalNode(m.holder());
            }, in -> new Message.Meta(in.varint(), in.key(), SessionForm.readOptionalMeta(in), in.age(),
                    in.optionalNode())),
            new Form<>(21, Message.Create.class, (out, m) -> {
                out.varint(m.rid());
                out.key(m.key());
                SessionForm.writeImage(out, m.image());
                out.age(m.ageNanos());
            }, in -> new Message.Create(in.varint(), in.key(), SessionForm.readImage(in), in.age())),
            new Form<>(22, Message.Destroy.class, (out, m) -> {
                out.varint(m.rid());
                out.key(m.key());
                writeFence(out, m.fence());
            }, in -> new Message.Destroy(in.varint(), in.key(), readFence(in))),
            new Form<>(23, Message.Destroyed.class, (out, m) -> {
                out.varint(m.rid());
                out.key(m.key());
                denial(out, m.reason());
            }, in -> new Message.Destroyed(in.varint(), in.key(), denial(in))),
            new Form<>(24, Message.Rename.class, (out, m) -> {
                out.varint(m.rid());
                out.key(m.key());
                writeFence(out, m.fence());
                out.optionalId(m.newId());
            }, in -> new Message.Rename(in.varint(), in.key(), readFence(in), in.id())),
            new Form<>(25, Message.Renamed.class, (out, m) -> {
                out.varint(m.rid());
                out.key(m.key());
                out.optionalId(m.newId());
                SessionForm.writeOptionalFence(out, m.fence());
                denial(out, m.reason());
            }, in -> new Message.Renamed(in.varint(), in.key(), in.id(), SessionForm.readOptionalFence(in),
                    denial(in))),
            new Form<>(26, Message.Touched.class, (out, m) -> ChangeForm.writeTouches(out, m.touches()),
                    in -> new Message.Touched(ChangeForm.readTouches(in))),

            new Form<>(28, Message.Census.class, (out, m) -> {
                out.varint(m.ticket());
                out.fixed64(m.application());
            }, in -> new Message.Census(in.varint(), in.fixed64())),
            new Form<>(29, Message.Counted.class, (out, m) -> {
                out.varint(m.ticket());
                writeNumber(out, m.effective());
                out.varint(m.segments());
                out.varint(m.sessions());
                out.varint(m.keys().size());
                m.keys().forEach(out::key);
            }, MessageForm::readCounted),

            new Form<>(30, Message.Users.class, (out, m) -> {
                out.key(m.key());
                writeFence(out, m.fence());
                out.text(m.text(), Message.MAX_TEXT);
            }, in -> new Message.Users(in.key(), readFence(in), in.text(Message.MAX_TEXT))),
            new Form<>(31, Message.UsedBy.class, (out, m) -> {
                out.varint(m.rid());
                out.key(m.key());
                out.node(m.holder());
                out.text(m.text(), Message.MAX_TEXT);
            }, in -> new Message.UsedBy(in.varint(), in.key(), in.node(), in.text(Message.MAX_TEXT))),

            new Form<>(27, Message.Offer.class, (out, m) -> {
                out.varint(m.rid());
                out.key(m.key());
                writeFence(out, m.fence());
                SessionForm.writeStamp(out, m.contents());
                SessionForm.writeImage(out, m.image());
                out.age(m.ageNanos());
            }, in -> new Message.Offer(in.varint(), in.key(), readFence(in), SessionForm.readStamp(in),
                    SessionForm.readImage(in), in.age())),

            // ---- lease
            new Form<>(40, Message.Beat.class, (out, m) -> {
                out.varint(m.echo());
                writeNumber(out, m.effective());
            }, in -> new Message.Beat(in.varint(), readNumber(in))),
            new Form<>(41, Message.BeatAnswer.class, (out, m) -> {
                out.varint(m.echo());
                writeNumber(out, m.effective());
                out.leaseAge(m.primaryAgeNanos());
            }, in -> new Message.BeatAnswer(in.varint(), readNumber(in), in.leaseAge())),

            // ---- membership and table
            new Form<>(50, Message.Hello.class, (out, m) -> {
                TableForm.writeLocation(out, m.location());
                out.flag(m.store());
                out.text(m.settings(), Limits.SETTINGS);
                out.varint(m.apps().size());
                for (Message.App app : m.apps()) {
                    out.fixed64(app.hash());
                    out.text(app.name(), Limits.APPLICATION_NAME);
                }
            }, in -> new Message.Hello(TableForm.readLocation(in), in.flag(), in.text(Limits.SETTINGS), readApps(in))),
            new Form<>(51, Message.Claim.class, (out, m) -> writeEpoch(out, m.epoch()),
                    in -> new Message.Claim(readEpoch(in))),
            new Form<>(52, Message.Promise.class, (out, m) -> {
                writeEpoch(out, m.epoch());
                TableForm.writeOptional(out, m.stored());
                boolean actedBy = Objects.equals(m.stored(), m.effective()); // nearly always
                out.flag(actedBy);
                if (!actedBy) {
                    TableForm.writeOptional(out, m.effective());
                }
                out.varint(m.copies().size());
                for (Message.CopyNumber copy : m.copies()) {
                    out.octet(copy.segment());
                    out.varint(copy.term());
                    out.varint(copy.seq());
                }
            }, MessageForm::readPromise),
            new Form<>(53, Message.Refused.class, (out, m) -> {
                writeEpoch(out, m.claimed());
                writeEpoch(out, m.promised());
            }, in -> new Message.Refused(readEpoch(in), readEpoch(in))),
            new Form<>(54, Message.Store.class, (out, m) -> {
                TableForm.write(out, m.table());
                out.flag(m.asked());
            }, in -> new Message.Store(TableForm.read(in), in.flag())),
            new Form<>(55, Message.Stored.class, (out, m) -> writeNumber(out, m.number()),
                    in -> new Message.Stored(readNumber(in))),
            new Form<>(56, Message.Effective.class, (out, m) -> TableForm.write(out, m.table()),
                    in -> new Message.Effective(TableForm.read(in))),
            new Form<>(57, Message.TableWanted.class, (out, m) -> writeNumber(out, m.have()),
                    in -> new Message.TableWanted(readNumber(in))),
            new Form<>(58, Message.Adopted.class, (out, m) -> writeNumber(out, m.number()),
                    in -> new Message.Adopted(readNumber(in))),
            new Form<>(59, Message.Joined.class, (out, m) -> {
                out.octet(m.segment());
                out.varint(m.term());
                out.node(m.joiner());
                writeNumber(out, m.listed());
            }, in -> new Message.Joined(in.octet(), in.varint(), in.node(), readNumber(in))),
            Form.empty(60, Message.LeaveWanted.class, new Message.LeaveWanted()));

    private MessageForm() {
    }

    private static Message.Replicate readReplicate(In in) throws MalformedMessage {
        int segment = in.octet();
        long term = in.varint();
        long stream = in.varint();
        long first = in.varint();
        long seq = in.varint();
        int head = in.bounded("number of changes", in.remaining() * 8L + 7);
        int count = head >> 3;
        List<Change> changes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            changes.add(ChangeForm.CHANGES.read(in));
        }
        return new Message.Replicate(segment, term, stream, first, seq, (head & BETWEEN) != 0, (head & AWAITED) != 0,
                changes, (head & TOLD) != 0 ? readTold(in) : List.of());
    }

    private static List<Message.Told> readTold(In in) throws MalformedMessage {
        int count = in.count("answers", 6);
        List<Message.Told> told = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            told.add(new Message.Told(in.node(), ANSWERS.read(in)));
        }
        return told;
    }

    private static Message.Counted readCounted(In in) throws MalformedMessage {
        long ticket = in.varint();
        TableNumber effective = readNumber(in);
        long segments = in.varint();
        long sessions = in.varint();
        int count = in.bounded("number of sessions", in.remaining());
        List<SessionKey> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            keys.add(in.key());
        }
        return new Message.Counted(ticket, effective, segments, sessions, keys);
    }

    private static Message.Match match(In in) throws MalformedMessage {
        int n = in.octet();
        if (n >= MATCHES.length) {
            throw In.malformed("match " + n + " outside 0.." + (MATCHES.length - 1));
        }
        return MATCHES[n];
    }

    private static Message.Commit readCommit(In in) throws MalformedMessage {
        var key = in.key();
        var fence = readFence(in);
        var deltas = SessionForm.readDeltas(in);
        int flags = in.bounded("flags of a commit", deltas.size() << COMMIT_FLAGS | FIRST | EARLY);
        return new Message.Commit(key, fence, deltas, (flags & FIRST) != 0, (flags & EARLY) != 0, flags >> COMMIT_FLAGS);
    }

    private static Message.Release readRelease(In in) throws MalformedMessage {
        var key = in.key();
        var fence = readFence(in);
        var deltas = SessionForm.readDeltas(in);
        int taken = deltas.isEmpty() ? 0 : in.bounded("changes taken", deltas.size());
        return new Message.Release(key, fence, deltas, taken, in.age());
    }

    private static Message.Grant readGrant(In in) throws MalformedMessage {
        long rid = in.varint();
        var key = in.key();
        var fence = readFence(in);
        var contents = SessionForm.readStamp(in);
        int flags = in.octet();
        if (flags > (OTHERS_WAIT | EXPIRE)) {
            throw In.malformed("grant with the flags " + flags);
        }
        long idle = in.age();
        return new Message.Grant(rid, key, fence, contents, ChangeForm.CONTENTS.read(in), idle,
                (flags & OTHERS_WAIT) != 0, (flags & EXPIRE) != 0);
    }

    private static Message.Promise readPromise(In in) throws MalformedMessage {
        Epoch epoch = readEpoch(in);
        Topology stored = TableForm.readOptional(in);
        Topology effective = in.flag() ? stored : TableForm.readOptional(in);
        return new Message.Promise(epoch, stored, effective, readCopies(in));
    }

    private static List<Message.App> readApps(In in) throws MalformedMessage {
        int count = in.count("applications", 9);
        List<Message.App> apps = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            apps.add(new Message.App(in.fixed64(), in.text(Limits.APPLICATION_NAME)));
        }
        return apps;
    }

    private static List<Message.CopyNumber> readCopies(In in) throws MalformedMessage {
        int count = in.count("copies", 3);
        List<Message.CopyNumber> copies = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            copies.add(new Message.CopyNumber(in.octet(), in.varint(), in.varint()));
        }
        return copies;
    }

    private static void denial(Out out, Denial reason) {
        out.octet(reason == null ? 0 : reason.ordinal() + 1);
    }

    private static Denial denial(In in) throws MalformedMessage {
        int n = in.octet();
        if (n > DENIALS.length) {
            throw In.malformed("reason " + n + " outside 0.." + DENIALS.length);
        }
        return n == 0 ? null : DENIALS[n - 1];
    }
}
