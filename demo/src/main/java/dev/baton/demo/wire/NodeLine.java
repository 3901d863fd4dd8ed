package dev.baton.demo.wire;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One Tomcat of the demo, as the launcher sees its process.
 *
 * @param name  the node's name, which is also its jvmRoute
 * @param up    it runs and has answered
 * @param pid   process id of the present process, or of the last one
 * @param port  HTTP port on 127.0.0.1
 */
public record NodeLine(String name, boolean up, long pid, int port) {
    /** Header that carries all nodes. */
    public static final String HEADER = "Demo-Nodes";

    public static String encode(List<NodeLine> nodes) {
        return nodes.stream().map(n -> Fields.join(n.name, n.up, n.pid, n.port)).collect(Collectors.joining(" "));
    }

    /**
     * @param text what {@link #encode} made, or null for none
     * @throws IllegalArgumentException if it is anything else
     */
    public static List<NodeLine> parse(String text) {
        if (text == null || text.isBlank()) {
            return List.of();
        }
        return Stream.of(text.split(" ")).map(t -> {
            List<String> f = Fields.split(t, 4);
            return new NodeLine(f.get(0), Boolean.parseBoolean(f.get(1)), Long.parseLong(f.get(2)),
                    Integer.parseInt(f.get(3)));
        }).toList();
    }
}
