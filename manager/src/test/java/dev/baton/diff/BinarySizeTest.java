package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.corpus.Case;
import dev.baton.corpus.Corpus;
import dev.baton.model.BytePatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** D1: patches of the corpus are exact, and not larger than they have been. */
class BinarySizeTest {
    @Test
    @DisplayName("D1: 51 changes of the corpus take no more than 2,900 bytes together, and each is exact")
    void allChangesTogether() throws Exception {
        int sum = 0;
        for (Case c : Corpus.cases()) {
            if (c.changes()) {
                sum += size(c.name());
            }
        }
        assertThat(sum).isLessThanOrEqualTo(2_900);
    }

    /** Where one object more or less moves the numbers of the references behind it, or all lies in another order. */
    @ParameterizedTest(name = "{0}: at most {1} bytes")
    @CsvSource({"tree/longerStr,80", "tree/attrPut,40", "tree/insertMid,63", "tree/delete,26", "tree/reorder,81",
        "tree/render20,186", "cyclic/relink,133", "hashmap/rehash,202", "lru/access5,43", "cart/sortAll,438",
        "cart/insertMid,137", "session50/oneChanged,13", "upload1M/ins10,25", "upload1M/chg10spread,66"})
    void aChangeTakesFewBytes(String name, int most) throws Exception {
        assertThat(size(name)).isLessThanOrEqualTo(most);
    }

    private static int size(String name) throws Exception {
        Case c = Corpus.named(name);
        Object value = c.make();
        byte[] before = Corpus.bytes(value);
        byte[] after = Corpus.bytes(c.change(value));
        byte[] patch = BinaryDiff.patch(before, after);
        assertThat(patch).as(name).isNotNull();
        assertThat(new BytePatch(patch).apply(before)).as(name).isEqualTo(after);
        return patch.length;
    }
}
