package dev.baton.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SessionImageTest {
    @Test
    @DisplayName("What an image grows by is the difference of the sizes, whatever changed")
    void growthIsTheDifferenceOfSizes() throws MalformedPatch {
        Random random = new Random(7);
        SessionImage before = SessionImage.of(new SessionMeta(1, 1800, null, null, null), Map.of("n", new byte[10]));
        int grown = 0;
        for (int round = 0; round < 2_000; round++) {
            SessionImage after = before.apply(delta(random));
            assertThat(after.growth(before)).isEqualTo(after.size() - before.size());
            grown += after.growth(before) != 0 ? 1 : 0;
            before = after;
        }
        assertThat(grown).isGreaterThan(1_000);
    }

    private static SessionDelta delta(Random random) {
        List<AttributeChange> changes = new ArrayList<>();
        for (String name : List.of("a", "n", "of a longer name")) {
            switch (random.nextInt(4)) {
                case 0 -> changes.add(new AttributeChange.Put(name, new byte[random.nextInt(100)]));
                case 1 -> changes.add(new AttributeChange.Remove(name));
                default -> { }
            }
        }
        SessionMeta meta = random.nextInt(5) > 0 ? null
                : new SessionMeta(1, 1800, null, new byte[random.nextInt(50)], new byte[random.nextInt(50)]);
        return new SessionDelta(1, changes, meta, 0);
    }
}
