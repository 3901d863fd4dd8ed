package dev.baton.sim;

import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.protocol.Bug;
import dev.baton.protocol.CoreSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A directed run: lines that begin with {@code >} are commands, what follows each of them is what happened then, as far
 * as the story's sessions and people are concerned. Lines that begin with {@code #} are kept.
 *
 * <pre>
 * > cluster 3 backups 1          starts n1, n2, ... one after the other; more words: hash, eager, unproven, minInSync,
 *                                lostAfter 4 (seconds)
 * > create s1 at n1              where n1 is the primary; also read, write, look, destroy, rename
 * > create s1 at n1 segment 7, create s1 at n1 expires 20 (after so many seconds)
 * > wait 10 s
 * > crash n1, start n1, pause n1, resume n1, leave n1
 * > cut n1 n2, heal n1 n2, isolate n1, heal (everything)
 * > drop Revoke n1 n2            the next message of that kind is lost; "drop 2nd Revoke n1 n2" the one after it
 * > block Effective n1 n2        all messages of that kind are lost, until "unblock"; "block 3rd ..." from the third on
 * > double Commit n1 n2 4 s      the next message of that kind comes a second time, late
 * > delay Commit n1 n2 4 s       the next message of that kind comes late
 * > exclude n1, include n1       the others are told that n1 is out, n1 is not; they meet again
 * > settle                       everything must come to rest: L1 to L6
 * > owners s1                    who owns its segment, who holds it
 * > show on, show off, show all  whether messages are told, those of the story or everything
 * </pre>
 */
final class Story {
    private static final long MS = 1_000_000L;
    private static final long SECOND = 1_000 * MS;
    private static final Pattern KEY = Pattern.compile("session-[0-9a-f]+");

    private final List<String> out = new ArrayList<>();
    private final TreeMap<String, SessionKey> sessions = new TreeMap<>();
    private final TreeMap<String, String> names = new TreeMap<>();
    private Simulation sim;
    private boolean showing = true;
    private boolean everything;
    private boolean quiet;
    private int requests;

    private final Bug bug;

    private Story(Bug bug) {
        this.bug = bug;
    }

    /** The same story with what happens now. */
    static List<String> tell(List<String> lines) {
        return tell(lines, null);
    }

    /** @throws InvariantViolated where the bug shows */
    static List<String> tell(List<String> lines, Bug bug) {
        Story story = new Story(bug);
        for (String line : lines) {
            if (line.startsWith("#") || line.isBlank()) {
                story.out.add(line);
            } else if (line.startsWith(">")) {
                story.out.add(line);
                story.command(line.substring(1).trim());
            }
        }
        return story.out;
    }

    private void command(String line) {
        String[] w = line.split("\\s+");
        switch (w[0]) {
            case "cluster" -> cluster(w);
            case "create" -> create(w[1], node(w[3]), option(w, "segment", -1), option(w, "expires", 0));
            case "read" -> request(Request.Kind.READ, w);
            case "write" -> request(Request.Kind.WRITE, w);
            case "look" -> request(Request.Kind.LOOK, w);
            case "destroy" -> request(Request.Kind.DESTROY, w);
            case "rename" -> request(Request.Kind.RENAME, w);
            case "wait" -> run(Long.parseLong(w[1]) * (w[2].equals("s") ? SECOND : MS));
            case "crash" -> node(w[1]).crash();
            case "start" -> node(w[1]).start();
            case "pause" -> node(w[1]).pause();
            case "resume" -> node(w[1]).resume();
            case "leave" -> node(w[1]).process().leave();
            case "cut" -> cut(w[1], w[2]);
            case "isolate" -> sim.nodes().stream().filter(n -> !n.name.equals(w[1])).forEach(n -> cut(w[1], n.name));
            case "heal" -> heal(w);
            case "drop" -> lose(w, false);
            case "block" -> lose(w, true);
            case "unblock" -> sim.network().noTricks();
            case "double" -> trick(Network.Trick.Form.DOUBLE, w);
            case "delay" -> trick(Network.Trick.Form.DELAY, w);
            case "exclude" -> sim.membership().exclude(node(w[1]).id());
            case "include" -> sim.membership().include(node(w[1]).id());
            case "settle" -> settle();
            case "owners" -> owners(w[1]);
            case "show" -> {
                showing = !w[1].equals("off");
                everything = w[1].equals("all");
            }
            default -> throw new IllegalArgumentException("no such command: " + line);
        }
        if (!List.of("wait", "cluster", "show", "owners", "settle").contains(w[0])) {
            run(50 * MS);
        }
    }

    private void lose(String[] w, boolean always) {
        Matcher ordinal = Pattern.compile("(\\d+)(st|nd|rd|th)").matcher(w[1]);
        boolean later = ordinal.matches();
        int at = later ? 2 : 1;
        int skip = later ? Integer.parseInt(ordinal.group(1)) - 1 : 0;
        sim.network().play(new Network.Trick(Network.Trick.Form.LOSE, w[at], w[at + 1], w[at + 2], skip, always, 0));
    }

    private void trick(Network.Trick.Form form, String[] w) {
        long nanos = w.length > 4 ? Long.parseLong(w[4]) * SECOND : 0;
        sim.network().play(new Network.Trick(form, w[1], w[2], w[3], 0, false, nanos));
    }

    private void settle() {
        sim.network().noTricks();
        sim.network().healAll();
        quiet = true;
        sim.comeToRest(new ArrayList<>(sessions.values()));
        quiet = false;
    }

