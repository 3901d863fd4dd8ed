package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.Claim;
import dev.baton.access.ClientState;
import dev.baton.access.ClientStates;
import dev.baton.access.TokenHold;
import dev.baton.access.Waiter;
import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SessionMeta;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Content;
import dev.baton.protocol.Denial;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import dev.baton.protocol.Message;
import dev.baton.protocol.ProtocolReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The gates of one application's sessions, between requests and the core: asks for tokens, opens and closes as the core
 * says, gives back what is idle. See {@link TokenHold} for the order in which inputs reach the core.
 */
final class Tokens {
    /**
     * Whoever uses a token that others want is asked for it again after a second, and says then that it is in use: so
     * long after the question silence is no sign of a busy session.
     */
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final NodeId self;
    private final ClientStates states;
    private final Parts parts;
    private final boolean eager;
    private final Counting counting;
    private final ApplicationEvents events;
    private Predicate<ClientState> lags;
    private Consumer<AccessLog> handOver;
    private volatile boolean closing;

    Tokens(NodeId self, ClientStates states, Parts parts, boolean eager, Counting counting, ApplicationEvents events) {
        this.self = self;
        this.states = states;
        this.parts = parts;
        this.eager = eager;
        this.counting = counting;
        this.events = events;
    }

    /**
     * @param mustFlush whether a session has changes to be sent before its token goes back
     * @param action    what is done with a session before its token goes back, in its last stay; then
     *                  {@link #handedOver}
     */
    void beforeGivingBack(Predicate<ClientState> mustFlush, Consumer<AccessLog> action) {
        lags = mustFlush;
        handOver = action;
    }

    // ---- for requests

    /** Joins those who wait for the token, and sees that it is asked for. Null where too many wait. */
    Waiter await(ClientState state) {
        Waiter waiter = state.token().gate().await();
        if (waiter != null && waiter.outcome() == null) {
            counting.waits.increment();
            ask(state);
        }
        return waiter;
    }

    /** Another request of this process is in front. */
    void waitsForTurn() {
        counting.lockWaits.increment();
    }

    /** Gives up waiting; if it was the last one the core need not go on. */
    void giveUp(ClientState state, Waiter waiter) {
        TokenHold token = state.token();
        if (!token.gate().cancel(waiter)) {
            return;
        }
        synchronized (token) {
            callOff(state);
        }
        parts.loop().run();
    }

    /** Ends a stay. */
    void leave(AccessLog log) {
        if (log.detached() || !log.leave()) {
            return;
        }
        ClientState state = log.state();
        if (log.fresh()) {
            leaveFresh(log);
        } else if (!log.gaveBack() && state.token().gate().leave(log.pass(), eager || closing)) {
            idle(state);
        }
        if (log.turn() != null) {
            state.token().turns().release(log.turn());
        }
    }

    /**
     * Whether the token goes back behind that stay at once, with what it changed: where it would go back anyway when
     * the stay ends, or will be asked for by those who had it in between. Then nobody is inside any more, and the
     * caller goes on with {@link #gaveBack}. Under the monitor.
     */
    boolean goesBackWith(AccessLog log) {
        ClientState state = log.state();
        TokenHold token = state.token();
        if (token.fence().equals(Fence.NONE) || token.destroying() || token.renaming() || mustPrepare(state)
                || !token.gate().leaveLast(log.pass(), eager || closing || token.wanders())) {
            return false;
        }
        log.giveBack();
        return true;
    }

    /** The core has been given what the token goes back with. Under the monitor; then {@link #askAgain}. */
    void gaveBack(ClientState state) {
        TokenHold token = state.token();
        token.told(parts.now());
        token.fence(Fence.NONE);
        token.gate().idleGiven();
    }

    /** Whoever has come meanwhile wants the token back. */
    void askAgain(ClientState state) {
        if (state.token().gate().hasWaiters()) {
            ask(state);
        }
    }

    /** Nobody but those inside knows of a session that was never sent: it ends with the last of them. */
    private void leaveFresh(AccessLog log) {
        ClientState state = log.state();
        TokenHold token = state.token();
        boolean drained;
        synchronized (token) {
            drained = token.gate().leave(log.pass(), false);
            if (log.fresh() && !log.lost() && token.gate().inside() == 0) {
                drained = false;
                discard(state, true);
            }
        }
        if (drained) {
            idle(state);
        }
    }

