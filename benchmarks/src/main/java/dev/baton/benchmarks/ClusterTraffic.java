package dev.baton.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel counts for the TCP connections between the nodes: {@code ss -tinp} (iproute2) lists every socket with
 * its process, the bytes it sent and the segments, pure acknowledgements included. All sockets of the nodes' processes
 * count except those whose own port is an HTTP port.
 *
 * @param bytes   TCP payload sent by all nodes
 * @param packets TCP segments sent by all nodes
 */
record ClusterTraffic(long bytes, long packets) {
    /** IPv4 and TCP headers of a segment with time stamps. */
    static final int HEADERS = 52;

    private static final Pattern LOCAL_PORT = Pattern.compile("^\\S+ +\\d+ +\\d+ +\\S+:(\\d+) ");
    private static final Pattern PID = Pattern.compile("pid=(\\d+)");
    private static final Pattern BYTES = Pattern.compile("\\bbytes_sent:(\\d+)");
    private static final Pattern SEGMENTS = Pattern.compile("\\bsegs_out:(\\d+)");

    static ClusterTraffic now(Set<Long> pids, Set<Integer> httpPorts) throws IOException, InterruptedException {
        Process ss = new ProcessBuilder("ss", "-tinpHO", "state", "established").redirectErrorStream(true).start();
        String text = new String(ss.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        if (!ss.waitFor(20, TimeUnit.SECONDS) || ss.exitValue() != 0) {
            throw new IOException("ss (of iproute2) failed: " + text);
        }
        return parse(text.lines().toList(), pids, httpPorts);
    }

    static ClusterTraffic parse(List<String> lines, Set<Long> pids, Set<Integer> httpPorts) {
        long bytes = 0;
        long packets = 0;
        for (String line : lines) {
            // With a state given, the column of the state is left out.
            Matcher port = LOCAL_PORT.matcher("ESTAB " + line.strip().replaceFirst("^ESTAB +", "") + " ");
            Matcher pid = PID.matcher(line);
            if (port.find() && pid.find() && pids.contains(Long.valueOf(pid.group(1)))
                    && !httpPorts.contains(Integer.valueOf(port.group(1)))) {
                bytes += value(BYTES, line);
                packets += value(SEGMENTS, line);
            }
        }
        return new ClusterTraffic(bytes, packets);
    }

    ClusterTraffic minus(ClusterTraffic before) {
        return new ClusterTraffic(bytes - before.bytes, packets - before.packets);
    }

    private static long value(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }
}
