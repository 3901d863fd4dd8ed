package dev.baton.protocol;

import dev.baton.model.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * What the parts of the core share while a step runs: time, identity, settings, and where effects go. What a node says
 * to itself is delivered within the same step, after the handler that said it.
 */
final class Step {
    final NodeId self;
    final CoreSettings settings;
    final Guards guards;
    long now;

    private List<Effect> effects = new ArrayList<>();
    private final ArrayDeque<Message> toSelf = new ArrayDeque<>();

    Step(NodeId self, CoreSettings settings, Guards guards) {
        this.self = self;
        this.settings = settings;
        this.guards = guards;
    }

    void send(NodeId to, Message message) {
        if (to.equals(self)) {
            toSelf.add(message);
        } else {
            effects.add(new Effect.Send(to, message));
        }
    }

    /** Whether something is said to that node in this step already. */
    boolean sends(NodeId to) {
        for (Effect e : effects) {
            if (e instanceof Effect.Send s && s.to().equals(to)) {
                return true;
            }
        }
        return false;
    }

    void emit(Effect effect) {
        effects.add(effect);
    }

    /** A sending time that makes the next repetition due soon. */
    long soon() {
        return now - settings.resendNanos() * 7 / 8;
    }

    void info(String text) {
        effects.add(new Effect.Note(Effect.Level.INFO, text));
    }

    void warn(String text) {
        effects.add(new Effect.Note(Effect.Level.WARNING, text));
    }

    Message nextToSelf() {
        return toSelf.poll();
    }

    List<Effect> takeEffects() {
        List<Effect> taken = effects;
        effects = new ArrayList<>();
        return taken;
    }
}
