package dev.baton.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Closed-loop clients: each has a connection to one node and a share of that node's visitors, and asks for one after
 * the other without a pause.
 */
final class Load {
    private static final long SLACK_SECONDS = 60;

    private final List<List<Visitor>> visitors;
    private final List<Integer> ports;

    /** @param visitors by node, sticky */
    Load(List<Integer> ports, List<List<Visitor>> visitors) {
        this.ports = ports;
        this.visitors = visitors;
    }

    /** @return requests answered; each answer was the expected one */
    long run(int connections, Workload workload, int seconds) throws IOException, InterruptedException {
        List<Client> clients = new ArrayList<>();
        CountDownLatch start = new CountDownLatch(1);
        try {
            for (int i = 0; i < connections; i++) {
                int node = i % ports.size();
                int clientsOfNode = (connections + ports.size() - 1 - node) / ports.size();
                List<Visitor> all = visitors.get(node);
                int share = i / ports.size();
                List<Visitor> mine = all.subList(all.size() * share / clientsOfNode,
                        all.size() * (share + 1) / clientsOfNode);
                clients.add(new Client(new Connection(ports.get(node)), mine, workload, start));
            }
            clients.forEach(Client::start);
            start.countDown();
            TimeUnit.SECONDS.sleep(seconds);
            clients.forEach(c -> c.stop = true);
            long answered = 0;
            for (Client client : clients) {
                client.join(TimeUnit.SECONDS.toMillis(SLACK_SECONDS));
                if (client.isAlive() || client.failure != null) {
                    throw new IOException(client.getName() + " failed", client.failure);
                }
                answered += client.answered;
            }
            return answered;
        } finally {
            for (Client client : clients) {
                client.stop = true;
                client.connection.close();
            }
        }
    }

    private static final class Client extends Thread {
        private final Connection connection;
        private final List<Visitor> visitors;
        private final Workload workload;
        private final CountDownLatch start;
        private volatile boolean stop;
        private volatile Exception failure;
        private long answered;

        Client(Connection connection, List<Visitor> visitors, Workload workload, CountDownLatch start) {
            super("client of " + visitors.size() + " sessions");
            setDaemon(true);
            this.connection = connection;
            this.visitors = visitors;
            this.workload = workload;
            this.start = start;
        }

        @Override
        public void run() {
            try {
                start.await();
                for (int i = 0; !stop; i = i + 1 == visitors.size() ? 0 : i + 1) {
                    Visitor visitor = visitors.get(i);
                    long answer = connection.exchange(visitor.request(workload));
                    if (answer < 0 || !visitor.accept(workload, answer)) {
                        throw new IOException(workload + " of " + visitor.cookie() + " was answered " + answer + "\n"
                                + connection.head());
                    }
                    answered++;
                }
            } catch (IOException | InterruptedException e) {
                failure = e;
            }
        }
    }
}
