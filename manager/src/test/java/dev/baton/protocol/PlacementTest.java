package dev.baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.Location;
import dev.baton.model.Member;
import dev.baton.model.NodeId;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Placement is a pure function: where owners stand, how evenly, and how little moves. */
class PlacementTest {

    @Test
    @DisplayName("B1: backups stand on another site first, then rack, then host, where nodes name them")
    void backupsStandApart() {
        List<Member> members = List.of(member("a", "s1", "r1", "h1"), member("b", "s1", "r1", "h1"),
                member("c", "s1", "r1", "h2"), member("d", "s1", "r2", "h3"), member("e", "s2", "r3", "h4"));
        for (int segment = 0; segment < Topology.SEGMENTS; segment++) {
            List<NodeId> owners = Placement.owners(segment, members, 3);
            assertThat(new HashSet<>(owners)).hasSize(3);
            assertThat(location(members, owners.get(0)).distance(location(members, owners.get(1))))
                    .as("first backup of segment %s: %s", segment, owners).isEqualTo(3);
            // No third site is left, but another rack always is.
            int least = Math.min(location(members, owners.get(2)).distance(location(members, owners.get(0))),
                    location(members, owners.get(2)).distance(location(members, owners.get(1))));
            assertThat(least).as("second backup of segment %s: %s", segment, owners).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("B1: as many owners as asked for, all different, or as many as there are nodes")
    void ownersAreDistinct() {
        List<Member> members = unplaced("a", "b", "c");
        for (int copies = 1; copies <= 6; copies++) {
            for (int segment = 0; segment < Topology.SEGMENTS; segment++) {
                List<NodeId> owners = Placement.owners(segment, members, copies);
                assertThat(new HashSet<>(owners)).hasSize(owners.size());
                assertThat(owners).hasSize(Math.min(copies, 3));
            }
        }
    }

    @Test
    void everyNodeIsPrimaryOfItsShare() {
        for (int nodes = 2; nodes <= 7; nodes++) {
            String[] names = List.of("n1", "n2", "n3", "n4", "n5", "n6", "n7").subList(0, nodes).toArray(new String[0]);
            Map<NodeId, Integer> primaries = new TreeMap<>();
            for (int segment = 0; segment < Topology.SEGMENTS; segment++) {
                primaries.merge(Placement.owners(segment, unplaced(names), 2).get(0), 1, Integer::sum);
            }
            int share = Topology.SEGMENTS / nodes;
            assertThat(primaries).hasSize(nodes);
            assertThat(primaries.values()).allSatisfy(n -> assertThat(n).isBetween(share / 2, share * 2));
        }
    }

    @Test
    void aNodeThatJoinsMovesOnlyWhatItTakes() {
        List<Member> before = unplaced("a", "b", "c");
        List<Member> after = unplaced("a", "b", "c", "d");
        for (int segment = 0; segment < Topology.SEGMENTS; segment++) {
            List<NodeId> owners = new ArrayList<>(Placement.owners(segment, after, 2));
            owners.remove(new NodeId("d", 1));
            assertThat(Placement.owners(segment, before, 2)).containsSubsequence(owners);
        }
    }

    @Test
    void aRestartedNodeGetsItsSegmentsBack() {
        List<Member> restarted = List.of(unplaced("a").get(0),
                new Member(new NodeId("b", 2), Location.UNKNOWN, true, false, TableNumber.NONE));
        for (int segment = 0; segment < Topology.SEGMENTS; segment++) {
            assertThat(Placement.owners(segment, restarted, 1).get(0).name())
                    .isEqualTo(Placement.owners(segment, unplaced("a", "b"), 1).get(0).name());
        }
    }

    private static List<Member> unplaced(String... names) {
        return Arrays.stream(names).map(n -> member(n, "", "", "")).toList();
    }

    private static Member member(String name, String site, String rack, String host) {
        return new Member(new NodeId(name, 1), new Location(site, rack, host), true, false, TableNumber.NONE);
    }

    private static Location location(List<Member> members, NodeId node) {
        return members.stream().filter(m -> m.node().equals(node)).findFirst().orElseThrow().location();
    }
}
