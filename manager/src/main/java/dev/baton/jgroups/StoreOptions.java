package dev.baton.jgroups;

import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.Settings;
import dev.baton.node.HostName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What stands on the command line of a dedicated store node.
 *
 * @param help     only tell the options
 * @param settings those of the cluster; the others have no meaning here
 * @param name     of the node
 * @param location where it stands, for spreading backups
 */
record StoreOptions(boolean help, Settings settings, String name, Location location) {
    /** As of the Manager's nodeName. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9.:_-]{1," + NodeId.MAX_NAME + "}");

    /** Settings of the Manager that a store node needs too: the cluster must agree on them, or it acts by them. */
    private static final List<String> SHARED = List.of("stack", "cluster", "backups", "minInSync", "acknowledge", "placement",
            "partition", "lostAfter");

    /** @throws IllegalArgumentException with name, value and what is allowed */
    static StoreOptions parse(String... arguments) {
        Settings.Builder settings = Settings.builder();
        Map<String, String> own = new LinkedHashMap<>();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (argument.equals("--help") || argument.equals("-h")) {
                return new StoreOptions(true, Settings.DEFAULT, "", Location.UNKNOWN);
            }
            if (!argument.startsWith("--")) {
                throw new IllegalArgumentException("'" + argument + "' is not an option; --help tells all");
            }
            int equals = argument.indexOf('=');
            String option = argument.substring(2, equals < 0 ? argument.length() : equals);
            boolean shared = SHARED.contains(option);
            if (!shared && !List.of("name", "site", "rack", "host").contains(option)) {
                throw new IllegalArgumentException("option --" + option + " is not known; --help tells all");
            }
            if (equals < 0 && (i + 1 == arguments.length || arguments[i + 1].startsWith("--"))) {
                throw new IllegalArgumentException("option --" + option + " needs a value");
            }
            String value = equals < 0 ? arguments[++i] : argument.substring(equals + 1);
            if (shared) {
                settings.set(option, value);
            } else {
                own.put(option, checked(option, value));
            }
        }
        String host = HostName.local();
        Settings built = settings.build();
        built.contradiction().ifPresent(text -> {
            throw new IllegalArgumentException(text);
        });
        Location preset = Location.of(System::getProperty, host);
        return new StoreOptions(false, built,
                own.getOrDefault("name", NodeId.fitting(host + "-" + ProcessHandle.current().pid())),
                new Location(own.getOrDefault("site", preset.site()), own.getOrDefault("rack", preset.rack()),
                        own.getOrDefault("host", preset.host())));
    }

    private static String checked(String option, String value) {
        if (option.equals("name") && !NAME.matcher(value).matches()) {
            throw new IllegalArgumentException("option --name is '" + value + "'; allowed: 1 to " + NodeId.MAX_NAME
                    + " of the characters A-Z a-z 0-9 . : _ -");
        }
        if (value.isBlank()) {
            throw new IllegalArgumentException("option --" + option + " needs a value");
        }
        return Location.checked("option --" + option, value);
    }

    static String describe() {
        StringBuilder text = new StringBuilder("""
                Keeps sessions of a Baton cluster, without a Tomcat, until SIGTERM.

                java -jar baton.jar [--stack FILE] [--cluster NAME] [--name NODE] [option value ...]

                """);
        for (Settings.Description row : Settings.descriptions()) {
            if (SHARED.contains(row.name())) {
                line(text, row.name(), row.meaning(), row.defaultValue());
            }
        }
        line(text, "name", "of this node and of no other: who starts under it proves its former holder dead",
                "host and process id");
        line(text, "host", "machine this node stands on; backups are put on another where there is one",
                "system property baton.host, else host name");
        line(text, "rack", "likewise", "system property baton.rack, else not known");
        line(text, "site", "likewise", "system property baton.site, else not known");
        text.append("""
                  --help
                      this text

                Settings of the cluster must be the same on all nodes; see the README.
                Exit codes: 1 the cluster cannot be joined, or threw the node out; 2 wrong options; 143 ended by SIGTERM,
                what it kept handed over, for systemd: SuccessExitStatus=143.
                """);
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String meaning, String byDefault) {
        text.append("  --").append(name).append(" VALUE\n      ").append(meaning).append(" (default: ")
                .append(byDefault).append(")\n");
    }
}