    /**
     * Opens the gate of a session that is made here, for its maker.
     *
     * @return null where that id is in use in this process
     */
    AccessLog create(ClientState state, SessionMeta meta, Claim turn) {
        TokenHold token = state.token();
        synchronized (token) {
            if (token.asking() || !token.away() || token.gate().hasWaiters() || !token.gate().closed()) {
                return null;
            }
            state.begin(meta);
            int pass = token.gate().openAndEnter();
            token.away(false);
            states.keep(state);
            token.access(parts.now());
            return state.stay(pass, turn);
        }
    }

    /** One more stay beside that one, in the same contents and the same turn; null where they are of the past. */
    AccessLog join(AccessLog inside) {
        ClientState state = inside.state();
        if (inside.gaveBack() || !state.token().gate().join(inside.pass())) {
            return null;
        }
        // Nobody inside is without a turn: who has it may wait for the token, and that for whoever is inside.
        Claim turn = inside.turn() == null ? null : state.token().turns().again(inside.turn());
        AccessLog log = state.stay(inside.pass(), turn);
        if (log == null && turn != null) {
            state.token().turns().release(turn);
        }
        return log;
    }

    /** Gives an unused token back, for its copy to be dropped. */
    void release(ClientState state) {
        if (state.token().gate().close()) {
            idle(state);
        }
    }

    /** Gives the token back, where nobody is inside now. */
    void releaseUnused(ClientState state) {
        if (state.token().gate().closeUnused()) {
            idle(state);
        }
    }

    /** From now on every token goes back as soon as nobody is inside, and nobody new comes in. */
    void close() {
        closing = true;
        for (ClientState state : states.all()) {
            TokenHold token = state.token();
            synchronized (token) {
                token.gate().refuseWaiters(new Refusal(Denial.NOT_A_MEMBER, null));
                callOff(state);
            }
            release(state);
        }
        parts.loop().run();
    }

    /** Nobody waits any more: the core need not go on asking. Under the monitor. */
    private void callOff(ClientState state) {
        TokenHold token = state.token();
        if (token.asking() && !token.gate().hasWaiters()) {
            token.asking(false);
            // A grant may be on its way all the same; it will find the gate, or be sent back.
            token.away(true);
            parts.loop().give(new Input.CancelAcquire(state.key()));
        }
    }

    /** Whatever is still held here is given up; those inside can save nothing any more. */
    void abandon() {
        closing = true;
        List<ClientState> unsent = new ArrayList<>();
        for (ClientState state : states.all()) {
            TokenHold token = state.token();
            synchronized (token) {
                boolean held = !token.away() && !token.asking();
                if (held && lags.test(state)) {
                    unsent.add(state);
                }
                token.gate().refuseWaiters(new Refusal(Denial.NOT_A_MEMBER, null));
                callOff(state);
                discard(state, AccessLog.End.LOST);
                if (held) {
                    parts.loop().give(new Input.Idle(state.key(), token.ageNanos(parts.now())));
                }
            }
        }
        parts.loop().run();
        if (!unsent.isEmpty()) {
            parts.events().note(Effect.Level.ERROR, "given up here with changes that the store may not have: "
                    + unsent.size() + " sessions, " + unsent.get(0).key() + " among them", null);
        }
    }

    boolean closing() {
        return closing;
    }

    /** Whether every token is back in the store, as far as the core was told. */
    boolean quiet() {
        return states.all().stream().allMatch(s -> s.token().away());
    }

    private void ask(ClientState state) {
        TokenHold token = state.token();
        synchronized (token) {
            if (token.asking() || token.stale() || !token.gate().closed() || !token.gate().hasWaiters()) {
                return;
            }
            if (closing) {
                token.gate().refuseWaiters(new Refusal(Denial.NOT_A_MEMBER, null));
            } else if (parts.loop().offer(new Input.Acquire(state.key(), state.stamp()))) {
                token.asked(parts.now());
                token.away(false);
            } else {
                Denial why = parts.loop().ended() ? Denial.NOT_A_MEMBER : Denial.OVERLOADED;
                token.gate().refuseWaiters(new Refusal(why, null));
            }
        }
        parts.loop().run();
    }

    private boolean mustPrepare(ClientState state) {
        return lags.test(state) || (!eager || closing) && events.wantsHandingOver(state);
    }

