package dev.baton.sim;

import dev.baton.model.SessionKey;
import dev.baton.protocol.CoreSettings;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What a seed decides before the run begins: cluster, settings, clients, and which faults may happen how often. */
final class Scenario {
    private static final long SECOND = 1_000_000_000L;

    int nodes;
    CoreSettings settings;
    /** Requests wait for the primary alone. */
    boolean ackByPrimary;
    boolean eager;
    Proofs.Policy proofs = Proofs.Policy.GIVEN;
    /** Both sides of a cut may go on: what binds a single line of tables is not checked. */
    boolean lineages;
    long faultNanos = 15 * SECOND;
    int faults;
    int users;
    int sessions;
    List<Integer> hotSegments = new ArrayList<>();
    /** Relative weights. */
    int crash = 4;
    int crashMany = 1;
    int pause = 3;
    int leave = 1;
    int cut = 2;
    int oneWay = 2;
    int partition = 2;
    int noise = 3;
    int whim = 2;
    int exclude = 2;
    int slow = 1;
    int deaf = 0;
    /** Everybody whom a node knows dies while it is cut off, and others take their places. */
    boolean outlived;
    /** Chances of a message while its link is disturbed. */
    double loss = 0.08;
    double twice = 0.08;
    double overtaken = 0.08;
    /** Links are disturbed all the time while faults last. */
    boolean alwaysNoisy;
    /** Delays do not vary: for stories. */
    boolean steady;
    /** Faults begin while the cluster still forms. */
    boolean early;
    /** Chance that a request goes where its client went before. */
    double sticky = 0.7;
    boolean shortIdle;
    /** Clients that read, think for ten seconds, and come back in time. */
    boolean slowReaders;
    /** Little may be on its way to a backup, so that several changes become one. */
    boolean narrow;
    /**
     * Changes are of several attributes, some of them large, and of the metadata; the token goes back with the last one
     * at every level; who waits is told who is inside; every other node has its application only after a while.
     */
    boolean varied;
    /** So many of the nodes, the first ones, keep no segments. */
    int withoutStore;
    /** On so many hosts the nodes stand in turn; 0: every other one on a host of its own, of the rest nobody knows. */
    int hosts;
    int destroyPercent = 2;
    int renamePercent = 3;
    int readPercent = 40;
    int lookPercent = 7;
    final long application = SessionKey.applicationHash("localhost/shop");
    final List<Message.App> apps = List.of(new Message.App(application, "localhost/shop"));

    boolean hot(int segment) {
        return hotSegments.contains(segment);
    }

    /** Drawn from a seed. */
    static Scenario of(Rng rng) {
        Scenario s = new Scenario();
        int[] sizes = {2, 2, 3, 3, 3, 3, 4, 4, 5, 6, 7};
        s.nodes = sizes[rng.below(sizes.length)];
        int[] backups = {0, 1, 1, 1, 1, 2, 2};
        s.settings = CoreSettings.defaults(backups[rng.below(backups.length)])
                .withHashPlacement(rng.chance(0.25));
        s.ackByPrimary = rng.chance(0.07);
        s.eager = rng.chance(0.2);
        s.proofs = rng.pick(List.of(Proofs.Policy.GIVEN, Proofs.Policy.GIVEN, Proofs.Policy.LATE, Proofs.Policy.WITHHELD));
        if (rng.chance(0.03)) {
            s.lineages = true;
            s.settings = s.settings.withLostAfterNanos(rng.between(2, 8) * SECOND);
        }
        s.faults = 1 + rng.below(7);
        s.faultNanos = rng.between(6, 25) * SECOND;
        s.users = 2 + rng.below(5);
        s.sessions = 1 + rng.below(4);
        s.shortIdle = rng.chance(0.25);
        s.drawSegments(rng, 4);
        return s;
    }

    /** Half of all seeds draw from everything, the others from one kind of trouble. */
    static Scenario mixed(long seed, Rng rng) {
        Scenario s = of(rng);
        if (seed % 2 == 0) {
            Profile[] kinds = {Profile.NOISY, Profile.CRASHES, Profile.CUTS, Profile.TABLES, Profile.RENAMES,
                    Profile.LAGGING};
            kinds[(int) (seed / 2 % kinds.length)].shape(s, rng);
        }
        s.drawWindow(rng);
        s.drawNeeded(rng, 0.15);
        return s;
    }

    /** How much may be on its way to a backup: nearly all, a few changes, or one after the other. */
    void drawWindow(Rng rng) {
        int[] windows = narrow ? new int[] {1, 1, 200, 500}
                : new int[] {settings.windowBytes(), settings.windowBytes(), 500, 1};
        settings = settings.withWindowBytes(windows[rng.below(windows.length)]);
    }

    /** Whether changes need a backup in sync. */
    void drawNeeded(Rng rng, double chance) {
        if (rng.chance(chance)) {
            settings = settings.withMinInSync(Math.min(1, settings.backups()));
        }
    }

    void drawSegments(Rng rng, int count) {
        TreeSet<Integer> drawn = new TreeSet<>();
        while (drawn.size() < count) {
            drawn.add(rng.below(256));
        }
        hotSegments = new ArrayList<>(drawn);
    }

    @Override
    public String toString() {
        return nodes + " nodes, " + settings.canonical() + (ackByPrimary ? " ack=primary" : "")
                + " window=" + settings.windowBytes()
                + (eager ? " eager" : "") + (varied ? " varied" : "") + " proofs=" + proofs
                + (lineages ? " lineages" : "") + ", " + faults + " faults in "
                + faultNanos / SECOND + " s, " + users + " users of " + sessions + " sessions in segments " + hotSegments;
    }
}