    private void cluster(String[] w) {
        Scenario s = new Scenario();
        s.nodes = Integer.parseInt(w[1]);
        int backups = Integer.parseInt(w[3]);
        List<String> more = Arrays.asList(w).subList(4, w.length);
        s.settings = CoreSettings.defaults(backups).withHashPlacement(more.contains("hash"))
                .withMinInSync(more.contains("minInSync") ? 1 : 0);
        if (more.contains("lostAfter")) {
            s.settings = s.settings.withLostAfterNanos(Long.parseLong(more.get(more.indexOf("lostAfter") + 1)) * SECOND);
        }
        s.eager = more.contains("eager");
        s.proofs = more.contains("unproven") ? Proofs.Policy.WITHHELD : Proofs.Policy.GIVEN;
        s.steady = true;
        for (int i = 0; i < 256; i++) {
            s.hotSegments.add(i);
        }
        sim = new Simulation(1, s, bug, null, this::hear);
        quiet = true;
        for (SimNode n : sim.nodes()) {
            n.start();
            run(2 * SECOND);
        }
        run(3 * SECOND);
        quiet = false;
    }

    private SimNode node(String name) {
        return sim.nodes().stream().filter(n -> n.name.equals(name)).findFirst().orElseThrow();
    }

    private void cut(String a, String b) {
        sim.network().cutOneWay(a, b);
        sim.network().cutOneWay(b, a);
    }

    private void heal(String[] w) {
        if (w.length == 1) {
            sim.network().healAll();
        } else {
            sim.network().healOneWay(w[1], w[2]);
            sim.network().healOneWay(w[2], w[1]);
        }
    }

    private void run(long nanos) {
        sim.until(sim.now() + nanos);
    }

    private static int option(String[] w, String name, int otherwise) {
        int at = Arrays.asList(w).indexOf(name);
        return at < 0 ? otherwise : Integer.parseInt(w[at + 1]);
    }

    private void create(String name, SimNode node, int given, int seconds) {
        int segment = Math.max(given, 0);
        while (given < 0 && !node.core().effective().segment(segment).primary().equals(node.id())
                || given < 0 && sessions.values().stream().map(SessionKey::segment).toList().contains(segment)) {
            segment++;
        }
        SessionKey key = new SessionKey(sim.scenario().application, sim.driver().drawId(segment));
        name(name, key);
        TreeMap<String, byte[]> attributes = new TreeMap<>();
        attributes.put("a0", new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        SessionImage image = SessionImage.of(new SessionMeta(0, seconds, null, null, null), attributes);
        Request r = new Request(node.process(), ++requests, Request.Kind.CREATE, key, 0, (x, outcome) -> { });
        node.later(() -> r.start(false, image));
    }

    private void name(String name, SessionKey key) {
        sessions.put(name, key);
        names.put(key.toString(), name);
    }

    private void request(Request.Kind kind, String[] w) {
        SimNode node = node(w[3]);
        Request r = new Request(node.process(), ++requests, kind, sessions.get(w[1]), kind == Request.Kind.WRITE ? 1 : 0,
                (x, outcome) -> {
                    if (kind == Request.Kind.RENAME && outcome == Request.Outcome.OK) {
                        name(w[1] + "'", x.key());
                    }
                });
        node.later(() -> r.start(false, null));
    }

    private void owners(String name) {
        SessionKey key = sessions.get(name);
        var primary = sim.observer().newest().segment(key.segment()).primary();
        var report = sim.life(primary) == null ? null : sim.life(primary).core().report(key);
        out.add("  " + name + ": primary " + primary + ", backups " + sim.observer().newest().segment(key.segment()).backups()
                + (report == null ? "" : ", holder " + report.holder() + ", fence " + report.fence() + ", version "
                + report.version()));
    }

    // ---- what is told

    private void hear(String line) {
        if (quiet || !showing) {
            return;
        }
        if (everything) {
            out.add("  " + line);
            return;
        }
        // The time is left out: a story is about order.
        String text = line.substring(line.indexOf(' ') + 1);
        boolean ours = mentions(text);
        boolean people = text.contains(" says: ") || text.matches("n\\d+ (starts|crashes|leaves|stands|goes).*")
                || text.contains("ViewChanged") || text.contains("  Left[");
        boolean sending = text.matches("n\\d+   to n.*");
        boolean lost = text.contains(" lost from ") && ours;
        if (people || lost || ours && !sending && !text.contains(" segment ")) {
            String told = rename(text).replaceAll("idleNanos=\\d+", "idle").replaceAll("ageNanos=\\d+", "age");
            if (!told.contains("joined the cluster") || told.contains("table")) {
                out.add("  " + told.replaceAll("image of 1 attributes, \\d+ bytes", "image"));
            }
        }
    }

    private boolean mentions(String text) {
        Matcher m = KEY.matcher(text);
        while (m.find()) {
            if (names.containsKey(m.group())) {
                return true;
            }
        }
        for (SessionKey k : sessions.values()) {
            if (text.contains("Replicated[segment=" + k.segment() + ",")) {
                return true;
            }
        }
        return false;
    }

    private String rename(String text) {
        Matcher m = KEY.matcher(text);
        StringBuilder b = new StringBuilder();
        while (m.find()) {
            m.appendReplacement(b, names.getOrDefault(m.group(), m.group()));
        }
        m.appendTail(b);
        return b.toString();
    }
}
