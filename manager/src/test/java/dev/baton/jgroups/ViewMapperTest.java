package dev.baton.jgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jgroups.Address;
import org.junit.jupiter.api.Test;

class ViewMapperTest {
    private final TrafficMeter meter = new TrafficMeter();
    private final ViewMapper mapper = new ViewMapper(new NodeId("self", 1), this::peer);

    private String failing;

    private Peer peer(NodeId node, Address address) {
        if (node.name().equals(failing)) {
            failing = null;
            throw new OutOfMemoryError("as planned");
        }
        PeerSender sender = new PeerSender(node.name(), (frame, introduced) -> true, Runnable::run, meter);
        return new Peer(node, address, sender, new PeerReceiver(node.name(), sender, messages -> {}, meter,
                new Semaphore(PeerReceiver.PARKING)));
    }

    @Test
    void whoOnlyClaimsToBeANodeDrivesNoFormerMemberOut() {
        Address member = NodeAddress.of(new NodeId("member", 1));
        mapper.accept(List.of(member));
        mapper.accept(List.of());
        List<Address> strangers = new ArrayList<>();
        for (int i = 1; i <= 2 * ViewMapper.FORMER; i++) {
            Address stranger = NodeAddress.of(new NodeId("stranger", i));
            strangers.add(stranger);
            assertThat(mapper.at(stranger)).isNotNull();
        }
        assertThat(mapper.of(new NodeId("member", 1))).isNotNull();
        assertThat(mapper.all()).hasSize(1 + ViewMapper.STRANGERS);
        assertThat(mapper.of(new NodeId("stranger", 1))).as("the first of them").isNull();
        assertThat(mapper.of(new NodeId("stranger", strangers.size()))).as("the last, which may be about to come")
                .isNotNull();
    }

    @Test
    void whoOnlyClaimsToBeAMemberGetsNothingThatIsForIt() {
        NodeId node = new NodeId("member", 1);
        Address address = NodeAddress.of(node);
        mapper.accept(List.of(address));
        Peer member = mapper.of(node);
        assertThat(mapper.at(NodeAddress.of(node))).as("a stranger of the same name and life").isNotSameAs(member);
        assertThat(mapper.of(node)).isSameAs(member);
        for (int i = 1; i <= ViewMapper.STRANGERS; i++) {
            mapper.at(NodeAddress.of(new NodeId("stranger", i)));
        }
        assertThat(mapper.of(node)).as("when the stranger is forgotten").isSameAs(member);
    }

    @Test
    void whoWasClaimedToBeThereBeforeIsReachedWhenItComes() {
        NodeId node = new NodeId("member", 1);
        Peer stranger = mapper.at(NodeAddress.of(node));
        mapper.accept(List.of(NodeAddress.of(node)));
        assertThat(mapper.of(node)).isNotSameAs(stranger);
        assertThat(mapper.of(node).inView).isTrue();
    }

    @Test
    void theLatestFormerMembersAreRemembered() {
        for (int i = 1; i <= ViewMapper.FORMER + 1; i++) {
            mapper.accept(List.of(NodeAddress.of(new NodeId("member", i))));
        }
        mapper.accept(List.of());
        assertThat(mapper.all()).hasSize(ViewMapper.FORMER);
        assertThat(mapper.of(new NodeId("member", 1))).isNull();
        assertThat(mapper.of(new NodeId("member", 2))).isNotNull();
    }

    @Test
    void whoCameWithAViewThatEndedInAnErrorIsTakenInWithTheNext() {
        List<Address> members = List.of(NodeAddress.of(new NodeId("first", 1)),
                NodeAddress.of(new NodeId("second", 1)));
        failing = "second";
        assertThatThrownBy(() -> mapper.accept(members)).isInstanceOf(OutOfMemoryError.class);
        assertThat(mapper.accept(members)).extracting(peer -> peer.node.name()).containsExactly("first", "second");
        assertThat(mapper.view()).hasSize(2);
    }
}
