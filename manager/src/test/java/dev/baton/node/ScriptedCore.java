package dev.baton.node;

import dev.baton.model.Fence;
import dev.baton.model.SessionKey;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A core that answers as a test says, and remembers what it was given. */
final class ScriptedCore extends QuietCore {
    final List<Input> inputs = new CopyOnWriteArrayList<>();
    final AtomicInteger inside = new AtomicInteger();
    private final List<Effect> next = new ArrayList<>();
    /** Whether what is to expire belongs to somebody else meanwhile. */
    volatile boolean expiryVoid;
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
    public boolean expires(SessionKey key, Fence fence) {
        return !expiryVoid;
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
}
