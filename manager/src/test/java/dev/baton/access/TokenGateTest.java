package dev.baton.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The gate with one thread; {@link TokenGateRaceTest} has the races. */
class TokenGateTest {
    private final TokenGate gate = new TokenGate(3);

    @Test
    void nobodyEntersAClosedGate() {
        assertThat(gate.tryEnter()).isEqualTo(TokenGate.NO_PASS);
        assertThat(gate.await().outcome()).isNull();
    }

    @Test
    void thoseWhoWaitAreLetInInTheirOrder() {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            gate.await().whenDecided(() -> order.add(number));
        }
        assertThat(gate.open(false, false)).isFalse();
        assertThat(order).containsExactly(0, 1, 2);
        assertThat(gate.inside()).isEqualTo(3);
        assertThat(gate.tryEnter()).isNotEqualTo(TokenGate.NO_PASS);
    }

    @Test
    void moreThanTheLimitMayNotWait() {
        for (int i = 0; i < 3; i++) {
            assertThat(gate.await()).isNotNull();
        }
        assertThat(gate.await()).isNull();
        gate.refuseWaiters("busy");
        assertThat(gate.await()).isNotNull();
    }

    @Test
    void whoIsLetInAndLeavesAtOnceDoesNotCloseTheDoorOnTheNext() {
        List<Boolean> drained = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Waiter waiter = gate.await();
            waiter.whenDecided(() -> drained.add(gate.leave(waiter.outcome().pass(), false)));
        }
        assertThat(gate.open(true, false)).isTrue();
        assertThat(drained).containsExactly(false, false, false);
        assertThat(gate.inside()).isZero();
    }

    @Test
    void afterACloseThoseInsideFinishAndNobodyEnters() {
        gate.open(false, false);
        int pass = gate.tryEnter();
        assertThat(gate.close()).isFalse();
        assertThat(gate.tryEnter()).isEqualTo(TokenGate.NO_PASS);
        Waiter waiter = gate.await();
        assertThat(gate.leave(pass, false)).isTrue();
        assertThat(waiter.outcome()).isNull();
        assertThat(gate.closed()).isFalse();
        gate.idleGiven();
        assertThat(gate.closed()).isTrue();
        gate.open(true, false);
        assertThat(waiter.outcome().admitted()).isTrue();
    }

    @Test
    void anEagerGateDrainsWhenItIsOpenedForNobody() {
        assertThat(gate.open(false, true)).isTrue();
        assertThat(gate.drained()).isTrue();
    }

    @Test
    void aTokenThatCannotBeUsedLetsNobodyIn() {
        Waiter waiter = gate.await();
        assertThat(gate.refuse()).isTrue();
        assertThat(gate.tryEnter()).isEqualTo(TokenGate.NO_PASS);
        assertThat(gate.open(false, false)).isFalse();
        assertThat(waiter.outcome()).isNull();
    }

    @Test
    void aPassOfBeforeHasNoEffectAfterTheGateWasBroken() {
        int old = gate.openAndEnter();
        gate.breakOff();
        gate.open(false, false);
        int pass = gate.tryEnter();
        assertThat(pass).isNotEqualTo(old);
        assertThat(gate.leave(old, true)).isFalse();
        assertThat(gate.inside()).isEqualTo(1);
    }

    @Test
    void leavingTwiceIsAnError() {
        gate.open(false, false);
        int pass = gate.tryEnter();
        gate.leave(pass, false);
        assertThatThrownBy(() -> gate.leave(pass, false)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aWaiterWithoutAThreadHearsOfARefusal() {
        Waiter waiter = gate.await();
        List<Object> heard = new ArrayList<>();
        waiter.whenDecided(() -> heard.add(waiter.outcome().refusal()));
        gate.refuseWaiters("no such session");
        assertThat(heard).containsExactly("no such session");
        assertThat(gate.cancel(waiter)).isFalse();
    }

    @Test
    void whoIsInsideMayJoinAlsoWhileTheGateCloses() {
        assertThat(gate.join(gate.generation())).isFalse();
        gate.open(false, false);
        int pass = gate.tryEnter();
        gate.close();
        assertThat(gate.join(pass)).isTrue();
        assertThat(gate.leave(pass, false)).isFalse();
        assertThat(gate.leave(pass, false)).isTrue();
        gate.breakOff();
        assertThat(gate.join(pass)).isFalse();
    }
}
