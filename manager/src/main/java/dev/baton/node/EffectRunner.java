package dev.baton.node;

import dev.baton.access.ClientState;
import dev.baton.model.SessionKey;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Carries out the core's effects, in their order, one at a time. What goes to the network is kept to the end of the
 * round, to share envelopes; the protocol does not mind, since any message may be late. What it does mind is the order
 * among the effects on this process, and that a message which gives away a right leaves after this process has stopped
 * using it: both hold. Acknowledgements are told after the messages have left, as long as nothing else is to be told:
 * waking up whoever waits for one takes longer than sending does, and the other node can work meanwhile.
 */
final class EffectRunner implements EventLoop.Effects {
    private final Outbox outbox;
    private final Transport transport;
    private final Membership membership;
    private final NodeEvents events;
    private final LongFunction<DeployedApplication> applications;
    private final Consumer<String> rejected;
    /** Of this round, not told yet. */
    private final List<Effect.Committed> committed = new ArrayList<>();
    private EventLoop loop;
    private Leases leases;
    private Lookups lookups;
    private Censuses censuses;
    private Ticker ticker;

    /**
     * @param applications by hash; null where no such application is deployed here
     * @param rejected     told that the cluster does not want this node
     */
    EffectRunner(Outbox outbox, Transport transport, Membership membership, NodeEvents events,
                 LongFunction<DeployedApplication> applications, Consumer<String> rejected) {
        this.outbox = outbox;
        this.transport = transport;
        this.membership = membership;
        this.events = events;
        this.applications = applications;
        this.rejected = rejected;
    }

    /** These need the loop, which needs this. */
    void connect(EventLoop theLoop, Leases theLeases, Lookups theLookups, Censuses theCensuses, Ticker theTicker) {
        censuses = theCensuses;
        loop = theLoop;
        leases = theLeases;
        lookups = theLookups;
        ticker = theTicker;
    }

    @Override
    public void run(List<Effect> effects) {
        for (Effect effect : effects) {
            run(effect);
        }
    }

    @Override
    public void flush(long nextWakeNanos) {
        outbox.flush();
        tellCommitted();
        ticker.wakeAt(nextWakeNanos);
    }

    private void run(Effect effect) {
        if (effect instanceof Effect.Send e) {
            outbox.add(e.to(), e.message());
        } else if (effect instanceof Effect.Committed e) {
            committed.add(e);
        } else {
            tellCommitted();
            runHere(effect);
        }
    }

    private void tellCommitted() {
        for (Effect.Committed e : committed) {
            with(e.key(), a -> a.commits().committed(e));
        }
        committed.clear();
    }

    private void runHere(Effect effect) {
        if (effect instanceof Effect.OpenGate e) {
            withToken(e.key(), a -> a.open(e), new Input.Idle(e.key(), 0));
        } else if (effect instanceof Effect.CloseGate e) {
            withToken(e.key(), a -> a.close(e), new Input.Idle(e.key(), 0));
        } else if (effect instanceof Effect.UsersWanted e) {
            with(e.key(), a -> a.tokens().usersWanted(e));
        } else if (effect instanceof Effect.UsedBy e) {
            with(e.key(), a -> a.tokens().usedBy(e));
        } else if (effect instanceof Effect.Returned e) {
            with(e.key(), a -> a.tokens().returned(e));
        } else if (effect instanceof Effect.LookedUp e) {
            lookups.answered(e);
        } else if (effect instanceof Effect.Serving e) {
            leases.update(e.untilNanos());
        } else if (effect instanceof Effect.AcquireFailed e) {
            with(e.key(), a -> a.tokens().refused(e));
        } else if (effect instanceof Effect.Created e) {
            with(e.key(), a -> a.commits().created(e));
        } else if (effect instanceof Effect.CreateFailed e) {
            with(e.key(), a -> a.commits().createFailed(e));
        } else if (effect instanceof Effect.TokenLost e) {
            with(e.key(), a -> lost(a, e));
        } else if (effect instanceof Effect.Destroyed e) {
            with(e.key(), a -> a.idChanges().destroyed(e));
        } else if (effect instanceof Effect.Renamed e) {
            with(e.key(), a -> a.idChanges().renamed(e));
        } else if (effect instanceof Effect.Expire e) {
            withToken(e.key(), a -> a.expiries().expire(e), new Input.Expired(e.key(), e.fence()));
        } else if (effect instanceof Effect.ImageWanted e) {
            with(e.key(), a -> a.commits().imageWanted(e));
        } else {
            runForNode(effect);
        }
    }

    private void runForNode(Effect effect) {
        if (effect instanceof Effect.Probe e) {
            transport.probe(e.node());
        } else if (effect instanceof Effect.TopologyChanged e) {
            membership.changed(e.effective(), e.frozen());
        } else if (effect instanceof Effect.Counted e) {
            censuses.counted(e);
        } else if (effect instanceof Effect.Note e) {
            events.note(e.level(), e.text(), null);
        } else if (effect instanceof Effect.Left) {
            membership.left();
        } else if (effect instanceof Effect.Rejected e) {
            membership.refused(e.text());
            rejected.accept(e.text());
        } else {
            throw new IllegalStateException("effect without a meaning here: " + effect);
        }
    }

    private static void lost(DeployedApplication a, Effect.TokenLost e) {
        a.idChanges().lost(e.key(), e.reason());
        ClientState state = a.registry().existing(e.key().id());
        if (state != null) {
            a.tokens().lost(state, e.reason());
        }
    }

    private void with(SessionKey key, Consumer<DeployedApplication> action) {
        DeployedApplication application = applications.apply(key.application());
        if (application != null) {
            action.accept(application);
        }
    }

    /** Where the application is not deployed any more there is an answer all the same. */
    private void withToken(SessionKey key, Consumer<DeployedApplication> action, Input otherwise) {
        DeployedApplication application = applications.apply(key.application());
        if (application != null) {
            action.accept(application);
        } else {
            loop.give(otherwise);
        }
    }
}
