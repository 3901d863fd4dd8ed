package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.access.ClientStates;
import dev.baton.access.TokenHold;
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

/** The ends of ids: sessions destroyed, and sessions that go on under another id. */
final class IdChanges {
    /** Waits for the ends of ids are rare, and those who do are inside already. */
    private static final Runnable FREE = () -> { };

    private record Outcome(Denial reason) {}

    private final ClientStates states;
    private final Tokens tokens;
    private final Parts parts;
    /** One at a time per session, so bounded by the sessions held. */
    private final Map<SessionKey, CompletableFuture<Outcome>> destroying = new ConcurrentHashMap<>();
    private final Map<SessionKey, CompletableFuture<Outcome>> renaming = new ConcurrentHashMap<>();

    IdChanges(ClientStates states, Tokens tokens, Parts parts) {
        this.states = states;
        this.tokens = tokens;
        this.parts = parts;
    }

    void destroy(AccessLog log, long timeoutNanos) {
        ClientState state = log.state();
        SessionKey key = state.key();
        TokenHold token = state.token();
        CompletableFuture<Outcome> answer;
        if (!log.detached()) {
            awaitCreated(log, timeoutNanos);
        }
        synchronized (token) {
            if (log.gone() || log.detached()) {
                return;
            }
            mustHold(log);
            if (log.fresh()) {
                tokens.discard(state, true);
                return;
            }
            answer = destroying.get(key);
            if (answer == null) {
                offer(new Input.Destroy(key), key);
                token.destroying(true);
                answer = new CompletableFuture<>();
                destroying.put(key, answer);
            }
        }
        parts.loop().run();
        await(answer, key, "destroyed", timeoutNanos);
    }

    String rename(AccessLog log, String newId, long timeoutNanos) {
        long deadline = parts.now() + timeoutNanos;
        ClientState state = log.state();
        TokenHold token = state.token();
        // Nobody else makes a version until the answer is here: the commits before it have the old id, those after it
        // the new one.
        log.lock();
        try {
            SessionKey key = state.key();
            awaitCreated(log, timeoutNanos);
            CompletableFuture<Outcome> answer = new CompletableFuture<>();
            synchronized (token) {
                mustHold(log);
                if (log.fresh()) {
                    states.rename(state, newId);
                    return newId;
                }
                if (token.renaming()) {
                    throw new SessionUnavailable(Reason.OUTCOME_UNKNOWN,
                            "a change of the id of " + key + " was not answered yet");
                }
                offer(new Input.Rename(key, newId), key);
                token.renaming(true);
                renaming.put(key, answer);
            }
            parts.loop().run();
            await(answer, key, "renamed", deadline - parts.now());
            return newId;
        } finally {
            log.unlock();
        }
    }

    /** The core can do nothing else with a session whose creation is unanswered. */
    private void awaitCreated(AccessLog log, long timeoutNanos) {
        if (!log.fresh() && !log.isDurable(1)) {
            new Durability(log, 1, true, parts).block(timeoutNanos, 0, () -> FREE);
        }
    }

    private void mustHold(AccessLog log) {
        if (log.lost() || log.detached()) {
            throw new SessionUnavailable(Reason.TOKEN_LOST, "the token of " + log.state().key() + " was taken away");
        }
    }

    private void offer(Input input, SessionKey key) {
        if (!parts.loop().offer(input)) {
            throw new Refusal(parts.loop().ended() ? Denial.NOT_A_MEMBER : Denial.OVERLOADED, null).of(key);
        }
    }

    private void await(CompletableFuture<Outcome> answer, SessionKey key, String what, long timeoutNanos) {
        Outcome outcome = null;
        try {
            outcome = answer.get(Math.max(0, timeoutNanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            outcome = answer.getNow(null);
        }
        if (outcome == null) {
            throw new SessionUnavailable(Reason.OUTCOME_UNKNOWN,
                    key + " may be " + what + " or not: the store did not answer in time");
        }
        if (outcome.reason() != null) {
            throw new Refusal(outcome.reason(), null).of(key);
        }
    }

    // ---- effects

    void destroyed(Effect.Destroyed e) {
        boolean gone = e.reason() == null || new Refusal(e.reason(), null).absent();
        ClientState state = states.existing(e.key().id());
        if (state != null) {
            TokenHold token = state.token();
            synchronized (token) {
                token.destroying(false);
                if (gone) {
                    token.asking(false);
                    tokens.discard(state, true);
                }
            }
            tokens.operationAnswered(state);
        }
        answer(destroying, e.key(), gone ? null : e.reason());
    }

    void renamed(Effect.Renamed e) {
        ClientState state = states.existing(e.key().id());
        if (state != null) {
            TokenHold token = state.token();
            synchronized (token) {
                token.renaming(false);
                if (e.reason() == null) {
                    states.rename(state, e.newId());
                    token.fence(e.fence());
                }
            }
            tokens.operationAnswered(state);
        }
        answer(renaming, e.key(), e.reason());
    }

    /** The token of that session is void: whatever was to become of its id will not be answered. */
    void lost(SessionKey key, Denial reason) {
        answer(renaming, key, reason);
        answer(destroying, key, new Refusal(reason, null).absent() ? null : reason);
    }

    /** Nobody will answer any more. */
    void end() {
        destroying.keySet().forEach(key -> answer(destroying, key, Denial.NOT_A_MEMBER));
        renaming.keySet().forEach(key -> answer(renaming, key, Denial.NOT_A_MEMBER));
    }

    private static void answer(Map<SessionKey, CompletableFuture<Outcome>> open, SessionKey key, Denial reason) {
        CompletableFuture<Outcome> answer = open.remove(key);
        if (answer != null) {
            answer.complete(new Outcome(reason));
        }
    }
}
