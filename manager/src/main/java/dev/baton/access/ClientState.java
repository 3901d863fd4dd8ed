package dev.baton.access;

import dev.baton.model.AttributeChange;
import dev.baton.model.Fence;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The copy of one session in this process (S2). There is one object per session as long as anybody refers to it, so it
 * can carry what must be stable, such as the object that stands for the session in Tomcat. Attributes stay bytes until
 * first asked for; then the live object is kept beside the bytes it was made from, the benchmark.
 *
 * <p>The upper half is for applications; the lower half, from {@link #token} on, for the node.
 */
public final class ClientState {
    private static final AtomicReferenceFieldUpdater<ClientState, Object> COMPANION =
            AtomicReferenceFieldUpdater.newUpdater(ClientState.class, Object.class, "companion");

    private final Workshop workshop;
    private final TokenHold token;
    private volatile Object companion;
    private volatile SessionKey key;
    private volatile Contents contents = Contents.nothing(null);

    ClientState(SessionKey key, Workshop workshop, TokenHold token) {
        this.key = key;
        this.workshop = workshop;
        this.token = token;
    }

    /** Changes when the session's id does. */
    public SessionKey key() {
        return key;
    }

    /**
     * The attribute's value, or null. One that cannot be read here (class missing or refused by the filter) counts as
     * null and is reported by {@link Problems}; its bytes are kept until somebody sets it, and later stays try again.
     * One that asks for itself while it is read is told null.
     *
     * @param log the caller's stay
     */
    public Object get(String name, AccessLog log) {
        Attribute attribute = log.contents().attribute(name);
        Object value = value(attribute, log);
        if (attribute != null && attribute.unreadable() && workshop.problems().dropsUnreadable()
                && attribute.dropUnreadable()) {
            log.written(name);
        }
        if (value != null && workshop.candidateWhenRead(name, value)) {
            log.candidate(name);
        }
        return value;
    }

    private Object value(Attribute attribute, AccessLog log) {
        Object there = attribute == null ? null : attribute.ready();
        if (there != null || attribute == null) {
            return there;
        }
        Object made = attribute.value(workshop, this, log.contents());
        log.contents().revised();
        return made;
    }

    /** Whether this value of the attribute may be changed in place by whoever has read it. */
    public boolean mayChange(String name, Object value) {
        return value != null && !workshop.immutable(name, value);
    }

    /** Whether the attribute is here as an object that may be changed in place; false also where nobody read it yet. */
    public boolean mayChange(String name, AccessLog log) {
        Attribute attribute = log.contents().attribute(name);
        return attribute != null && mayChange(name, attribute.made());
    }

    /**
     * Names of what that stay has read or written so far that whoever has the objects may change in place, also when the
     * stay has ended.
     */
    public List<String> mayChangeLater(AccessLog log) {
        List<String> names = new ArrayList<>();
        for (String name : log.candidates()) {
            Object value = made(name, log);
            if (value != null && workshop.candidateWhenRead(name, value)) {
                names.add(name);
            }
        }
        return names;
    }

    /**
     * Whether nothing is to be saved of what was given out of those attributes, by stays that have ended: they are here
     * as the store has them, and that is durable. Takes no token and waits for nobody. Call it where the application's
     * classes are at hand.
     *
     * @return false also where it cannot be told
     */
    public boolean unchanged(Collection<String> names) {
        Contents mine = contents;
        // Whoever compares meanwhile may have found, and not yet sent, what this would take for unchanged.
        if (!mine.lock().tryLock()) {
            return false;
        }
        try {
            return !mine.empty() && mine.end() == null && mine.acknowledgements().has(mine.stamp().version())
                    && names.stream().map(mine::attribute).allMatch(a -> a == null || a.unchanged(workshop));
        } finally {
            mine.lock().unlock();
        }
    }

    /**
     * @param value not null; see {@link #remove}
     * @return the value before, or null
     * @throws IllegalArgumentException where the name is longer than {@link AttributeChange#MAX_NAME}
     */
    public Object set(String name, Object value, AccessLog log) {
        if (name.length() > AttributeChange.MAX_NAME) {
            throw new IllegalArgumentException("attribute name has " + name.length() + " characters, the limit is "
                    + AttributeChange.MAX_NAME);
        }
        return change(name, Objects.requireNonNull(value, "value"), log);
    }

    /** @return the value before, or null */
    public Object remove(String name, AccessLog log) {
        return change(name, null, log);
    }

    private Object change(String name, Object value, AccessLog log) {
        // Made where it is bytes yet, so that there is an object to be replaced.
        value(log.contents().attribute(name), log);
        Object before = log.contents().set(name, value);
        log.written(name);
        return before;
    }

    /** The attribute's object if there is one now; makes none, and is tracked by nobody. */
    public Object made(String name, AccessLog log) {
        Attribute attribute = log.contents().attribute(name);
        return attribute == null ? null : attribute.made();
    }

    /** Drops the attribute's object where the store has its bytes: whoever asks for it next gets another object. */
    public void unmake(String name, AccessLog log) {
        Attribute attribute = log.contents().attribute(name);
        if (attribute != null && attribute.made() != null && attribute.benchmark() != null) {
            attribute.replace(attribute.bytes());
            log.contents().revised();
        }
    }

    /** Names of the attributes, ascending. */
    public List<String> names(AccessLog log) {
        return names(log.contents());
    }

    /**
     * The value as this process last knew it, for access logs, listings and the like: takes no token, is tracked by
     * nobody, may be out of date. Null also where it is only known as bytes and cannot be read, or is just being read
     * by this thread.
     *
     * @param stored what is looked at where this copy knows nothing; may give null
     */
    public Object peek(String name, Supplier<SessionImage> stored) {
        Contents mine = contents;
        byte[] bytes;
        if (mine.empty()) {
            SessionImage image = stored.get();
            bytes = image == null ? null : image.attribute(name);
        } else {
            Attribute attribute = mine.attribute(name);
            if (attribute == null || attribute.removed() || attribute.made() != null) {
                return attribute == null ? null : attribute.made();
            }
            bytes = attribute.bytes();
        }
        return bytes == null ? null : Reading.once(this, name, () -> read(name, bytes));
    }

    private Object read(String name, byte[] bytes) {
        try {
            return workshop.serializer().deserialize(name, bytes);
        } catch (UnreadableAttribute | RuntimeException | LinkageError e) {
            return null;
        }
    }

    /** Names of the attributes as above, ascending. */
    public List<String> peekNames(Supplier<SessionImage> stored) {
        Contents mine = contents;
        SessionImage image = mine.empty() ? stored.get() : null;
        return image != null ? image.names() : names(mine);
    }

    private static List<String> names(Contents contents) {
        List<String> names = new ArrayList<>();
        for (Attribute attribute : contents.attributes()) {
            if (attribute.present()) {
                names.add(attribute.name());
            }
        }
        return names;
    }

    /**
     * What the session has beside its attributes, as last known here. A new object whenever the token brought other
     * metadata, so an unchanged reference means unchanged contents. Null only before the first look-up or entry.
     */
    public SessionMeta meta() {
        return contents.meta();
    }

    /** Replaces the metadata; they travel with the request's other changes. */
    public void setMeta(SessionMeta meta, AccessLog log) {
        changeMeta(before -> meta, log);
    }

    /**
     * As {@link #setMeta}, of threads that change different things at the same time: all of it is kept.
     *
     * @param change without effects of its own, since it is asked anew where another thread was faster
     */
    public void changeMeta(UnaryOperator<SessionMeta> change, AccessLog log) {
        if (log.contents().changeMeta(change)) {
            log.changedMeta();
        }
    }

    /** Version of this copy. */
    public long version() {
        return contents.stamp().version();
    }

    /** Number of the token held, or {@link Fence#NONE}. */
    public Fence fence() {
        return token.fence();
    }

    /** Whether this process holds the token and lets requests in. */
    public boolean open() {
        return token.gate().isOpen();
    }

    /** Stays inside the gate now. */
    public int inside() {
        return token.gate().inside();
    }

    /** Bytes of the whole session, as it would travel, about; as of the last completed request. */
    public int wholeBytes() {
        return contents.bytes();
    }

    /** Bytes that {@link #shrink} would free, about. */
    public long spareBytes() {
        return contents.spareBytes();
    }

    /** Frees what can be made anew: the next comparison serialises what is compared. */
    void shrink() {
        contents.shrink();
    }

    /** The companion object of this state, made at the first call; {@code maker} may run and its result be dropped. */
    public <T> T companion(Class<T> type, Supplier<T> maker) {
        if (companion == null) {
            COMPANION.compareAndSet(this, null, maker.get());
        }
        return type.cast(companion);
    }

    /** The companion if there is one, else null. */
    public Object companion() {
        return companion;
    }

    /** Hears of attributes that could not be handled, each time; called in the thread that met them. */
    public interface Problems {
        void unreadable(ClientState state, UnreadableAttribute problem);

        void notSerializable(ClientState state, NotSerializableAttribute problem);

        /** Whether an attribute that cannot be read here is removed from the session when it is asked for. */
        default boolean dropsUnreadable() {
            return false;
        }

        /** The attribute was changed by other threads all the while it was compared: it is compared again later. */
        default void restless(ClientState state, String attribute) {
        }

        /** To find what changed of the attribute failed, which is a fault of Baton's own: it is sent whole. */
        default void notCompared(ClientState state, String attribute, RuntimeException fault) {
        }

        /** Something about the attribute is not as it should be; it is handled nevertheless. */
        default void doubtful(ClientState state, String attribute, String finding) {
        }

        /**
         * An attribute's object was made from its bytes, for somebody inside; or one that was here before was brought
         * up to bytes that came from the store. Called once each time.
         */
        default void made(ClientState state, String name, Object value) {
        }

        /** Whether {@link #made} prepares the value for use: other threads that want it wait for that, some seconds. */
        default boolean prepares(Object value) {
            return false;
        }
    }

    // ---- for the node

    /** What the process holds of the session's token. */
    public TokenHold token() {
        return token;
    }

    /** Which contents this copy has, for {@code Acquire}. */
    public Stamp stamp() {
        return contents.stamp();
    }

    /**
     * The stay that a pass stands for.
     *
     * @param turn what {@link TokenHold#turns} gave, or null; released when the stay ends
     * @return null where the pass has become void meanwhile
     */
    public AccessLog stay(int pass, Claim turn) {
        // The gate is broken before the contents are replaced: a pass still good after this read belongs to them.
        Contents mine = contents;
        mine.use();
        return token.gate().generation() == pass ? new AccessLog(this, mine, pass, turn) : null;
    }

    /**
     * A stay on the contents of a token that is about to be given back, when nobody can be inside; it is not left. Of a
     * copy that is void by then it has nothing, and saves nothing.
     */
    public AccessLog lastStay() {
        contents.use();
        return new AccessLog(this, contents, TokenGate.LAST_PASS, null);
    }

    /**
     * Finds out whether this copy could be let go of and nothing would be missed: the store has all that is here, and
     * all objects can be read back. Takes as long as to read all of them. Call it where the application's classes are at
     * hand.
     *
     * @return false also where somebody is inside
     */
    public boolean settle() {
        return contents.settle(() -> inside() > 0, workshop);
    }

    /** Whether {@link #settle} said so and nobody was inside since. */
    public boolean settled() {
        return contents.settled();
    }

    /** Whether stays that have ended left something to compare or to send. */
    public boolean lags() {
        Contents mine = contents;
        return mine.end() == null && !mine.fresh() && mine.lag(workshop.tracking());
    }

    /** A stay on contents of its own, outside of any gate, for listeners of a session that expires. */
    public AccessLog detached(SessionImage image, Stamp stamp) {
        contents = Contents.of(image, stamp, null);
        return new AccessLog(this, contents, TokenGate.NO_PASS, null);
    }

    /** The session is made here. */
    public void begin(SessionMeta meta) {
        contents = Contents.created(meta);
    }

    /** The store has the session with that fence; version 1 is durable. */
    public void created(Fence fence) {
        contents.stored(fence);
    }

    /** The copy is current: nothing to bring. False where it is not, and must be brought as a whole. */
    public boolean current(Stamp granted) {
        return contents.confirm(granted);
    }

    /** Brings the copy up by deltas; attributes that they do not touch keep their live objects. False as above. */
    public boolean bring(List<SessionDelta> deltas, Stamp granted) {
        return contents.apply(deltas, granted);
    }

    /** Brings the whole contents; attributes whose bytes are the same keep their live objects. */
    public void bring(SessionImage image, Stamp granted) {
        contents = Contents.of(image, granted, contents);
    }

    /** Hands on what the store should have: all versions that were given to the core, while no other is made. */
    public void withStored(Consumer<SessionImage> action) {
        Contents mine = contents;
        mine.lock().lock();
        try {
            if (!mine.fresh() && mine.end() == null && mine.storedMeta() != null) {
                action.accept(mine.stored());
            }
        } finally {
            mine.lock().unlock();
        }
    }

    /** Everything up to that version is durable. */
    public void durable(long version) {
        contents.acknowledgements().advance(version);
    }

    /** The copy is void: its live objects are dropped, waits for durability fail. */
    public void discard(AccessLog.End how) {
        Contents past = contents;
        contents = Contents.nothing(past.meta());
        past.end(how);
    }

    /** Metadata from a look-up, for a copy that knows nothing better. */
    public void learn(SessionMeta meta) {
        Contents mine = contents;
        if (mine.stamp().equals(Stamp.NOTHING) && !mine.fresh() && !meta.equals(mine.meta())) {
            mine.changeMeta(known -> meta);
            mine.storedMeta(meta);
        }
    }

    void key(SessionKey other) {
        key = other;
    }

    Workshop workshop() {
        return workshop;
    }
}
