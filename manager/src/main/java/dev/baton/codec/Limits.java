package dev.baton.codec;

import dev.baton.model.AttributeChange;
import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.model.BytePatch;

/** Longest lengths on the wire: in characters for texts, in bytes for arrays. Checked when writing and when reading. */
final class Limits {
    static final int NODE_NAME = NodeId.MAX_NAME;
    static final int SESSION_ID = SessionKey.MAX_ID;
    static final int ATTRIBUTE_NAME = AttributeChange.MAX_NAME;
    static final int PLACE = 300;
    static final int AUTH_TYPE = 1_000;
    static final int APPLICATION_NAME = 2_000;
    static final int SETTINGS = 8_000;
    static final int BYTES = BytePatch.MAX_RESULT;
    /** A whole envelope. */
    static final int ENVELOPE = MessageCodec.MAX_ENVELOPE;

    private Limits() {
    }
}
