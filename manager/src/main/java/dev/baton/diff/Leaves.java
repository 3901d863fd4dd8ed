package dev.baton.diff;

import java.io.ObjectStreamClass;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
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
 * The classes of the JDK whose objects never change and refer to nothing that does. Always the exact class:
 * {@link BigDecimal} can be subclassed by something that changes.
 */
final class Leaves {
    /** Equal ones are written alike. */
    private static final List<Class<?>> VALUES = List.of(String.class, Boolean.class, Byte.class, Short.class,
            Character.class, Integer.class, Long.class, Float.class, Double.class, BigDecimal.class, BigInteger.class,
            MathContext.class, UUID.class, Locale.class, Currency.class, Duration.class, Instant.class, LocalDate.class,
            LocalDateTime.class, LocalTime.class, MonthDay.class, OffsetDateTime.class, OffsetTime.class, Period.class,
            Year.class, YearMonth.class, ZoneOffset.class, ZoneId.of("UTC").getClass(), ZonedDateTime.class);

    /** {@code equals} says too much of them (URI ignores case), asks the network (URL), or does not exist (Pattern). */
    private static final List<Class<?>> IDENTITIES = List.of(URI.class, URL.class, Pattern.class, Class.class,
            ObjectStreamClass.class);

    private static final ClassValue<Boolean> VALUE = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return VALUES.contains(type);
        }
    };

    /** Written as one number each; of no use as anything but their value. */
    private static final List<Class<?>> BOXES = List.of(Boolean.class, Byte.class, Short.class, Character.class,
            Integer.class, Long.class, Float.class, Double.class);

    private Leaves() {
    }

    /** Enum constants count although their fields may change: nothing but their names is written. */
    static boolean is(Class<?> type) {
        return VALUE.get(type) || IDENTITIES.contains(type) || Enum.class.isAssignableFrom(type) && type != Enum.class;
    }

    static boolean box(Object object) {
        return object != null && BOXES.contains(object.getClass());
    }

    /** Whether both are written as one string or one number of the same class each. */
    static boolean exchangeable(Object a, Object b) {
        return a instanceof String && b instanceof String || box(a) && b != null && a.getClass() == b.getClass();
    }

    /** The bits of a box's value. */
    static long bits(Object box) {
        if (box instanceof Boolean b) {
            return b ? 1 : 0;
        } else if (box instanceof Character c) {
            return c;
        } else if (box instanceof Float f) {
            return Float.floatToRawIntBits(f);
        } else if (box instanceof Double d) {
            return Double.doubleToRawLongBits(d);
        }
        return ((Number) box).longValue();
    }

    /** Whether one stands for the other wherever it is written, of two objects that are not the same; nulls allowed. */
    static boolean equal(Object a, Object b) {
        return a != null && b != null && a.getClass() == b.getClass() && VALUE.get(a.getClass()) && a.equals(b);
    }
}
