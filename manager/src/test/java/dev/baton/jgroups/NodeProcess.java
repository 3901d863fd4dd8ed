package dev.baton.jgroups;

import dev.baton.model.NodeId;
import dev.baton.node.Transport;
import dev.baton.protocol.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A transport in a process of its own, for a death that is one. */
final class NodeProcess implements AutoCloseable {
    private final Process process;
    private final NodeId node;

    /** @param options of its JVM */
    NodeProcess(String stack, String cluster, NodeId node, String... options) throws IOException {
        this.node = node;
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                NodeProcess.class.getName(), stack, cluster, node.name(), String.valueOf(node.incarnation())));
        process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    NodeId node() {
        return node;
    }

    /** SIGKILL, and the end of the process. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("process of " + node + " does not end");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** Runs until it is killed, or its parent is gone. */
    public static void main(String[] arguments) throws IOException {
        JGroupsTransport transport = new JGroupsTransport(arguments[0], arguments[1],
                new NodeId(arguments[2], Long.parseLong(arguments[3])));
        transport.start(new Transport.Listener() {
            @Override
            public void received(NodeId from, List<Message> envelope) {
                transport.send(from, envelope);
            }

            @Override
            public void viewChanged(List<NodeId> members) {
            }

            @Override
            public void provenDead(NodeId dead) {
            }
        });
        while (System.in.read() >= 0) {
            // until the parent closes the pipe by ending
        }
        System.exit(0);
    }
}
