package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ManagerKindTest {
    private final Seat second = new Seat("bench-7", 1, List.of(4001, 4002, 4003), 20_400);

    @Test
    void aNodeOfTomcatsClusterNamesTheOthers() {
        String cluster = ManagerKind.BACKUP_SYNC.clusterElement(second);
        assertThat(cluster).contains("channelSendOptions='6'", "port='4002' autoBind='1'")
                .containsOnlyOnce("<LocalMember ")
                .contains("host='127.0.0.1' port='4001' domain='bench' uniqueId='{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1}'")
                .contains("host='127.0.0.1' port='4003' domain='bench' uniqueId='{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,3}'")
                .doesNotContain("host='127.0.0.1' port='4002'");
        assertThat(ManagerKind.BACKUP_ASYNC.managerElement(second)).contains("BackupManager", "mapSendOptions='8'");
        assertThat(ManagerKind.DELTA_ASYNC.managerElement(second)).doesNotContain("mapSendOptions");
    }

    @Test
    void onlyTomcatsClusterMustBeToldOfChangesInPlace() {
        assertThat(List.of(ManagerKind.values())).filteredOn(ManagerKind::mustBeTold).containsExactly(
                ManagerKind.DELTA_SYNC, ManagerKind.DELTA_ASYNC, ManagerKind.BACKUP_SYNC, ManagerKind.BACKUP_ASYNC);
        assertThat(ManagerKind.BATON_SESSION.managerElement(second)).contains("stack='local:20400'", "cluster='bench-7'",
                "nodeName='n2'", "threadLocks='session'");
        assertThat(ManagerKind.STANDARD.clusterElement(second)).isEmpty();
    }

    @Test
    void thePlainExchangeIsBesideTomcatsOwnManager() {
        Seat last = new Seat("bench-7", 2, List.of(4001, 4002, 4003), 20_400);
        assertThat(ManagerKind.PLAIN.managerElement(last)).contains("StandardManager",
                "port='4003' peer='4001' asks='false'");
        assertThat(ManagerKind.PLAIN_TURNS.managerElement(last)).contains("port='4003' peer='4001' asks='true'");
        assertThat(ManagerKind.STANDARD_TURNS.managerElement(last)).doesNotContain("Valve");
        assertThat(List.of(ManagerKind.values())).filteredOn(m -> !m.shares())
                .containsExactly(ManagerKind.STANDARD, ManagerKind.PLAIN, ManagerKind.STANDARD_TURNS, ManagerKind.PLAIN_TURNS);
        assertThat(List.of(ManagerKind.values())).filteredOn(m -> !m.goesRound())
                .containsExactly(ManagerKind.STANDARD, ManagerKind.PLAIN);
    }
}
