package dev.baton.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Closed-loop clients: each has a share of the visitors and asks for one after the other without a pause. Sticky
 * clients have a connection to one node and visitors of that node; the others have one to each node, and each request
 * of a visitor goes to another node than the one before.
 */
final class Load {
    private static final long SLACK_SECONDS = 60;

    private final List<Integer> ports;
    private final List<List<Visitor>> visitors;
    private final boolean sticky;

    /** @param visitors by node that made them */
    Load(List<Integer> ports, List<List<Visitor>> visitors, boolean sticky) {
        this.ports = ports;
        this.visitors = visitors;
        this.sticky = sticky;
    }

    /**
     * What the clients saw.
     *
     * @param answered requests that got a number
     * @param refused  requests that got an error, or whose connection broke
     * @param missed   of the answered, those that did not show an earlier change
     */
    record Result(long answered, long refused, long missed, Latencies latencies) {
    }

    /**
     * Loads for that time.
     *
     * @throws IOException if a node is not there any more, no request was answered, or more were refused
     */
    Result run(int clientCount, Workload workload, int seconds) throws IOException, InterruptedException {
        List<Client> clients = new ArrayList<>();
        CountDownLatch start = new CountDownLatch(1);
        try {
            for (int i = 0; i < clientCount; i++) {
                clients.add(client(i, clientCount, workload, start));
            }
            clients.forEach(Client::start);
            start.countDown();
            TimeUnit.SECONDS.sleep(seconds);
            clients.forEach(c -> c.stop = true);
            return join(clients);
        } finally {
            for (Client client : clients) {
                client.stop = true;
                for (Connection connection : client.connections) {
                    connection.close();
                }
            }
        }
    }

    private Client client(int number, int count, Workload workload, CountDownLatch start) throws IOException {
        if (!sticky) {
            List<Visitor> all = visitors.stream().flatMap(List::stream).toList();
            return new Client(connections(ports), share(all, number, count), workload, start);
        }
        int node = number % ports.size();
        int countOfNode = (count + ports.size() - 1 - node) / ports.size();
        return new Client(connections(ports.subList(node, node + 1)),
                share(visitors.get(node), number / ports.size(), countOfNode), workload, start);
    }

    private static List<Visitor> share(List<Visitor> all, int number, int count) {
        return all.subList(all.size() * number / count, all.size() * (number + 1) / count);
    }

    private static List<Connection> connections(List<Integer> ports) throws IOException {
        List<Connection> connections = new ArrayList<>();
        for (int port : ports) {
            connections.add(new Connection(port));
        }
        return connections;
    }

    private static Result join(List<Client> clients) throws IOException, InterruptedException {
        long answered = 0;
        long refused = 0;
        long missed = 0;
        Latencies latencies = new Latencies();
        String refusal = "";
        for (Client client : clients) {
            client.join(TimeUnit.SECONDS.toMillis(SLACK_SECONDS));
            if (client.isAlive() || client.failure != null) {
                throw new IOException(client.getName() + " failed: " + client.failure, client.failure);
            }
            answered += client.answered;
            refused += client.refused;
            missed += client.missed;
            latencies.addAll(client.latencies);
            refusal = client.refusal == null ? refusal : client.refusal;
        }
        if (answered == 0 || refused > answered) {
            throw new IOException(refused + " requests refused, " + answered + " answered: " + refusal);
        }
        return new Result(answered, refused, missed, latencies);
    }

    private static final class Client extends Thread {
        private final List<Connection> connections;
        private final List<Visitor> visitors;
        private final Workload workload;
        private final CountDownLatch start;
        private final Latencies latencies = new Latencies();
        private volatile boolean stop;
        private volatile Exception failure;
        private long answered;
        private long refused;
        private long missed;
        private String refusal;

        Client(List<Connection> connections, List<Visitor> visitors, Workload workload, CountDownLatch start) {
            super("client of " + visitors.size() + " sessions");
            setDaemon(true);
            this.connections = connections;
            this.visitors = visitors;
            this.workload = workload;
            this.start = start;
        }

        @Override
        public void run() {
            try {
                start.await();
                for (int i = 0; !stop; i = i + 1 == visitors.size() ? 0 : i + 1) {
                    ask(visitors.get(i));
                }
            } catch (IOException | InterruptedException | RuntimeException e) {
                failure = e;
            }
        }

        private void ask(Visitor visitor) throws IOException {
            Connection connection = connections.get(visitor.nextNode(connections.size()));
            byte[] request = visitor.request(workload);
            long sent = System.nanoTime();
            long answer;
            try {
                answer = connection.exchange(request);
            } catch (IOException broken) {
                refused++;
                refusal = broken.toString();
                connection.reconnect();
                return;
            }
            latencies.add(System.nanoTime() - sent);
            boolean expected = visitor.accept(workload, answer);
            if (answer < 0) {
                refused++;
                refusal = connection.head();
            } else {
                answered++;
                missed += expected ? 0 : 1;
            }
        }
    }
}
