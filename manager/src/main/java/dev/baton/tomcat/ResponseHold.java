package dev.baton.tomcat;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.coyote.ActionCode;
import org.apache.coyote.ActionHook;
import org.apache.coyote.Constants;
import org.apache.coyote.OutputBuffer;
import org.apache.coyote.Response;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.coyote.http11.HttpOutputBuffer;
import org.apache.coyote.http11.OutputFilter;
import org.apache.coyote.http2.Http2OutputBuffer;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/**
 * Keeps back the end of one request's answer until Tomcat is done with the request: error pages, request listeners and
 * asynchronous work included. Whoever completes the answer before, by a content length, a close or the flush of an
 * answer without a body, completes it for himself only. What is kept back: the head of an answer that is nothing but a
 * head, the last byte of a known length, the end itself. Everything else goes out as ever.
 *
 * <p>The last thing that Tomcat asks of a response before it recycles the request is {@link ActionCode#IS_ERROR}, after
 * all pages, listeners and valves. There {@link RequestScope#settle} saves what is left to be saved, and the end goes
 * out, or the connection is cut.
 *
 * <p>There is no public place for this in Tomcat: it takes the places of two fields of Coyote's response for the time
 * of one request. Where these do not exist it does without, and says so once. Used by one thread at a time, as
 * responses are. Should a request end without being asked for errors, as an asynchronous one does whose answer cannot be
 * sent, the next one on the connection finds that the hold is not its own, and takes it away; see
 * {@link RequestBoundary#log}.
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

    /** Bytes or characters that fit into a connection's write buffer (8 KiB) together with a usual head. */
    private static final int HELD_WHOLE = 6_000;

    private final Request request;
    private final Response response;
    private final OutputBuffer output;
    private final ActionHook hook;
    private final long started;
    /** What the client asked; a FORM login's page is told that it was {@code GET}. */
    private final boolean headAsked;
    private boolean headHeld;
    private boolean flushHeld;
    private boolean lastHeld;
    private boolean endHeld;
    private Object closeAfter;
    private byte last;
    private boolean cut;
    private volatile boolean over;

    private ResponseHold(Request request, Response response, OutputBuffer output, ActionHook hook) {
        this.request = request;
        this.response = response;
        this.output = output;
        this.hook = hook;
        this.started = request.getCoyoteRequest().getStartTimeNanos();
        this.headAsked = "HEAD".equals(request.getMethod());
    }

    /** From now on the end is kept back. Null where that is not possible. The second call finds the first one's. */
    static ResponseHold install(Request request) {
        if (OUTPUT == null || HOOK == null) {
            return null;
        }
        Response response = request.getResponse().getCoyoteResponse();
        OutputBuffer output = (OutputBuffer) OUTPUT.get(response);
        ActionHook hook = (ActionHook) HOOK.getVolatile(response);
        if (hook instanceof ResponseHold present) {
            if (present.mine()) {
                return present;
            }
            present.uninstall();
            return install(request);
        }
        if (output == null || hook == null) {
            return null;
        }
        ResponseHold hold = new ResponseHold(request, response, output, hook);
        OUTPUT.set(response, hold);
        HOOK.setVolatile(response, hold);
        return hold;
    }

    /** Whether the end of this request's answer is still to come, and {@link RequestScope#settle} with it. */
    static boolean holds(Request request) {
        return HOOK != null && HOOK.getVolatile(request.getResponse().getCoyoteResponse()) instanceof ResponseHold hold
                && hold.mine();
    }

    /** Tomcat is done with the request: nothing of its answer is kept back any more. */
    boolean over() {
        return over;
    }

    /**
     * Nothing more of this answer is ever sent, least of all its end: HTTP/2 and AJP would say it after an error too.
     */
    void cut() {
        if (cut) {
            return;
        }
        cut = true;
        response.setCommitted(true);
        if (output instanceof Http2OutputBuffer stream) {
            stream.addFilter(new DeadEnd());
        }
    }

    /**
     * Whether the connection could keep the complete answer, as far as can be known before the answer's end: see
     * {@link HeldAnswer}. An error's page is still to come. An answer that has not begun is held only where all of it
     * stays in the connection's buffer, and the application has no page for refusals: else a refusal would be a cut, or
     * another one than the application wants.
     */
    boolean mayBeHeld() {
        int status = response.getStatus();
        return HeldAnswer.possible() && hook instanceof Http11Processor && !cut && status >= 200 && status < 400
                && !request.getResponse().isError()
                && "HTTP/1.1".equals(request.getProtocol())
                && request.getAsyncContextInternal() == null
                && (response.isCommitted() ? withoutBody() || response.getContentLengthLong() >= 0
                        : request.getResponse().getContentWritten() <= HELD_WHOLE)
                && response.getRequest().getAttribute(Constants.SENDFILE_FILENAME_ATTR) == null
                && request.getConnector().getProtocolHandler() instanceof Http11NioProtocol protocol
                && "off".equals(protocol.getCompression())
                && is(ActionCode.REQUEST_BODY_FULLY_READ)
                && !Refusal.hasPage(request);
    }

    /** Who really does what the response is asked for. */
    ActionHook processor() {
        return hook;
    }

    /** Whether the request that the response serves now is the one that this was installed for. */
    private boolean mine() {
        return !over && request.getCoyoteRequest().getStartTimeNanos() == started;
    }

    private void uninstall() {
        over = true;
        if (OUTPUT.get(response) == this) {
            OUTPUT.set(response, output);
        }
        if (HOOK.getVolatile(response) == this) {
            HOOK.setVolatile(response, hook);
        }
    }

    @Override
    public int doWrite(ByteBuffer chunk) throws IOException {
        if (!mine()) {
            uninstall();
            return output.doWrite(chunk);
        }
        if (!response.isCommitted()) {
            response.commit();
        }
        int size = chunk.remaining();
        if (cut || headHeld || lastHeld) {
            // An answer without a body, or what exceeds its length: nobody would see it anyway.
            chunk.position(chunk.limit());
            return size;
        }
        long missing = response.getContentLengthLong() - response.getContentWritten();
        if (missing <= 0 || size < missing) {
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
        switch (code) {
            case COMMIT, CLIENT_FLUSH, CLOSE, CLOSE_NOW, IS_ERROR, ASYNC_POST_PROCESS -> {
                if (mine()) {
                    mineToDo(code, parameter);
                } else {
                    uninstall();
                    hook.action(code, parameter);
                }
            }
            case NB_WRITE_INTEREST -> {
                if (mine() && (headHeld || lastHeld || endHeld)) {
                    // All is written. The connector, which still has some of it, would ask to be woken for more, and be
                    // woken in the midst of the connection's next request.
                    ((AtomicBoolean) parameter).set(true);
                } else {
                    hook.action(code, parameter);
                }
            }
            default -> hook.action(code, parameter);
        }
    }

    private void mineToDo(ActionCode code, Object parameter) {
        if (code == ActionCode.IS_ERROR) {
            // A request that goes on asynchronously is asked again when it ends.
            if (!is(ActionCode.ASYNC_IS_ASYNC) || !is(ActionCode.IS_IO_ALLOWED)) {
                end();
            }
            hook.action(code, parameter);
        } else if (code == ActionCode.ASYNC_POST_PROCESS) {
            // An asynchronous request completes whose connection is to be closed: it is asked nothing more.
            hook.action(code, parameter);
            end();
        } else if (code == ActionCode.CLOSE_NOW) {
            // The application failed after it had completed its answer: to its client that is a success.
            if (endHeld && !cut && !is(ActionCode.ASYNC_IS_ASYNC)) {
                closeAfter = parameter;
                return;
            }
            if (endHeld && !cut) {
                settle();
            }
            hook.action(code, parameter);
        } else if (!cut) {
            commit();
            if (code == ActionCode.CLOSE) {
                endHeld = true;
            } else if (code == ActionCode.CLIENT_FLUSH && headHeld) {
                flushHeld = true;
            } else if (code == ActionCode.CLIENT_FLUSH) {
                hook.action(code, parameter);
            }
        }
    }

    private void end() {
        settle();
        uninstall();
        if (closeAfter != null) {
            hook.action(ActionCode.CLOSE_NOW, closeAfter);
        }
    }

    private boolean is(ActionCode question) {
        AtomicBoolean answer = new AtomicBoolean();
        hook.action(question, answer);
        return answer.get();
    }

    private void commit() {
        if (response.isCommitted()) {
            return;
        }
        if (withoutBody() || response.getRequest().getAttribute(Constants.SENDFILE_FILENAME_ATTR) != null) {
            headHeld = true;
            response.setCommitted(true);
        } else {
            hook.action(ActionCode.COMMIT, response);
        }
    }

    /** The head alone is the whole answer. (Behind the head of a file the connector sends the rest by itself.) */
    private boolean withoutBody() {
        int status = response.getStatus();
        return status < 200 || status == 204 || status == 205 || status == 304 || response.getContentLengthLong() == 0
                || headAsked || "HEAD".equals(request.getMethod());
    }

    private void settle() {
        try {
            HeldAnswer held = RequestScope.settle(request);
            if (held != null && (held.durable() || !complete())) {
                held.awaitOrCut(request);
                held = null;
            }
            if (!cut && is(ActionCode.IS_IO_ALLOWED)) {
                release(held);
            }
        } catch (IOException e) {
            // The client is gone; Coyote knows, and closes the connection.
            log.debug("The end of an answer could not be sent", e);
        } catch (RuntimeException e) {
            log.error("The end of an answer could not be sent", e);
            Refusal.cut(request, e);
        }
    }

    /** Whether all of the answer is known, and nothing is wrong with it. */
    private boolean complete() {
        return endHeld && (headHeld || lastHeld) && !cut && response.getTrailerFields() == null
                && is(ActionCode.IS_IO_ALLOWED) && !is(ActionCode.IS_ERROR);
    }

    /** @param held takes over the complete answer instead of its being sent; null where that is to happen */
    private void release(HeldAnswer held) throws IOException {
        boolean head = headHeld;
        headHeld = false;
        if (head) {
            response.setCommitted(false);
            hook.action(ActionCode.COMMIT, response);
        }
        if (flushHeld && held == null) {
            hook.action(ActionCode.CLIENT_FLUSH, response);
        }
        if (lastHeld) {
            output.doWrite(ByteBuffer.wrap(new byte[] {last}));
        }
        if (held != null) {
            held.part(hook, (HttpOutputBuffer) output, response);
        } else if (endHeld) {
            hook.action(ActionCode.CLOSE, response);
        }
    }

    /** The end of HTTP/2's output where a stream is to end by a reset. */
    private static final class DeadEnd implements OutputFilter {
        @Override
        public int doWrite(ByteBuffer chunk) {
            int size = chunk.remaining();
            chunk.position(chunk.limit());
            return size;
        }

        @Override
        public long getBytesWritten() {
            return 0;
        }

        @Override
        public void flush() {
            // Nothing is sent.
        }

        @Override
        public void end() {
            // Nothing is sent.
        }

        @Override
        public void setResponse(Response response) {
            // Needs none.
        }

        @Override
        public void recycle() {
            // Keeps nothing.
        }

        @Override
        public void setBuffer(HttpOutputBuffer buffer) {
            // Nothing goes there.
        }
    }
}
