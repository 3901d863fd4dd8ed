package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.corpus.Case;
import dev.baton.corpus.Corpus;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("D2, D4: whether a live graph changed is told without serialising it")
class SnapshotTest {
    static List<Case> corpus() {
        return Corpus.cases();
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void unchangedIsUnchangedAndAChangeIsFound(Case c) {
        Object value = c.make();
        byte[] before = Corpus.bytes(value);
        Snapshot snapshot = Snapshot.of(value);
        assertThat(snapshot).isNotNull();
        assertThat(snapshot.unchanged(value)).isTrue();
        Object after = c.change(value);
        assertThat(snapshot.unchanged(after)).isEqualTo(Arrays.equals(before, Corpus.bytes(after)));
    }
}
