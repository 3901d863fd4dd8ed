package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.access.ClientStates;
import dev.baton.access.NotSerializableAttribute;
import dev.baton.access.Scan;
import dev.baton.access.TokenHold;
import dev.baton.model.Settings.Acknowledge;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Denial;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.util.List;
import java.util.concurrent.Executor;

/** From what requests did to what the core is given, and its answers. */
final class Commits {
    private final ClientStates states;
    private final Tokens tokens;
    private final Parts parts;
    private final Counting counting;
    private final ClientState.Problems problems;
    private final Acknowledge acknowledge;
    private final Executor offers;

    /** @param acknowledge what requests wait for */
    Commits(ClientStates states, Tokens tokens, Parts parts, Counting counting, ClientState.Problems problems,
            Acknowledge acknowledge, NodeThreads threads) {
        this.states = states;
        this.tokens = tokens;
        this.parts = parts;
        this.counting = counting;
        this.problems = problems;
        this.acknowledge = acknowledge;
        // What is queued is bounded by the tokens held.
        this.offers = threads.forApplication("offer");
    }

    Application.Completed complete(AccessLog log, long timeoutNanos) {
        return complete(log, false, timeoutNanos);
    }

    /** @param last whether the stay does nothing any more, so that its token may go back with its changes */
    Application.Completed complete(AccessLog log, boolean last, long timeoutNanos) {
        Application.Completed done;
        if (log.detached()) {
            return gone();
        }
        if (log.untouched() && !log.lost()) {
            counting.unchanged.increment();
            return nothing(log);
        }
        if (!log.lock(timeoutNanos)) {
            throw new SessionUnavailable(Reason.OUTCOME_UNKNOWN, "the changes of " + log.state().key() + " are being"
                    + " compared by another request, which does not end");
        }
        try {
            done = log.gone() ? gone() : compareAndGive(log, last && releaseAnswers());
            if (last) {
                log.conclude();
            }
        } finally {
            log.unlock();
        }
        if (log.gaveBack() || !parts.shortTasks().defers()) {
            parts.loop().run();
        }
        if (log.gaveBack()) {
            tokens.askAgain(log.state());
        }
        for (NotSerializableAttribute problem : done.problems()) {
            problems.notSerializable(log.state(), problem);
        }
        return done;
    }

    /** Whether a token that is back means what requests wait for: backups have its changes. */
    private boolean releaseAnswers() {
        return acknowledge == Acknowledge.BACKUPS;
    }

    private Application.Completed compareAndGive(AccessLog log, boolean last) {
        ClientState state = log.state();
        if (log.lost()) {
            throw Refusal.lost(log);
        }
        Scan scan = log.scan(state.token().ageNanos(parts.now()));
        boolean given = false;
        try {
            boolean changed = scan.image() != null || scan.delta() != null;
            if (changed && !give(log, scan, last)) {
                return gone();
            }
            given = true;
            int deltaBytes = !changed ? 0 : scan.image() != null ? scan.image().size() : scan.delta().size();
            long version = log.gaveBack() ? scan.delta().version() : accept(log, scan);
            if (changed) {
                counting.sent(deltaBytes, state.wholeBytes());
            } else {
                counting.unchanged.increment();
            }
            return new Application.Completed(version, changed, deltaBytes, state.wholeBytes(), scan.changed(),
                    List.copyOf(scan.problems()), false);
        } finally {
            if (!given) {
                scan.abandon();
            }
        }
    }

    /** @return the version */
    private static long accept(AccessLog log, Scan scan) {
        scan.accept(log.state().token().fence());
        return log.version();
    }

    /** False where the session is gone. */
    private boolean give(AccessLog log, Scan scan, boolean last) {
        ClientState state = log.state();
        TokenHold token = state.token();
        Input input = scan.image() != null
                ? new Input.Create(state.key(), scan.image(), token.ageNanos(parts.now()))
                : new Input.Commit(state.key(), scan.delta(), acknowledge == Acknowledge.PRIMARY);
        // Under the monitor nothing that makes the token void comes between the look and the input.
        synchronized (token) {
            if (log.gone()) {
                return false;
            }
            if (log.lost()) {
                throw Refusal.lost(log);
            }
            if (token.renaming()) {
                throw new SessionUnavailable(Reason.OUTCOME_UNKNOWN, "it is not known whether " + state.key()
                        + " has got its new id, so nothing can be saved");
            }
            if (last && scan.delta() != null && scan.complete() && !parts.loop().ended()
                    && tokens.goesBackWith(log)) {
                parts.loop().give(new Input.LastCommit(state.key(), scan.delta(), scan.delta().ageNanos()));
                // Before anybody can ask for the token, and bring other contents with it.
                scan.accept(token.fence());
                tokens.gaveBack(state);
                return true;
            }
            if (!queued(log, input)) {
                throw new Refusal(parts.loop().ended() ? Denial.NOT_A_MEMBER : Denial.OVERLOADED, null)
                        .of(state.key());
            }
            token.told(parts.now());
        }
        return true;
    }

    /** Behind the last changes of a stay its token goes back, which waits for no room in the inbox: nor may they. */
    private boolean queued(AccessLog log, Input input) {
        if (!log.alone() || parts.loop().ended()) {
            return parts.loop().offer(input);
        }
        parts.loop().give(input);
        return true;
    }

    /** Nothing is sent. */
    static Application.Completed nothing(AccessLog log) {
        return new Application.Completed(log.version(), false, 0, log.state().wholeBytes(), List.of(), List.of(), false);
    }

    private static Application.Completed gone() {
        return new Application.Completed(0, false, 0, 0, List.of(), List.of(), true);
    }

    // ---- effects

    void created(Effect.Created e) {
        ClientState state = states.existing(e.key().id());
        if (state != null) {
            synchronized (state.token()) {
                state.token().fence(e.fence());
            }
            state.created(e.fence());
            tokens.operationAnswered(state);
        }
    }

    void createFailed(Effect.CreateFailed e) {
        ClientState state = states.existing(e.key().id());
        if (state == null) {
            return;
        }
        parts.events().note(Effect.Level.WARNING, "the store refused the new " + e.key() + ": " + e.reason(), null);
        synchronized (state.token()) {
            tokens.discard(state, e.reason() == Denial.TOO_FEW_COPIES ? AccessLog.End.NOT_COPIED
                    : AccessLog.End.NOT_CREATED);
        }
    }

    /** The copy's lock may be held for as long as the application's values take to be written, or for ever. */
    void imageWanted(Effect.ImageWanted e) {
        ClientState state = states.existing(e.key().id());
        if (state != null) {
            offers.execute(() -> offer(state));
        }
    }

    private void offer(ClientState state) {
        state.withStored(image -> {
            synchronized (state.token()) {
                long age = state.token().ageNanos(parts.now());
                parts.loop().give(new Input.Offer(state.key(), image, age));
            }
        });
        parts.loop().run();
    }

    void committed(Effect.Committed e) {
        ClientState state = states.existing(e.key().id());
        if (state != null) {
            state.durable(e.version());
        }
    }
}
