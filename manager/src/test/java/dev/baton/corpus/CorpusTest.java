package dev.baton.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That tests and benchmarks compare what they mean to compare. */
class CorpusTest {
    private static final List<Case> CASES = Corpus.cases();

    @Test
    void sixteenAttributesWithFiftyOneChanges() {
        assertThat(CASES.stream().map(Case::attribute).distinct()).hasSize(16);
        assertThat(CASES.stream().filter(Case::changes)).hasSize(51);
        assertThat(CASES).doesNotHaveDuplicates();
    }

    @Test
    void everyValueIsTheSameEachTime() {
        for (Case c : CASES) {
            assertThat(Corpus.bytes(c.make())).as(c.name()).isEqualTo(Corpus.bytes(c.make()));
        }
    }

    @Test
    void everyMutationChangesTheStoredFormAndNoneDoesNot() {
        for (Case c : CASES) {
            Object value = c.make();
            byte[] before = Corpus.bytes(value);
            byte[] after = Corpus.bytes(c.change(value));
            assertThat(Arrays.equals(before, after)).as(c.name()).isEqualTo(!c.changes());
        }
    }
}
