package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.model.Fence;
import dev.baton.model.MalformedPatch;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.Stamp;
import dev.baton.protocol.Content;
import dev.baton.protocol.Denial;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many threads use few sessions while a model of the store grants, asks back, takes away, as chance will have it. The
 * model holds the process to the rules of the game: nobody is inside when a token is reported idle, nobody asks for a
 * token that is here, every delta continues the one before.
 */
@Timeout(120)
class TokenStressTest {
    private static final int CLIENTS = 4;
    private static final int SESSIONS = 3;
    private static final int REQUESTS = 800;

    private enum State { NONE, WANTED, HELD, RETURNING }

    /** What the store and the core know of one session. */
    private static final class Token {
        State state = State.NONE;
        boolean closing;
        boolean again;
        long counter;
        Fence fence = new Fence(1, 0);
        Stamp contents = new Stamp(new Fence(1, 0), 1);
        Stamp cached;
        SessionImage image = ((Content.Whole) ScriptedNode.whole(Map.of("counter", new int[] {0}))).image();
    }

    private final Random random = new Random(7);
    private final Map<SessionKey, Token> tokens = new TreeMap<>();
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
    private ScriptedNode n;
    private int lost;
    private int together;

    @Test
    void theRulesHoldWhateverTheStoreDoes() throws Exception {
        run(ApplicationSettings.DEFAULT);
    }

    @Test
    void theRulesHoldWithEagerReleaseToo() throws Exception {
        run(ApplicationSettings.DEFAULT.withEagerRelease(true));
    }

    @Test
    void theRulesHoldWithTurnsToo() throws Exception {
        run(ApplicationSettings.DEFAULT.withOneRequestAtATime(true));
    }

    private void run(ApplicationSettings settings) throws Exception {
        try (ScriptedNode node = new ScriptedNode(settings)) {
            n = node;
            for (int i = 0; i < SESSIONS; i++) {
                tokens.put(n.key("s" + i), new Token());
            }
            n.core.answer(this::step);
            AtomicBoolean over = new AtomicBoolean();
            Thread store = new Thread(() -> {
                while (!over.get()) {
                    n.node.forget("store");
                    // Until that step is done: the inbox is for the clients.
                    n.node.report();
                }
            });
            store.start();
            int[][] outcome = new int[CLIENTS][];
            List<Thread> clients = new ArrayList<>();
            for (int c = 0; c < CLIENTS; c++) {
                int client = c;
                Thread t = new Thread(() -> outcome[client] = use(client));
                clients.add(t);
                t.start();
            }
            for (Thread t : clients) {
                t.join();
            }
            over.set(true);
            store.join();
            assertThat(violations).isEmpty();
            int confirmed = 0;
            int tried = 0;
            for (int[] o : outcome) {
                confirmed += o[0];
                tried += o[1];
            }
            int stored = 0;
            for (Token t : tokens.values()) {
                stored += ((int[]) new JavaSerializer().deserialize("counter", t.image.attribute("counter")))[0];
            }
            assertThat(stored).isBetween(confirmed, tried);
            assertThat(confirmed).isGreaterThan(tried / 2);
            assertThat(lost).as("tokens taken away in the course of this").isPositive();
            assertThat(together).as("tokens that went back with a change").isPositive();
        }
    }

    private int[] use(int client) {
        Random mine = new Random(client);
        int confirmed = 0;
        for (int i = 0; i < REQUESTS; i++) {
            ClientState state = n.shop.state("s" + mine.nextInt(SESSIONS));
            AccessLog log = null;
            try {
                log = n.shop.enter(state, TimeUnit.SECONDS.toNanos(60));
                synchronized (state) {
                    int[] counter = (int[]) state.get("counter", log);
                    counter[0]++;
                }
                n.shop.finish(log, TimeUnit.SECONDS.toNanos(60));
                confirmed++;
            } catch (SessionUnavailable e) {
                // Who waits for a token that is refused on its way back hears that the store is out of reach.
                if (e.reason() != SessionUnavailable.Reason.TOKEN_LOST
                        && e.reason() != SessionUnavailable.Reason.STORE_UNREACHABLE) {
                    violations.add(e.toString());
                }
            } catch (RuntimeException e) {
                violations.add("client: " + e);
            } finally {
                if (log != null) {
                    n.shop.leave(log);
                }
            }
        }
        return new int[] {confirmed, REQUESTS};
    }

