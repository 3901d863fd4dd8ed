package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
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
                ZonedDateTime.of(LocalDate.EPOCH.atStartOfDay(), ZoneOffset.UTC), TimeUnit.DAYS, WithBody.ONE);
    }

    static Stream<Arguments> mutable() {
        return Stream.<Object>of(new Date(), Calendar.getInstance(), new StringBuilder(), new int[1], new String[0],
                new ArrayList<>(), new HashMap<>(), new AtomicInteger(), new BitSet(), List.of(new Date()),
                Collections.unmodifiableList(new ArrayList<>()), new Exception(), new Object(),
                new BigDecimal("1") { }, new OneDate(new Date()))
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
}
