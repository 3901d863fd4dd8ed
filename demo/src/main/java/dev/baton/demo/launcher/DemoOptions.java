package dev.baton.demo.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The settings of one run.
 *
 * @param once    take the scripted tour and end, instead of serving until stopped
 * @param balance how requests without a choice of the visitor are spread
 * @param port    port of the one address; the nodes take the ports after it; 0: any free ports
 * @param baton   sessions are Baton's; otherwise Tomcat's own, to see the difference
 * @param cluster name of the group, different for runs side by side
 * @param home    unpacked Tomcat distribution
 * @param target  folder with shop.war and node.jar, in which the nodes' folders are made
 * @param jar     Baton's drop-in jar
 */
record DemoOptions(boolean once, Balance balance, int port, boolean baton, String cluster, Path home, Path target,
                   Path jar) {
    /** Names of the nodes, which are their jvmRoutes too. */
    static final List<String> NODES = List.of("node1", "node2", "node3");

    enum Balance { STICKY, ROUNDROBIN }

    /**
     * @param args {@code --name=value} each
     * @throws DemoFailed naming the option, its value and what is allowed
     */
    static DemoOptions parse(String... args) throws DemoFailed {
        Map<String, String> given = new HashMap<>();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            if (!arg.startsWith("--") || equals < 0) {
                throw new DemoFailed("expected --name=value, got '" + arg + "'");
            }
            given.put(arg.substring(2, equals), arg.substring(equals + 1));
        }
        DemoOptions options = new DemoOptions(
                "true".equals(choice(given, "once", "false", "true", "false")),
                Balance.valueOf(choice(given, "balance", "sticky", "sticky", "roundrobin").toUpperCase(Locale.ROOT)),
                port(given.remove("port")),
                "baton".equals(choice(given, "sessions", "baton", "baton", "tomcat")),
                "demo-" + ProcessHandle.current().pid(),
                folder(given, "home", "bin/bootstrap.jar"),
                folder(given, "target", "shop.war"),
                Path.of(given.getOrDefault("jar", "")).toAbsolutePath().normalize());
        given.remove("jar");
        if (!given.isEmpty()) {
            throw new DemoFailed("unknown option '" + given.keySet().iterator().next()
                    + "'; known are once, balance, port, sessions, home, target, jar");
        }
        if (options.baton && !Files.isRegularFile(options.jar)) {
            throw new DemoFailed("Baton's jar is not at " + options.jar
                    + ": build it first, from the top, with mvn -q -DskipTests package");
        }
        return options;
    }

    private static String choice(Map<String, String> given, String name, String preset, String... allowed)
            throws DemoFailed {
        String value = given.remove(name);
        if (value == null) {
            return preset;
        }
        if (value.isEmpty() && name.equals("once")) {
            return "true";
        }
        if (!List.of(allowed).contains(value)) {
            throw new DemoFailed("demo." + name + " is '" + value + "'; allowed are " + String.join(", ", allowed));
        }
        return value;
    }

    private static int port(String value) throws DemoFailed {
        try {
            int port = value == null ? 8080 : Integer.parseInt(value);
            if (port >= 0 && port <= 65535 - NODES.size()) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Told below, as for a number out of range.
        }
        throw new DemoFailed("demo.port is '" + value + "'; allowed are 0 (any free ports) to "
                + (65535 - NODES.size()));
    }

    private static Path folder(Map<String, String> given, String name, String mustHold) throws DemoFailed {
        String value = given.remove(name);
        if (value == null) {
            throw new DemoFailed("--" + name + "=FOLDER is needed");
        }
        Path folder = Path.of(value).toAbsolutePath().normalize();
        if (!Files.isRegularFile(folder.resolve(mustHold))) {
            throw new DemoFailed("--" + name + ": there is no " + mustHold + " in " + folder);
        }
        return folder;
    }
}