    private List<Effect> step(Input input) {
        List<Effect> effects = new ArrayList<>();
        if (input instanceof Input.Acquire in) {
            Token t = tokens.get(in.key());
            switch (t.state) {
                case HELD -> violations.add("asked for a token that is here");
                case RETURNING -> t.again = true;
                default -> t.state = State.WANTED;
            }
            t.cached = in.cached();
        } else if (input instanceof Input.Idle in) {
            Token t = tokens.get(in.key());
            int inside = n.shop.state(in.key().id()).inside();
            if (t.state == State.HELD && inside > 0) {
                violations.add("idle with " + inside + " inside");
            } else if (t.state == State.HELD) {
                t.state = State.RETURNING;
            } else if (t.state != State.NONE) {
                violations.add("idle while " + t.state);
            }
        } else if (input instanceof Input.Commit in) {
            if (commit(in.key(), in.delta(), effects)) {
                effects.add(new Effect.Committed(in.key(), in.delta().version()));
            }
        } else if (input instanceof Input.LastCommit in) {
            Token t = tokens.get(in.key());
            int inside = n.shop.state(in.key().id()).inside();
            if (commit(in.key(), in.delta(), effects)) {
                together++;
                t.state = State.RETURNING;
                if (inside > 0) {
                    violations.add("the last commit with " + inside + " inside");
                }
            }
        } else if (input instanceof Input.Forget) {
            tokens.forEach((key, t) -> happen(key, t, effects));
        } else {
            violations.add("unexpected " + input);
        }
        return effects;
    }

    private boolean commit(SessionKey key, SessionDelta delta, List<Effect> effects) {
        Token t = tokens.get(key);
        if (t.state != State.HELD) {
            effects.add(new Effect.TokenLost(key, Denial.FENCED));
            return false;
        }
        if (delta.base() != t.contents.version()) {
            violations.add("delta from " + delta.base() + " at " + t.contents);
            return false;
        }
        try {
            t.image = t.image.apply(delta);
        } catch (MalformedPatch e) {
            violations.add(e.toString());
        }
        t.contents = new Stamp(t.fence, delta.version());
        return true;
    }

    private void happen(SessionKey key, Token t, List<Effect> effects) {
        int chance = random.nextInt(100);
        if (t.state == State.WANTED && chance < 60) {
            t.state = State.HELD;
            t.closing = chance < 20;
            t.counter += random.nextInt(3) == 0 ? 2 : 1; // another process had it in between, or none
            t.fence = new Fence(1, t.counter);
            boolean same = t.contents.equals(t.cached);
            effects.add(new Effect.OpenGate(key, t.fence, t.contents, same ? new Content.Same()
                    : new Content.Whole(t.image), 0, t.closing));
        } else if (t.state == State.HELD && chance < 3) {
            t.state = State.NONE;
            lost++;
            effects.add(new Effect.TokenLost(key, Denial.FENCED));
        } else if (t.state == State.HELD && !t.closing && chance < 30) {
            t.closing = true;
            effects.add(new Effect.CloseGate(key));
        } else if (t.state == State.RETURNING && chance < 60) {
            t.state = t.again ? State.WANTED : State.NONE;
            t.again = false;
            effects.add(new Effect.Committed(key, t.contents.version()));
            effects.add(new Effect.Returned(key));
        } else if (t.state == State.RETURNING && chance < 63) {
            lost++;
            effects.add(new Effect.TokenLost(key, Denial.FENCED));
            if (t.again) {
                effects.add(new Effect.AcquireFailed(key, Denial.UNAVAILABLE, null));
            }
            t.state = State.NONE;
            t.again = false;
        }
    }
}
