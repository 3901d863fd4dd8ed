package dev.baton.diff;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.net.URI;
import java.net.URL;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Which values can never change in place (T2, T3), so that having read one is no reason to compare it.
 *
 * <p>Sure of the classes listed here and of enums only. Always the exact class: {@link BigDecimal} can be subclassed
 * by something that changes. Enum constants count although their fields may change, since serialisation writes nothing
 * but their names. Whatever is not known to be immutable is compared, which costs time, never a change.
 */
public final class Mutability {
    private static final List<Class<?>> IMMUTABLE = List.of(String.class, Boolean.class, Byte.class, Short.class,
            Character.class, Integer.class, Long.class, Float.class, Double.class, BigDecimal.class, BigInteger.class,
            MathContext.class, UUID.class, URI.class, URL.class, Locale.class, Currency.class, Class.class,
            Pattern.class, Duration.class, Instant.class, LocalDate.class, LocalDateTime.class, LocalTime.class,
            MonthDay.class, OffsetDateTime.class, OffsetTime.class, Period.class, Year.class, YearMonth.class,
            ZoneOffset.class, ZoneId.of("UTC").getClass(), ZonedDateTime.class, DayOfWeek.class, Month.class);

    /** Remembered with the class itself, so that an undeployed application's classes are not held. */
    private static final ClassValue<Boolean> JUDGED = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return IMMUTABLE.contains(type) || Enum.class.isAssignableFrom(type);
        }
    };

    private Mutability() {
    }

    /** Whether this value is sure never to change in place; null is. Any threads. */
    public static boolean immutable(Object value) {
        return value == null || JUDGED.get(value.getClass());
    }
}
