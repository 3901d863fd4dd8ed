package dev.baton.access;

import dev.baton.model.Fence;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import java.util.List;
import java.util.function.Supplier;

/**
 * The copy of one session in this process (S2). There is one object per session as long as anybody refers to it, so it
 * can carry what must be stable, such as the object that stands for the session in Tomcat. Attributes stay bytes until
 * first asked for; then the live object is kept beside the bytes it was made from, the benchmark.
 */
public final class ClientState {
    private volatile SessionKey key;

    ClientState(SessionKey key) {
        this.key = key;
    }

    /** Changes when the session's id does. */
    public SessionKey key() {
        return key;
    }

    /**
     * The attribute's value, or null. One that cannot be read here (class missing or refused by the filter) counts as
     * null and is reported by {@link Problems}; its bytes are kept until somebody sets it.
     *
     * @param log the caller's stay
     */
    public Object get(String name, AccessLog log) {
        throw new UnsupportedOperationException();
    }

    /**
     * @param value not null; see {@link #remove}
     * @return the value before, or null
     */
    public Object set(String name, Object value, AccessLog log) {
        throw new UnsupportedOperationException();
    }

    /** @return the value before, or null */
    public Object remove(String name, AccessLog log) {
        throw new UnsupportedOperationException();
    }

    /** Names of the attributes, ascending. */
    public List<String> names(AccessLog log) {
        throw new UnsupportedOperationException();
    }

    /**
     * The value as this process last knew it, for access logs, listings and the like: takes no token, is tracked by
     * nobody, may be out of date. Null also where it is only known as bytes and cannot be read.
     */
    public Object peek(String name) {
        throw new UnsupportedOperationException();
    }

    public List<String> peekNames() {
        throw new UnsupportedOperationException();
    }

    /**
     * What the session has beside its attributes, as last known here. A new object whenever the token brought other
     * metadata, so an unchanged reference means unchanged contents. Null only before the first look-up or entry.
     */
    public SessionMeta meta() {
        throw new UnsupportedOperationException();
    }

    /** Replaces the metadata; they travel with the request's other changes. */
    public void setMeta(SessionMeta meta, AccessLog log) {
        throw new UnsupportedOperationException();
    }

    /** Version of this copy. */
    public long version() {
        throw new UnsupportedOperationException();
    }

    /** Number of the token held, or {@link Fence#NONE}. */
    public Fence fence() {
        throw new UnsupportedOperationException();
    }

    /** Whether this process holds the token and lets requests in. */
    public boolean open() {
        throw new UnsupportedOperationException();
    }

    /** Stays inside the gate now. */
    public int inside() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of the whole session, as it would travel; as of the last completed request. */
    public int wholeBytes() {
        throw new UnsupportedOperationException();
    }

    /** The companion object of this state, made at the first call; {@code maker} may run and its result be dropped. */
    public <T> T companion(Class<T> type, Supplier<T> maker) {
        throw new UnsupportedOperationException();
    }

    /** The companion if there is one, else null. */
    public Object companion() {
        throw new UnsupportedOperationException();
    }

    /** Hears of attributes that could not be handled; called in the thread that met them. */
    public interface Problems {
        void unreadable(ClientState state, UnreadableAttribute problem);

        void notSerializable(ClientState state, NotSerializableAttribute problem);
    }
}
