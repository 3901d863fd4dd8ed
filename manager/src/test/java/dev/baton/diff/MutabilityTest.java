package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.baton.corpus.Compiled;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Collections;
import java.util.Currency;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("T2: mutable and immutable values are told apart")
class MutabilityTest {
    static Stream<Object> immutable() throws Exception {
        return Stream.of("text", true, (byte) 1, (short) 1, 'c', 1, 1L, 1f, 1d, new BigDecimal("1.5"), BigInteger.TEN,
                MathContext.DECIMAL32, UUID.randomUUID(), URI.create("a:b"), new URL("http://127.0.0.1/"),
                Locale.GERMANY, Currency.getInstance("EUR"), String.class, Pattern.compile("a"), Duration.ZERO,
                Instant.EPOCH, LocalDate.EPOCH, ZoneOffset.UTC, ZoneId.of("Europe/Paris"),
                ZonedDateTime.of(LocalDate.EPOCH.atStartOfDay(), ZoneOffset.UTC), TimeUnit.DAYS, WithBody.ONE,
                List.of("a", 1), Set.of(1), Map.of("k", List.of(2)), List.of(), ArrayList.class,
                new Point(1, 2), new Box(List.of("a")), new Plain("a", 1), new WithCache("a"),
                new Chain(1, new Chain(2, null)), new Claimed(), Collections.singletonList("a"),
                Collections.emptyList(), (Supplier<String> & Serializable) () -> "a");
    }

    static Stream<Arguments> mutable() {
        return Stream.<Object>of(new Date(), Calendar.getInstance(), new StringBuilder(), new int[1], new String[0],
                new ArrayList<>(), new HashMap<>(), new AtomicInteger(), new BitSet(), List.of(new Date()),
                Collections.unmodifiableList(new ArrayList<>()), new Exception(), new Object(),
                new BigDecimal("1") { }, new OneDate(new Date()),
                new Box(new ArrayList<>()), new Box(List.of(new Date())), new Holder(new int[1]), new Open("a"),
                new OfMutable(1), new Written("a"), new SubOfClaimed(), Map.of("k", new StringBuilder()),
                Collections.singletonList(new Date()), Optional.of(new Date()), new Chain(1, new Date()),
                Collections.nCopies(2_000, "a"), capturing(new Date()), List.of(1).iterator(),
                Map.of(1, 2).keySet().iterator(), Collections.emptyIterator(), Collections.emptyEnumeration(), new Chosen())
                .map(value -> Arguments.of(value));
    }

    @ParameterizedTest
    @MethodSource("immutable")
    void plainValuesAndEnumsAreImmutable(Object value) {
        assertThat(Mutability.immutable(value)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("mutable")
    void whateverMayChangeOrIsNotKnownIsMutable(Object value) {
        assertThat(Mutability.immutable(value)).isFalse();
    }

    enum WithBody {
        ONE {
            @Override
            int value() {
                return 1;
            }
        };

        abstract int value();
    }

    record OneDate(Date date) {}

    record Point(int x, long y) {}

    record Box(Object content) {}

    record Chain(int value, Object next) {}

    record Holder(int[] array) {}

    static final class Plain {
        private final String a;
        private final Integer b;

        Plain(String a, Integer b) {
            this.a = a;
            this.b = b;
        }
    }

    /** Not written, so of no account. */
    static final class WithCache {
        private final String a;
        private transient int hash;

        WithCache(String a) {
            this.a = a;
            this.hash = a.hashCode();
        }
    }

    /** What it says is written counts, transient or not. */
    static final class Chosen implements Serializable {
        private static final long serialVersionUID = 1L;
        private static final ObjectStreamField[] serialPersistentFields = {new ObjectStreamField("n", int.class)};
        private transient int n;
    }

    /** Could be extended by something that changes. */
    static class Open {
        private final String a;

        Open(String a) {
            this.a = a;
        }
    }

    static class Counter {
        int n;
    }

    static final class OfMutable extends Counter {
        private final int more;

        OfMutable(int more) {
            this.more = more;
        }
    }

    static final class Written implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String a;
        private static int times;

        Written(String a) {
            this.a = a;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(times++);
        }
    }

    @Retention(RetentionPolicy.RUNTIME)
    @interface Immutable {}

    @Immutable
    static class Claimed {
        int secret;
    }

    static final class SubOfClaimed extends Claimed {}

    private static Object capturing(Date date) {
        return (Supplier<Date> & Serializable) () -> date;
    }

    @Test
    @DisplayName("T3: a claim counts for tracking, but nothing that is proven rests on it")
    void aClaimIsNoProof() {
        assertThat(Mutability.immutable(new Box(new Claimed()))).isTrue();
        assertThat(Mutability.proven(Claimed.class)).isFalse();
        assertThat(Mutability.proven(Point.class)).isTrue();
        assertThat(Mutability.proven(Box.class)).isFalse();
    }

    @Test
    @DisplayName("T3: to Hibernate an immutable entity is one whose changes are not stored in the database")
    void anImmutableEntityMayChange() throws Exception {
        String annotation = "org.hibernate.annotations.Immutable";
        Compiled application = new Compiled(annotation, """
                package org.hibernate.annotations;
                @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
                public @interface Immutable {
                    @Immutable
                    class Entity {
                        int n;
                    }
                }
                """);
        assertThat(Mutability.immutable(application.make(annotation + "$Entity"))).isFalse();
    }

    @Test
    @DisplayName("T3: records of records of records: each is judged once, not once for each way to it")
    void eachClassIsJudgedOnce() throws Exception {
        int levels = 60;
        StringBuilder source = new StringBuilder("package nested;\npublic record Top(R" + (levels - 1) + " top) {}\n");
        for (int i = 0; i < levels; i++) {
            String type = i == 0 ? "int" : "R" + (i - 1);
            source.append("record R").append(i).append("(").append(type).append(" a, ").append(type).append(" b) {}\n");
        }
        Class<?> top = new Compiled("nested.Top", source.toString()).loadClass("nested.Top");
        assertThat(assertTimeoutPreemptively(Duration.ofSeconds(30), () -> Mutability.proven(top))).isTrue();
    }
}
