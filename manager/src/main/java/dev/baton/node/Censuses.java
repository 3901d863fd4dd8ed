package dev.baton.node;

import dev.baton.model.SessionKey;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** Questions about all sessions of an application in the cluster, each with somebody who waits for a bounded time. */
final class Censuses {
    private final EventLoop loop;
    private final Map<Long, CompletableFuture<Effect.Counted>> open = new ConcurrentHashMap<>();
    private final AtomicLong tickets = new AtomicLong();

    Censuses(EventLoop loop) {
        this.loop = loop;
    }

    /** @return null where it is not known */
    Application.Census take(long application, long timeoutNanos) {
        long ticket = tickets.incrementAndGet();
        CompletableFuture<Effect.Counted> answer = new CompletableFuture<>();
        open.put(ticket, answer);
        try {
            if (!loop.offer(new Input.Census(ticket, application))) {
                return null;
            }
            loop.run();
            Effect.Counted counted = answer.get(timeoutNanos, TimeUnit.NANOSECONDS);
            return counted.known() ? new Application.Census(counted.sessions(),
                    counted.keys().stream().map(SessionKey::id).toList()) : null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return cancelled(ticket);
        } catch (ExecutionException | TimeoutException e) {
            return cancelled(ticket);
        } finally {
            open.remove(ticket);
        }
    }

    private Application.Census cancelled(long ticket) {
        loop.give(new Input.CancelCensus(ticket));
        loop.run();
        return null;
    }

    void counted(Effect.Counted e) {
        CompletableFuture<Effect.Counted> answer = open.get(e.ticket());
        if (answer != null) {
            answer.complete(e);
        }
    }
}
