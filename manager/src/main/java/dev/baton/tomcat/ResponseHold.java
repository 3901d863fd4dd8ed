package dev.baton.tomcat;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.apache.coyote.ActionCode;
import org.apache.coyote.ActionHook;
import org.apache.coyote.OutputBuffer;
import org.apache.coyote.Response;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/**
 * Keeps back the end of an answer until the request's changes are durable: an application that sets a content length,
 * closes its writer or flushes an answer without a body would else complete the answer before. The last byte of a known
 * length, and the end itself, wait; everything before goes out as ever.
 *
 * <p>There is no public place for this in Tomcat: it takes the places of two fields of Coyote's response for the time
 * of one request. Where these do not exist it does without, and says so once. Used by the request's thread.
 */
final class ResponseHold implements OutputBuffer, ActionHook {
    private static final Log log = LogFactory.getLog(ResponseHold.class);
    private static final VarHandle OUTPUT;
    private static final VarHandle HOOK;

    static {
        VarHandle output = null;
        VarHandle hook = null;
        try {
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(Response.class, MethodHandles.lookup());
            output = lookup.findVarHandle(Response.class, "outputBuffer", OutputBuffer.class);
            hook = lookup.findVarHandle(Response.class, "hook", ActionHook.class);
        } catch (ReflectiveOperationException e) {
            log.warn("This Tomcat's responses are built otherwise (" + e + "): an application that completes its answer"
                    + " by itself does so before its changes are known to be durable");
        }
        OUTPUT = output;
        HOOK = hook;
    }

    private final Response response;
    private final OutputBuffer output;
    private final ActionHook hook;
    private byte last;
    private boolean lastHeld;
    private boolean endHeld;

    private ResponseHold(Response response) {
        this.response = response;
        this.output = (OutputBuffer) OUTPUT.get(response);
        this.hook = (ActionHook) HOOK.get(response);
    }

    /** From now on the end is kept back. Null where that is not possible. */
    static ResponseHold install(Response response) {
        if (OUTPUT == null || HOOK == null) {
            return null;
        }
        ResponseHold hold = new ResponseHold(response);
        if (hold.output == null || hold.hook == null) {
            return null;
        }
        OUTPUT.set(response, hold);
        HOOK.set(response, hold);
        return hold;
    }

    /** Lets the end go. */
    void release() throws IOException {
        uninstall();
        if (lastHeld) {
            output.doWrite(ByteBuffer.wrap(new byte[] {last}));
        }
        if (endHeld) {
            hook.action(ActionCode.CLOSE, response);
        }
    }

    /** The end is never to be sent. */
    void discard() {
        uninstall();
    }

    private void uninstall() {
        if (OUTPUT.get(response) == this) {
            OUTPUT.set(response, output);
        }
        if (HOOK.get(response) == this) {
            HOOK.set(response, hook);
        }
    }

    @Override
    public int doWrite(ByteBuffer chunk) throws IOException {
        long missing = response.getContentLengthLong() - response.getContentWritten();
        int size = chunk.remaining();
        if (lastHeld || missing <= 0 || size < missing) {
            return output.doWrite(chunk);
        }
        int limit = chunk.limit();
        chunk.limit(chunk.position() + (int) missing - 1);
        if (chunk.hasRemaining()) {
            output.doWrite(chunk);
        }
        boolean written = !chunk.hasRemaining();
        chunk.limit(limit);
        if (written) {
            last = chunk.get();
            lastHeld = true;
            // What exceeds the length would be swallowed anyway.
            chunk.position(limit);
        }
        return size - chunk.remaining();
    }

    @Override
    public long getBytesWritten() {
        return output.getBytesWritten();
    }

    @Override
    public void action(ActionCode code, Object parameter) {
        if (code == ActionCode.CLOSE) {
            endHeld = true;
        } else if (code == ActionCode.CLIENT_FLUSH && withoutBody()) {
            hook.action(ActionCode.COMMIT, null);
        } else {
            hook.action(code, parameter);
        }
    }

    /** The head alone is the whole answer. */
    private boolean withoutBody() {
        int status = response.getStatus();
        return status == 204 || status == 205 || status == 304 || response.getContentLengthLong() == 0
                || "HEAD".equals(response.getRequest().method().toString());
    }
}
