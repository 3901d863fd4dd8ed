package dev.baton.tomcat;

import dev.baton.access.AccessLog;
import dev.baton.node.Application;
import dev.baton.node.SessionUnavailable;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Enumeration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.ActionCode;
import org.apache.coyote.ActionHook;
import org.apache.coyote.Response;
import org.apache.coyote.UpgradeToken;
import org.apache.coyote.http11.HttpOutputBuffer;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * A complete answer that only lacks the acknowledgement of what its request changed. It lies in its connection's write
 * buffer, and the request's thread goes its way: a thread that waited would be put to sleep and woken once more, which
 * costs more than all the rest of a change. Whoever brings the acknowledgement sends the answer.
 *
 * <p>Meanwhile nobody may read the connection's next request, which could be there already: its answer would take this
 * one along. Tomcat has a way to take a connection out of HTTP's hands, the upgrade to another protocol. So the
 * connection is upgraded to a protocol in which nothing is said, and given back to HTTP when the answer was sent. Where
 * Tomcat closes the connection instead, since it was paused for example, the request's thread waits after all.
 *
 * <p>The stay in the session ends with the acknowledgement, whatever has become of the connection. States: waiting →
 * decided; beside it new → {@link #part parted} → attached → ended. What touches the connection holds its lock.
 */
final class HeldAnswer implements InternalHttpUpgradeHandler {
    private static final Log log = LogFactory.getLog(HeldAnswer.class);
    private static final byte[] VERSION = "HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII);
    /** So long who finds all threads of the connector busy waits before the next try. */
    private static final long RETRY_MILLIS = 50;
    /** Declared as another type in Tomcat 10.1. */
    private static final MethodHandle LOCK = lockOfConnection();

    private final String name;
    private final BatonManager manager;
    private final Application application;
    private final NextRequests nextRequests;
    private final boolean head;
    /** For a refusal; null mostly. */
    private final String cookieOfNewId;
    private final Connector connector;
    private final AbstractProtocol<?> protocol;
    /** Completed with null for success. */
    private final CompletableFuture<SessionUnavailable> decision = new CompletableFuture<>();
    private HttpOutputBuffer output;
    private long bodyBytes;
    private boolean closes;
    /** The connection, and what stands in the place of its processor; null until HTTP has let go of it. */
    private SocketWrapperBase<?> connection;
    private WebConnection processor;
    private boolean attached;
    private boolean ended;
    /** The thread that is about to leave the connection; it has the lock. */
    private volatile Thread leaving;

    private static MethodHandle lockOfConnection() {
        try {
            return MethodHandles.lookup().unreflect(SocketWrapperBase.class.getMethod("getLock"))
                    .asType(MethodType.methodType(Lock.class, SocketWrapperBase.class));
        } catch (ReflectiveOperationException e) {
            log.warn("This Tomcat's connections are built otherwise (" + e + "): requests that change a session keep their"
                    + " threads until the change is acknowledged");
            return null;
        }
    }

    private HeldAnswer(Request request, Deployment deployment) {
        this.name = RequestName.of(request);
        this.manager = deployment.manager();
        this.application = deployment.application();
        this.nextRequests = deployment.nextRequests();
        this.head = "HEAD".equals(request.getMethod());
        this.cookieOfNewId = Refusal.cookieOfNewId(request);
        this.connector = request.getConnector();
        this.protocol = (AbstractProtocol<?>) connector.getProtocolHandler();
    }

    /** Whether this is possible with this Tomcat. */
    static boolean possible() {
        return LOCK != null;
    }

    /** Takes over the stay of the request, which changed nothing since that version. */
    static HeldAnswer begin(Request request, Deployment deployment, AccessLog access, long version) {
        HeldAnswer held = new HeldAnswer(request, deployment);
        deployment.whenDurable(access, version, why -> {
            try {
                deployment.leave(access);
            } finally {
                held.decision.complete(why);
            }
        });
        return held;
    }

    /** Whether the change is known to be durable, so that the answer may end as ever. */
    boolean durable() {
        return decision.isDone() && decision.join() == null;
    }

    /** For an answer that has to end here: waits, and where the change is not known to be durable cuts. */
    void awaitOrCut(Request request) {
        SessionUnavailable why = decision.join();
        if (why != null) {
            Refusal.refused(name, why, manager, true);
            Refusal.cut(request, why);
        }
    }

    /** All of the answer is written, and nothing of its end is sent. */
    void part(ActionHook http, HttpOutputBuffer output, Response response) {
        this.output = output;
        bodyBytes = output.getBytesWritten();
        Enumeration<String> connectionHeaders = response.getMimeHeaders().values("Connection");
        while (connectionHeaders.hasMoreElements()) {
            closes |= connectionHeaders.nextElement().toLowerCase(Locale.ROOT).contains("close");
        }
        http.action(ActionCode.UPGRADE, new UpgradeToken(this, null, null, null));
    }

    @Override
    public void setSocketWrapper(SocketWrapperBase<?> socketWrapper) {
        connection = socketWrapper;
    }

    @Override
    public void init(WebConnection webConnection) {
        processor = webConnection;
    }

    /** First the request's thread, on its way out, whatever event had brought it. Later ones are meant for nobody. */
    @Override
    public SocketState upgradeDispatch(SocketEvent status) {
        if (attached) {
            return status == SocketEvent.STOP || status == SocketEvent.ERROR || status == SocketEvent.DISCONNECT
                    ? SocketState.CLOSED : SocketState.SUSPENDED;
        }
        attached = true;
        leaving = Thread.currentThread();
        decision.thenRun(this::decide);
        leaving = null;
        return SocketState.SUSPENDED;
    }

    /** In the thread that brings the acknowledgement: it sends, and does nothing that could make it wait. */
    private void decide() {
        try {
            Lock lock = lock();
            // The channel of an interrupted thread refuses to write.
            boolean here = leaving != Thread.currentThread() && decision.join() == null && !closes
                    && !Thread.currentThread().isInterrupted();
            if (!here || !lock.tryLock()) {
                endInTurn();
                return;
            }
            try {
                end();
            } finally {
                lock.unlock();
            }
        } catch (Throwable e) {
            failed(e);
        }
    }

    private Lock lock() {
        try {
            return (Lock) LOCK.invokeExact(connection);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** In a thread of the connector, when the connection is free. */
    private void endInTurn() {
        inTurn(() -> locked(this::end), () -> {
            if (leaving == Thread.currentThread()) {
                endLeaving();
            } else {
                locked(this::end);
            }
        });
    }

    /**
     * Runs the action in a thread of the connector. Where all are busy and the queue is full, tries again by and by: an
     * overload is no reason to drop an answer that is acknowledged, or a request that was read already.
     *
     * @param last instead, in any thread, where the connector has ended
     */
    private void inTurn(Runnable action, Runnable last) {
        try {
            connection.execute(action);
            return;
        } catch (RejectedExecutionException e) {
            log.debug("The end of an answer waits for a thread", e);
        }
        try {
            if (connector.getState().isAvailable()) {
                protocol.getUtilityExecutor().schedule(() -> inTurn(action, last), RETRY_MILLIS, TimeUnit.MILLISECONDS);
                return;
            }
        } catch (RejectedExecutionException e) {
            log.debug("No thread will be free", e);
        }
        last.run();
    }

    /** In the leaving thread. It is one of the connector's and may wait for the client; no request comes behind. */
    private void endLeaving() {
        ended = true;
        connection.setWriteTimeout(protocol.getConnectionTimeout());
        SessionUnavailable why = decision.join();
        try {
            if (why != null) {
                refuse(why);
            } else {
                connection.flush(true);
            }
            connection.close();
        } catch (IOException e) {
            failed(e);
        }
    }

    private void locked(Runnable action) {
        Lock lock = lock();
        lock.lock();
        try {
            action.run();
        } catch (Throwable e) {
            failed(e);
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        if (ended || connection.isClosed() || connection.getCurrentProcessor() != processor) {
            return;
        }
        ended = true;
        connection.takeCurrentProcessor();
        connection.setReadTimeout(protocol.getKeepAliveTimeout());
        connection.setWriteTimeout(protocol.getConnectionTimeout());
        SessionUnavailable why = decision.join();
        try {
            if (why != null) {
                refuse(why);
                connection.close();
            } else if (connection.flush(false)) {
                inTurn(() -> locked(this::sendRest), connection::close);
            } else {
                next();
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    /** To a client that reads slowly. */
    private void sendRest() {
        try {
            connection.flush(true);
            next();
        } catch (IOException e) {
            failed(e);
        }
    }

    /** The connection waits for its next request: a thread looks for it at once where it may be there already. */
    private void next() {
        if (closes) {
            connection.close();
        } else if (mayBeRead() || nextRequests.worthLooking()) {
            application.soon(connection::execute, this::look, () -> inTurn(this::look, connection::close));
        } else {
            watch();
        }
    }

    /** Whether some of the next request was read with this one, of which the poller would not tell. */
    private boolean mayBeRead() {
        // Behind TLS's back nobody can look.
        return connection.getSocket() instanceof SecureNioChannel
                || !connection.getSocketBufferHandler().isReadBufferEmpty();
    }

    private void look() {
        try {
            if (nextIsThere()) {
                connection.processSocket(SocketEvent.OPEN_READ, false);
            } else {
                watch();
            }
        } catch (Throwable e) {
            failed(e);
        }
    }

    /** By the poller, which counts from what was read last how long nothing comes: that is the request answered now. */
    private void watch() {
        if (connection instanceof NioSocketWrapper nio) {
            nio.updateLastRead();
        }
        connection.registerReadInterest();
    }

    private boolean nextIsThere() {
        Lock lock = lock();
        lock.lock();
        try {
            boolean there = connection.isReadyForRead();
            nextRequests.looked(there);
            return there;
        } catch (IOException e) {
            // Tomcat meets it again, and knows what is to be done.
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void failed(Throwable e) {
        if (e instanceof IOException) {
            log.debug("The end of an answer could not be sent", e);
        } else {
            log.error("The end of an answer could not be sent", e);
        }
        connection.close();
    }

    /** The answer becomes another one, where nothing of it was sent. */
    private void refuse(SessionUnavailable why) throws IOException {
        SocketBufferHandler buffers = connection.getSocketBufferHandler();
        buffers.configureWriteBufferForRead();
        ByteBuffer answer = buffers.getWriteBuffer();
        boolean whole = answer.remaining() > bodyBytes && answer.remaining() > VERSION.length
                && answer.slice(answer.position(), VERSION.length).equals(ByteBuffer.wrap(VERSION));
        answer.position(answer.limit());
        whole = whole && !connection.hasDataToWrite();
        Refusal.refused(name, why, manager, !whole);
        if (whole) {
            connection.write(true, ByteBuffer.wrap(Refusal.answer(why, manager.cutOff(), head, cookieOfNewId)));
            connection.flush(true);
        } else {
            ConnectionReset.of(connection);
        }
    }

    /** Tomcat is about to close the connection; where it never gave it to this, the answer is still to be sent. */
    @Override
    public void destroy() {
        if (connection != null) {
            return;
        }
        SessionUnavailable why = decision.join();
        if (why != null) {
            Refusal.refused(name, why, manager, true);
            return;
        }
        try {
            output.flush();
        } catch (IOException e) {
            log.debug("The end of an answer could not be sent", e);
        }
    }

    @Override
    public void timeoutAsync(long now) {
        // The wait for the acknowledgement has its own limit.
    }

    @Override
    public void setSslSupport(SSLSupport sslSupport) {
        // Needs none.
    }

    @Override
    public void pause() {
        // Ends soon anyway.
    }
}