    private void idle(ClientState state) {
        if (mustPrepare(state)) {
            TokenHold token = state.token();
            AccessLog last;
            synchronized (token) {
                if (token.handingOver() || !token.gate().drained()) {
                    // Of an earlier token that is void: this one is looked at again behind it. Or: this one is void.
                    return;
                }
                token.handingOver(true);
                last = state.lastStay();
            }
            handOver.accept(last);
        } else {
            giveBack(state);
        }
    }

    /**
     * The session is prepared, and its token goes back.
     *
     * @return false where it is void, or cannot go back yet
     */
    boolean handedOver(AccessLog last) {
        ClientState state = last.state();
        TokenHold token = state.token();
        boolean back;
        synchronized (token) {
            token.handingOver(false);
            back = !last.lost() && returned(state);
        }
        if (back) {
            parts.loop().run();
            askAgain(state);
        } else if (last.lost() && token.gate().drained()) {
            idle(state); // the next token, which had to wait for this
        }
        return back;
    }

    private void giveBack(ClientState state) {
        synchronized (state.token()) {
            if (!returned(state)) {
                return;
            }
        }
        parts.loop().run();
        askAgain(state);
    }

    /** Whether the core was given the token back. Under the monitor; then the loop is run, and {@link #askAgain}. */
    private boolean returned(ClientState state) {
        TokenHold token = state.token();
        boolean unanswered = token.fence().equals(Fence.NONE) || token.destroying() || token.renaming();
        if (!token.gate().drained() || unanswered) {
            // Void meanwhile, and perhaps another token is in use already. Or: the core cannot give the token back
            // before the creation, or another operation, is answered; see operationAnswered.
            return false;
        }
        parts.loop().give(new Input.Idle(state.key(), token.ageNanos(parts.now())));
        gaveBack(state);
        return true;
    }

    // ---- effects, one at a time

    /** A creation, destruction or renaming was answered, and the session goes on. */
    void operationAnswered(ClientState state) {
        TokenHold token = state.token();
        boolean drained;
        synchronized (token) {
            drained = token.gate().drained() && !token.handingOver(); // else behind that
        }
        if (drained) {
            idle(state);
        }
    }

    void open(Effect.OpenGate e) {
        ClientState state = states.state(e.key().id());
        TokenHold token = state.token();
        boolean drained;
        synchronized (token) {
            token.asking(false);
            token.away(false);
            states.keep(state);
            if (!token.gate().closed()) {
                return;
            }
            token.usedBy(null);
            token.granted(e.fence(), e.idleNanos(), parts.now());
            if (!bring(state, e)) {
                // The store knows better what it gave: from nothing the next grant brings the whole.
                parts.events().note(Effect.Level.WARNING, "the granted contents of " + e.key() + " (" + e.contents()
                        + ") do not continue the copy here (" + state.stamp() + "): fetching them anew", null);
                state.discard(AccessLog.End.LOST);
                token.stale(true);
                drained = token.gate().refuse();
            } else if (closing) {
                token.gate().refuseWaiters(new Refusal(Denial.NOT_A_MEMBER, null));
                drained = token.gate().refuse();
            } else {
                drained = token.gate().open(e.closeBehind(), eager);
            }
        }
        if (drained) {
            idle(state);
        }
    }

    private boolean bring(ClientState state, Effect.OpenGate e) {
        Content content = e.content();
        if (content instanceof Content.Whole whole) {
            state.bring(whole.image(), e.contents());
            return true;
        }
        if (content instanceof Content.Deltas deltas) {
            return state.bring(deltas.deltas(), e.contents());
        }
        return state.current(e.contents());
    }

    void close(Effect.CloseGate e) {
        ClientState state = states.existing(e.key().id());
        if (state != null) {
            release(state);
        } else {
            // A token that nobody here knows of, of a former life of the application.
            parts.loop().give(new Input.Idle(e.key(), 0));
        }
    }

    void usersWanted(Effect.UsersWanted e) {
        ClientState state = states.existing(e.key().id());
        if (state != null) {
            String users = users(state);
            parts.loop().give(new Input.Users(e.key(),
                    users.substring(0, Math.min(users.length(), Message.MAX_TEXT))));
        }
    }

    void usedBy(Effect.UsedBy e) {
        ClientState state = states.existing(e.key().id());
        if (state != null) {
            state.token().seenAt(e.holder());
            state.token().usedBy(e.text());
        }
    }

