package dev.baton.access;

import java.util.List;

/**
 * Turns one attribute's value into bytes and back, with the application's classes. Called in the thread of the request
 * (or of the expiry) that needs it, never on the cluster's threads; several threads may call it at once. The same
 * value must give the same bytes again, or every request seems to change it.
 */
public interface ValueSerializer {
    /**
     * @param value never null
     * @throws NotSerializableAttribute where the value, or something that it refers to, cannot be serialised
     * @throws RuntimeException whatever a collection throws that another thread changes meanwhile: to be tried again
     */
    byte[] serialize(String name, Object value) throws NotSerializableAttribute;

    /**
     * As above, and tells which objects were met.
     *
     * @param met is emptied and filled with the objects as {@code replaceObject} of an {@code ObjectOutputStream} meets
     *            them; left empty where that is not known
     */
    default byte[] serialize(String name, Object value, List<Object> met) throws NotSerializableAttribute {
        met.clear();
        return serialize(name, value);
    }

    /** Most bytes that the attributes of one session may have together. */
    default long maxSessionBytes() {
        return Long.MAX_VALUE;
    }

    /** @throws UnreadableAttribute where the class is missing or refused, or the bytes do not fit it */
    Object deserialize(String name, byte[] bytes) throws UnreadableAttribute;

    /**
     * As above, and tells which objects were made.
     *
     * @param made is emptied and filled with the objects as {@code resolveObject} of an {@code ObjectInputStream} meets
     *             them; left empty where that is not known
     */
    default Object deserialize(String name, byte[] bytes, List<Object> made) throws UnreadableAttribute {
        made.clear();
        return deserialize(name, bytes);
    }
}
