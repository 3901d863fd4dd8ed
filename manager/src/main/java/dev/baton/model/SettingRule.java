package dev.baton.model;

import java.io.ObjectInputFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * What a setting's text must look like, and the value that it stands for.
 *
 * @param type    kind of value, for people
 * @param allowed what is allowed, for people; follows "allowed: "
 * @param reading gives the value, or throws {@link Refused} where the text is not allowed
 */
record SettingRule(String type, String allowed, Reading reading) {
    /** The type of numbers, whose bounds stand behind their meaning. */
    static final String NUMBER = "number";

    interface Reading {
        Object read(String text) throws Refused;
    }

    /** The text is not allowed. The message, if any, says why. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(why, null, false, false);
        }
    }

    /** A text of at most {@code longest} of these characters, given as the inside of a character class. */
    static SettingRule text(int longest, String characters, boolean emptyAllowed, String allowed) {
        Pattern pattern = Pattern.compile("[" + characters + "]*");
        return new SettingRule("text", allowed, text -> {
            if (text.length() > longest || text.isEmpty() && !emptyAllowed || !pattern.matcher(text).matches()) {
                throw new Refused(null);
            }
            return text;
        });
    }

    static SettingRule number(long least, long most) {
        return new SettingRule(NUMBER, least + " to " + most, text -> {
            try {
                long n = Long.parseLong(text);
                if (n >= least && n <= most) {
                    return n;
                }
            } catch (NumberFormatException e) {
                throw new Refused(null);
            }
            throw new Refused(null);
        });
    }

    /** As {@link #number}, or empty with a value of its own. */
    static SettingRule numberOrEmpty(long least, long most, long empty, String emptyMeans) {
        SettingRule number = number(least, most);
        return new SettingRule(NUMBER, number.allowed + ", or empty: " + emptyMeans,
                text -> text.isEmpty() ? (Object) empty : number.reading.read(text));
    }

    /** One of the constants of an enum, in lower case. {@code later}: known, but not built in this version. */
    static SettingRule choice(Class<? extends Enum<?>> type, String... later) {
        Enum<?>[] constants = type.getEnumConstants();
        String names = Arrays.stream(constants).map(SettingRule::textOf).collect(Collectors.joining(", "));
        return new SettingRule("choice", names, text -> {
            if (List.of(later).contains(text)) {
                throw new Refused("is not available in this version");
            }
            for (Enum<?> constant : constants) {
                if (textOf(constant).equals(text)) {
                    return constant;
                }
            }
            throw new Refused(null);
        });
    }

    /** A regular expression, as a predicate that the whole name must match; empty matches nothing. */
    static SettingRule expression() {
        return new SettingRule("regular expression", "a regular expression, or empty", text -> {
            if (text.isEmpty()) {
                return NOTHING;
            }
            try {
                return Pattern.compile(text).asMatchPredicate();
            } catch (PatternSyntaxException e) {
                throw new Refused("is no regular expression: " + e.getDescription() + " at " + e.getIndex());
            }
        });
    }

    /** A method, and after it by spaces {@code method:expression} for attributes of certain names or classes. */
    static SettingRule differencing() {
        SettingRule choice = choice(Settings.Differencing.class);
        return new SettingRule("choice, exceptions", choice.allowed + ", and after it, separated by spaces,"
                + " METHOD:EXPRESSION for attributes of which the name or class matches this regular expression", text -> {
            String[] parts = text.split("\\s+");
            List<DifferencingRules.Fixed> fixed = new ArrayList<>();
            for (String part : Arrays.asList(parts).subList(1, parts.length)) {
                int colon = part.indexOf(':');
                if (colon < 1 || colon == part.length() - 1) {
                    throw new Refused(null);
                }
                fixed.add(new DifferencingRules.Fixed(method(choice, part.substring(0, colon)),
                        predicate(part.substring(colon + 1))));
            }
            return new DifferencingRules(method(choice, parts[0]), List.copyOf(fixed));
        });
    }

    private static Settings.Differencing method(SettingRule choice, String text) throws Refused {
        return (Settings.Differencing) choice.reading.read(text);
    }

    @SuppressWarnings("unchecked")
    private static Predicate<String> predicate(String text) throws Refused {
        return (Predicate<String>) expression().reading.read(text);
    }

    static SettingRule serialFilter() {
        return new SettingRule("pattern", "a JEP 290 pattern such as com.example.**;!com.example.old.*, or empty", text -> {
            try {
                if (!text.isEmpty()) {
                    ObjectInputFilter.Config.createFilter(text);
                }
                return text;
            } catch (IllegalArgumentException e) {
                throw new Refused("is no JEP 290 pattern: " + e.getMessage());
            }
        });
    }

    static final Predicate<String> NOTHING = name -> false;

    /** @throws IllegalArgumentException with name, value and what is allowed */
    Object read(String name, String text) {
        try {
            return reading.read(text);
        } catch (Refused e) {
            throw new IllegalArgumentException("setting " + name + ": '" + text + "' "
                    + (e.getMessage() == null ? "is not allowed" : e.getMessage()) + "; allowed: " + allowed);
        }
    }

    private static String textOf(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
