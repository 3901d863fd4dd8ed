package dev.baton.node;

import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Denial;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Questions whether sessions exist. Those who ask for the same session at the same time share one. */
final class Lookups {
    private static final int MAX_OPEN = 10_000;

    private record Answer(Application.Found found, Denial reason) {}

    private static final class Question {
        final long ticket;
        final CompletableFuture<Answer> answer = new CompletableFuture<>();
        int askers;
        /** Of them those who wait. */
        final AtomicInteger waiting = new AtomicInteger();

        Question(long ticket) {
            this.ticket = ticket;
        }
    }

    private final EventLoop loop;
    private final Map<SessionKey, Question> open = new ConcurrentHashMap<>();
    private final AtomicLong tickets = new AtomicLong();

    Lookups(EventLoop loop) {
        this.loop = loop;
    }

    /**
     * @param lastSeen   where its token was when somebody last knew, for people; or null
     * @param maxWaiters how many may wait for that session's answer
     * @param waits      see {@link ApplicationEvents#waiting}
     * @return null where there is no such session
     */
    Application.Found ask(SessionKey key, NodeId lastSeen, int maxWaiters, long timeoutNanos,
                          Supplier<Runnable> waits) {
        if (open.size() >= MAX_OPEN) {
            throw new SessionUnavailable(Reason.OVERLOADED, MAX_OPEN + " look-ups are waiting for the store: not asking"
                    + " for " + key + Refusal.lastSeen(lastSeen));
        }
        long ticket = tickets.incrementAndGet();
        Question question = open.compute(key, (k, q) -> {
            Question shared = q == null ? new Question(ticket) : q;
            shared.askers++;
            return shared;
        });
        if (question.ticket == ticket) {
            // Not before the question can be found: another thread may work off the inbox and have the answer at once.
            start(key, question);
        }
        loop.run();
        Answer answer = question.answer.getNow(null);
        if (answer == null) {
            if (question.waiting.incrementAndGet() > maxWaiters) {
                leave(key, question);
                throw new Refusal(Denial.OVERLOADED, lastSeen).of(key);
            }
            Runnable end = waits.get();
            if (end == null) {
                leave(key, question);
                throw new SessionUnavailable(Reason.OVERLOADED, "too many threads wait for the store: not asking for "
                        + key + Refusal.lastSeen(lastSeen));
            }
            answer = await(question, timeoutNanos);
            end.run();
        }
        if (answer == null) {
            leave(key, question);
            throw new SessionUnavailable(Reason.STORE_UNREACHABLE,
                    "the store did not say within " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos)
                            + " ms whether " + key + " exists" + Refusal.lastSeen(lastSeen));
        }
        open.remove(key, question);
        if (answer.reason() != null && answer.reason() != Denial.NO_SUCH_SESSION) {
            throw new Refusal(answer.reason(), lastSeen).of(key);
        }
        return answer.found();
    }

    private void start(SessionKey key, Question question) {
        if (!loop.offer(new Input.Lookup(question.ticket, key))) {
            question.answer.complete(new Answer(null, loop.ended() ? Denial.NOT_A_MEMBER : Denial.OVERLOADED));
        }
    }

    private Answer await(Question question, long timeoutNanos) {
        try {
            return question.answer.get(Math.max(0, timeoutNanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException | TimeoutException e) {
            return question.answer.getNow(null);
        }
    }

    /** Waits no longer. */
    private void leave(SessionKey key, Question question) {
        question.waiting.decrementAndGet();
        open.computeIfPresent(key, (k, q) -> {
            if (q != question || --q.askers > 0) {
                return q;
            }
            loop.give(new Input.CancelLookup(question.ticket));
            return null;
        });
        loop.run();
    }

    /** The core's answer. */
    void answered(Effect.LookedUp e) {
        Question question = open.get(e.key());
        if (question == null || question.ticket != e.ticket()) {
            return;
        }
        open.remove(e.key(), question);
        question.answer.complete(new Answer(e.meta() == null ? null
                : new Application.Found(e.meta(), e.idleNanos(), e.holder()), e.reason()));
    }

    /** Nobody will answer any more. */
    void end() {
        for (SessionKey key : open.keySet()) {
            Question question = open.remove(key);
            if (question != null) {
                question.answer.complete(new Answer(null, Denial.NOT_A_MEMBER));
            }
        }
    }
}
