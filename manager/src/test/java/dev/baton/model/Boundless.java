package dev.baton.model;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;

/** A value that would take all memory when it is written; it ends before that. */
public final class Boundless implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final int MOST = 200;
    /** Written so far. */
    public transient int megabytes;

    private void writeObject(ObjectOutputStream out) throws IOException {
        while (megabytes < MOST) {
            megabytes++;
            out.write(new byte[1 << 20]);
        }
    }
}
