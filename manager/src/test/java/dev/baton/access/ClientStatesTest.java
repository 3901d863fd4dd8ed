package dev.baton.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.diff.Differencer;
import dev.baton.diff.Methods;
import dev.baton.model.SessionMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClientStatesTest {
    private static final SessionMeta META = new SessionMeta(1, 1800, null, null, null);
    private final AtomicLong nanos = new AtomicLong();
    private final List<ClientState> released = new ArrayList<>();

    private ClientStates states(int limit) {
        ValueSerializer none = new ValueSerializer() {
            @Override
            public byte[] serialize(String name, Object value) {
                return new byte[0];
            }

            @Override
            public Object deserialize(String name, byte[] bytes) {
                return name;
            }
        };
        return new ClientStates(1, none, Tracking.DEFAULT, new Differencer(Methods.DEFAULT), null, 10, false, limit, nanos::get, released::add);
    }

    private ClientState used(ClientStates states, String id) {
        ClientState state = states.state(id);
        state.token().access(nanos.incrementAndGet());
        return state;
    }

    @Test
    void thereIsOneObjectPerIdAsLongAsSomebodyRefersToIt() {
        ClientStates states = states(3);
        ClientState first = used(states, "first");
        for (int i = 0; i < 50; i++) {
            used(states, "other" + i);
        }
        assertThat(states.size()).isLessThanOrEqualTo(4);
        assertThat(states.all()).doesNotContain(first);
        assertThat(states.existing("first")).isSameAs(first);
        assertThat(states.state("first")).isSameAs(first);
    }

    @Test
    void thoseUsedLastAreKept() {
        ClientStates states = states(10);
        for (int i = 0; i < 30; i++) {
            used(states, "s" + i);
        }
        assertThat(states.all().stream().map(s -> s.key().id())).contains("s29", "s28", "s27").doesNotContain("s0");
    }

    @Test
    void oneInUseIsNeverDropped() {
        ClientStates states = states(2);
        ClientState inside = used(states, "inside");
        inside.begin(META);
        inside.token().away(false);
        inside.token().gate().openAndEnter();
        ClientState waiting = used(states, "waiting");
        waiting.token().gate().await();
        for (int i = 0; i < 20; i++) {
            used(states, "s" + i);
        }
        assertThat(states.all()).contains(inside, waiting);
        assertThat(released).isEmpty();
    }

    @Test
    void anUnusedTokenIsAskedToGoBackBeforeItsCopyIsDropped() {
        ClientStates states = states(2);
        ClientState held = used(states, "held");
        held.token().away(false);
        held.token().gate().open(false, false);
        for (int i = 0; i < 10; i++) {
            used(states, "s" + i);
        }
        assertThat(released).contains(held);
        assertThat(states.all()).contains(held);
        held.token().gate().close();
        held.token().gate().idleGiven();
        held.token().away(true);
        used(states, "one more");
        assertThat(states.all()).doesNotContain(held);
    }

    @Test
    void aRenamedStateIsFoundUnderItsNewIdOnly() {
        ClientStates states = states(10);
        ClientState state = used(states, "old");
        states.rename(state, "new");
        assertThat(states.existing("old")).isNull();
        assertThat(states.state("new")).isSameAs(state);
        assertThat(state.key().id()).isEqualTo("new");
        assertThat(states.state("old")).isNotSameAs(state);
    }

    @Test
    void aForgottenStateGivesWayToAnother() {
        ClientStates states = states(10);
        ClientState state = used(states, "id");
        states.forget(state);
        assertThat(states.existing("id")).isNull();
        ClientState next = states.state("id");
        states.forget(state);
        assertThat(states.existing("id")).isSameAs(next);
    }
}