    /** Where the token is, as far as this process knows without asking anybody; null where it does not. */
    NodeId lastSeen(ClientState state) {
        return state.open() || state.inside() > 0 ? self : state.token().seenAt();
    }

    /**
     * What somebody hears who waited for the token in vain: who uses the session, as far as this process can tell
     * without asking; or that the store does not answer, where nobody else is known to have the token, or whoever was
     * last seen with it has had the time to say that it is in use, and did not.
     *
     * @param how the wait has ended, for people
     */
    SessionUnavailable notGiven(ClientState state, String how) {
        TokenHold token = state.token();
        ProtocolReport.SessionReport report = parts.loop().ask(core -> core.report(state.key()));
        boolean here;
        synchronized (token) {
            here = state.inside() > 0 || token.handingOver();
        }
        NodeId known = report == null || report.holder() == null ? token.seenAt() : report.holder();
        // Without a use of the token here, it is still on its way to this process, or back from it.
        NodeId holder = here ? self : self.equals(known) ? null : known;
        String users = here ? users(state) : token.usedBy();
        if (holder == null || users == null && parts.now() - token.askedNanos() >= ANSWER_NANOS) {
            return new SessionUnavailable(Reason.NOT_GIVEN, "the store did not give the token of " + state.key()
                    + Refusal.lastSeen(holder) + " (" + how + ")");
        }
        return new SessionUnavailable(Reason.LOCKED, state.key() + " is in use by "
                + (users == null || users.isEmpty() ? "" : users + " at ") + holder + " (" + how + ")");
    }

    /** Empty where it cannot be told: those who are asked about may be leaving at this moment. */
    private String users(ClientState state) {
        try {
            return events.users(state);
        } catch (RuntimeException | Error e) { // as in discard: nobody is to go for the sake of a log's text
            parts.events().note(Effect.Level.WARNING, "who uses " + state.key() + " could not be told", e);
            return "";
        }
    }

    void returned(Effect.Returned e) {
        ClientState state = states.existing(e.key().id());
        if (state != null) {
            TokenHold token = state.token();
            synchronized (token) {
                token.stale(false);
                token.away(!token.asking());
            }
            parts.membership().tokenReturned();
            ask(state);
        }
    }

    void refused(Effect.AcquireFailed e) {
        ClientState state = states.existing(e.key().id());
        if (state == null) {
            return;
        }
        Refusal refusal = new Refusal(e.reason(), e.holder());
        TokenHold token = state.token();
        synchronized (token) {
            if (!token.asking()) {
                return;
            }
            token.asking(false);
            token.away(true);
            if (refusal.absent()) {
                discard(state, true);
            }
            token.gate().refuseWaiters(refusal);
        }
    }

    void lost(ClientState state, Denial reason) {
        counting.tokensLost.increment();
        TokenHold token = state.token();
        synchronized (token) {
            discard(state, switch (reason) {
                case GONE -> AccessLog.End.GONE;
                case TOO_FEW_COPIES -> AccessLog.End.TOO_FEW_COPIES;
                case UNCONFIRMED -> AccessLog.End.UNCONFIRMED;
                default -> AccessLog.End.LOST;
            });
        }
        parts.membership().tokenReturned();
        ask(state);
    }

    /** The copy here is void. Under the monitor. The gate is broken first, see {@link ClientState#stay}. */
    void discard(ClientState state, boolean gone) {
        discard(state, gone ? AccessLog.End.GONE : AccessLog.End.LOST);
    }

    /** @param how where the session is not there, another one under its id is another object */
    void discard(ClientState state, AccessLog.End how) {
        boolean gone = how == AccessLog.End.GONE || how == AccessLog.End.NOT_CREATED
                || how == AccessLog.End.NOT_COPIED;
        TokenHold token = state.token();
        token.gate().breakOff();
        token.fence(Fence.NONE);
        token.stale(false);
        token.destroying(false);
        token.renaming(false);
        token.away(!token.asking());
        state.discard(how);
        if (gone) {
            token.gone(true);
            token.gate().refuseWaiters(new Refusal(Denial.GONE, null));
            states.forget(state);
        }
        try {
            events.discarded(state, gone);
        } catch (RuntimeException | Error e) { // else the core would count as broken, and the node would go
            parts.events().note(Effect.Level.ERROR, "the application's listener failed", e);
        }
    }
}
