package dev.baton.node;

import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.Topology;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import dev.baton.protocol.ProtocolReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A core that answers as a test says, and remembers what it was given. */
final class ScriptedCore implements Core {
    final List<Input> inputs = new CopyOnWriteArrayList<>();
    final AtomicInteger inside = new AtomicInteger();
    private final List<Effect> next = new ArrayList<>();
    private volatile Function<Input, List<Effect>> script = in -> List.of();

    void answer(Function<Input, List<Effect>> answers) {
        script = answers;
    }

    /** These come with the next step, whatever its input. */
    synchronized void next(Effect... effects) {
        next.addAll(List.of(effects));
    }

    <T extends Input> List<T> given(Class<T> type) {
        return inputs.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public List<Effect> step(Input input, long nowNanos) {
        if (inside.incrementAndGet() != 1) {
            throw new AssertionError("two steps at the same time");
        }
        try {
            inputs.add(input);
            List<Effect> effects = new ArrayList<>();
            synchronized (this) {
                effects.addAll(next);
                next.clear();
            }
            effects.addAll(script.apply(input));
            return effects;
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public long nextWakeNanos() {
        return Long.MAX_VALUE;
    }

    @Override
    public Topology effective() {
        return null;
    }

    @Override
    public ProtocolReport report() {
        return null;
    }

    @Override
    public ProtocolReport.SessionReport report(SessionKey key) {
        return null;
    }

    @Override
    public List<SessionKey> primarySessions(long application) {
        return List.of();
    }

    @Override
    public SessionImage image(SessionKey key) {
        return null;
    }
}
