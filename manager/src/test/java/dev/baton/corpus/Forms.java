package dev.baton.corpus;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What belongs to a user: a profile of nested maps, a security context, the state of a form of several pages. */
final class Forms {
    private Forms() {
    }

    static void add(Corpus corpus) {
        corpus.attribute("profile", Forms::profile)
                .changed("prim", profile -> section(profile, 4).put("visits", 1_234_567))
                .changed("longerStr", profile -> section(profile, 4).computeIfPresent("motto",
                        (key, old) -> old + Words.ofLength(2, 60)))
                .changed("insert", profile -> section(profile, 4).put("newsletter", "weekly"))
                .changed("delete", profile -> section(profile, 4).remove("level"));
        corpus.attribute("secctx", SecurityContext::new)
                .changed("prim", context -> context.login.lastSeenMillis += 61_234)
                .changed("longerStr", context -> context.login.user.mail += Words.ofLength(3, 28))
                .changed("insert", context -> context.login.authorities.add(3, new Authority("ROLE_APPROVER_2")));
        corpus.attribute("wizard", Wizard::new)
                .changed("sameLen", wizard -> wizard.values.put("field-30", wizard.values.get("field-30")
                        .toUpperCase(Locale.ROOT)))
                .changed("longerStr", wizard -> wizard.values.merge("field-30", Words.ofLength(4, 58), String::concat))
                .changed("insert", wizard -> {
                    wizard.values.put("field-60", Words.of(60, 4));
                    wizard.step++;
                });
    }

    private static Map<String, Object> profile() {
        Map<String, Object> profile = new HashMap<>();
        profile.put("name", "Ada Example");
        profile.put("score", 4711L);
        for (int i = 0; i < 16; i++) {
            Map<String, Object> section = new HashMap<>();
            section.put("motto", Words.of(100 + i, 12));
            section.put("visits", 1_000 + i);
            section.put("level", (short) i);
            section.put("active", i % 2 == 0);
            section.put("rate", 0.5 + i);
            Map<String, Object> address = new HashMap<>();
            address.put("street", Words.of(200 + i, 3));
            address.put("city", Words.of(300 + i, 1));
            address.put("code", 10_000 + i * 37);
            section.put("address", address);
            List<String> tags = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                tags.add(Words.of(400 + i * 8 + t, 2));
            }
            section.put("tags", tags);
            profile.put("section" + i, section);
        }
        return profile;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> section(Map<String, Object> profile, int n) {
        return (Map<String, Object>) profile.get("section" + n);
    }

    static final class SecurityContext implements Serializable {
        private static final long serialVersionUID = 1L;
        private final Login login = new Login();
    }

    static final class Login implements Serializable {
        private static final long serialVersionUID = 1L;
        private final User user = new User();
        private final List<Authority> authorities = new ArrayList<>();
        private boolean authenticated = true;
        private long lastSeenMillis = 1_700_000_000_000L;

        Login() {
            for (int i = 0; i < 40; i++) {
                authorities.add(new Authority("ROLE_" + Words.of(500 + i, 2).toUpperCase(Locale.ROOT)));
            }
        }
    }

    static final class User implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String name = "ada.example";
        private String mail = "ada@example.org";
        private final String passwordHash = "{bcrypt}$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
        private int failures;
        private boolean locked;
    }

    static final class Authority implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String role;

        Authority(String role) {
            this.role = role;
        }
    }

    static final class Wizard implements Serializable {
        private static final long serialVersionUID = 1L;
        private final Map<String, String> values = new LinkedHashMap<>();
        private final List<String> errors = new ArrayList<>();
        private int step = 4;

        Wizard() {
            for (int i = 0; i < 60; i++) {
                values.put("field-" + i, Words.of(600 + i, 7));
            }
            errors.add("field-7 must not be empty");
        }
    }
}
