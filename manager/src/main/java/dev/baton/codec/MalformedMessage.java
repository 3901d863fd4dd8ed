package dev.baton.codec;

/**
 * Bytes that are no envelope of this format, or a damaged one. Nothing of it may be used. Without a stack trace: the
 * text says what is wrong, and whoever sends rubbish shall not make the receiver work for it.
 */
public final class MalformedMessage extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedMessage(String message) {
        super(message, null, false, false);
    }
}
