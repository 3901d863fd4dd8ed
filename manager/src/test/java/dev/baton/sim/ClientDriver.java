package dev.baton.sim;

import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The clients: they share a few sessions, mostly come back to the same node, and try again where they were refused. */
final class ClientDriver {
    private static final long MS = 1_000_000L;
    private static final int IDS = 60;
    private static final List<List<String>> POOL = pool();

    private final class User {
        final int number;
        SessionKey session;
        int favourite;
        int refusals;

        User(int number) {
            this.number = number;
            this.favourite = rng.below(sim.nodes().size());
        }
    }

    private final Simulation sim;
    private final Rng rng;
    private final List<User> users = new ArrayList<>();
    private final List<SessionKey> known = new ArrayList<>();
    private final TreeMap<Integer, Integer> drawn = new TreeMap<>();
    private int requests;
    private int open;
    private int creating;
    private boolean stopped;
    long refused;
    long unknown;
    long absent;

    ClientDriver(Simulation sim, Rng rng) {
        this.sim = sim;
        this.rng = rng;
    }

    private static List<List<String>> pool() {
        List<List<String>> pool = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            pool.add(new ArrayList<>());
        }
        int full = 0;
        for (int n = 0; full < 256; n++) {
            // Hexadecimal and of even length, as Tomcat draws them.
            String id = String.format("%08X", n * 0x9E3779B1);
            List<String> of = pool.get(new SessionKey(1, id).segment());
            if (of.size() < IDS) {
                of.add(id);
                full += of.size() == IDS ? 1 : 0;
            }
        }
        return pool;
    }

    Rng rng() {
        return rng;
    }

    /** A fresh id of that segment, never drawn before in this run. */
    String drawId(int segment) {
        int n = drawn.merge(segment, 1, Integer::sum) - 1;
        String id = POOL.get(segment).get(n % IDS);
        return n < IDS ? id : longer(id, segment, n);
    }

    private static String longer(String id, int segment, int n) {
        for (int i = 0; ; i++) {
            String candidate = id + String.format("%04X%04X", n, i);
            if (new SessionKey(1, candidate).segment() == segment) {
                return candidate;
            }
        }
    }

    void start() {
        for (int i = 0; i < sim.scenario().users; i++) {
            User u = new User(i);
            users.add(u);
            again(u, rng.between(0, 500 * MS));
        }
    }

    void stop() {
        stopped = true;
    }

    int open() {
        return open;
    }

    List<SessionKey> known() {
        return known;
    }

    void renamed(SessionKey old, SessionKey moved) {
        known.replaceAll(k -> k.equals(old) ? moved : k);
        for (User u : users) {
            if (old.equals(u.session)) {
                u.session = moved;
            }
        }
    }

    private void again(User u, long delay) {
        sim.scheduler().after(delay, () -> {
            if (!stopped) {
                request(u);
            }
        });
    }

    private SimNode choose(User u) {
        SimNode favourite = sim.nodes().get(u.favourite);
        if (usable(favourite) && u.refusals < 2 && rng.chance(sim.scenario().sticky)) {
            return favourite;
        }
        List<SimNode> usable = new ArrayList<>();
        for (SimNode n : sim.nodes()) {
            if (usable(n)) {
                usable.add(n);
            }
        }
        if (usable.isEmpty()) {
            return null;
        }
        SimNode n = rng.pick(usable);
        if (u.refusals > 0 || rng.chance(0.2)) {
            u.favourite = n.index;
            u.refusals = 0;
        }
        return n;
    }

    private static boolean usable(SimNode n) {
        return n.running() && n.process().accepting() && n.core().effective() != null;
    }

    private void request(User u) {
        SimNode node = choose(u);
        if (node == null) {
            again(u, 300 * MS);
            return;
        }
        if (u.session == null) {
            if (known.size() + creating >= sim.scenario().sessions && !known.isEmpty()) {
                u.session = rng.pick(known);
            } else {
                creating++;
                begin(u, node, Request.Kind.CREATE, new SessionKey(sim.scenario().application, newId(node)), 0);
                return;
            }
        }
        int draw = rng.below(100);
        Scenario s = sim.scenario();
        Request.Kind kind = draw < s.destroyPercent ? Request.Kind.DESTROY
                : draw < s.destroyPercent + s.renamePercent ? Request.Kind.RENAME
                : draw < s.destroyPercent + s.renamePercent + s.lookPercent ? Request.Kind.LOOK
                : draw < s.destroyPercent + s.renamePercent + s.lookPercent + s.readPercent ? Request.Kind.READ : Request.Kind.WRITE;
        int writes = kind == Request.Kind.WRITE ? 1 + rng.below(3) : kind == Request.Kind.RENAME ? rng.below(2) : 0;
        begin(u, node, kind, u.session, writes);
    }

    /** With local placement the creator prefers ids whose primary it is. */
    private String newId(SimNode node) {
        List<Integer> segments = sim.scenario().hotSegments;
        List<Integer> own = new ArrayList<>();
        for (int s : segments) {
            if (node.core().effective().segment(s).primary().equals(node.id())) {
                own.add(s);
            }
        }
        boolean local = !sim.scenario().settings.hashPlacement() && !own.isEmpty();
        return drawId(rng.pick(local ? own : segments));
    }

    private void begin(User u, SimNode node, Request.Kind kind, SessionKey key, int writes) {
        open++;
        Request r = new Request(node.process(), ++requests, kind, key, writes, (request, outcome) -> done(u, request, outcome));
        boolean look = rng.chance(0.5);
        SessionImage first = kind == Request.Kind.CREATE ? firstImage() : null;
        node.later(() -> r.start(look, first));
    }

    private SessionImage firstImage() {
        TreeMap<String, byte[]> attributes = new TreeMap<>();
        attributes.put("a0", new byte[] {1, 2, 3, 4, 5});
        int idle = sim.scenario().slowReaders ? 25 : sim.scenario().shortIdle ? (int) rng.between(12, 25) : rng.chance(0.5) ? 1800 : 0;
        return SessionImage.of(new SessionMeta(sim.now() / MS, idle, null, null, null), attributes);
    }

    private void done(User u, Request r, Request.Outcome outcome) {
        open--;
        if (r.kind == Request.Kind.CREATE) {
            creating--;
            if (outcome == Request.Outcome.OK) {
                known.add(r.key());
                u.session = r.key();
            }
        }
        switch (outcome) {
            case ABSENT -> {
                absent++;
                known.remove(r.key());
                u.session = null;
            }
            case OK -> {
                u.refusals = 0;
                if (r.kind == Request.Kind.DESTROY) {
                    known.remove(r.key());
                    u.session = null;
                }
            }
            case UNKNOWN -> {
                unknown++;
                u.refusals++;
            }
            default -> {
                refused++;
                u.refusals++;
            }
        }
        if (!stopped) {
            again(u, pauseOf(outcome));
        }
    }

    private long pauseOf(Request.Outcome outcome) {
        if (outcome != Request.Outcome.OK && outcome != Request.Outcome.ABSENT) {
            return rng.between(100 * MS, 1_000 * MS);
        }
        if (sim.scenario().slowReaders) {
            return rng.between(6_000 * MS, 11_000 * MS);
        }
        if (sim.scenario().shortIdle && rng.chance(0.05)) {
            return rng.between(20_000 * MS, 45_000 * MS);
        }
        return rng.chance(0.3) ? rng.between(0, 5 * MS) : rng.between(20 * MS, 900 * MS);
    }

    /** One last reading of every session, where everything works again; a late view may still refuse it twice. */
    void readAll(List<SessionKey> sessions, Runnable failed) {
        for (SessionKey key : new ArrayList<>(sessions)) {
            readLast(key, 3, failed);
        }
    }

    private void readLast(SessionKey key, int attempts, Runnable failed) {
        List<SimNode> usable = new ArrayList<>();
        for (SimNode n : sim.nodes()) {
            if (usable(n)) {
                usable.add(n);
            }
        }
        if (usable.isEmpty()) {
            return; // the last one left gracefully
        }
        open++;
        SimNode node = rng.pick(usable);
        Request r = new Request(node.process(), ++requests, Request.Kind.READ, key, 0, (request, outcome) -> {
            if (outcome == Request.Outcome.OK || outcome == Request.Outcome.ABSENT) {
                open--;
            } else if (attempts == 1) {
                open--;
                failed.run();
            } else {
                sim.scheduler().after(8_000 * MS, () -> {
                    open--;
                    readLast(key, attempts - 1, failed);
                });
            }
        });
        node.later(() -> r.start(true, null));
    }
}
