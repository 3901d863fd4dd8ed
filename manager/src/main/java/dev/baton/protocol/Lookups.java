package dev.baton.protocol;

import java.util.ArrayList;
import java.util.TreeMap;

/** Questions of this process whether a session exists, until they are answered. */
final class Lookups {
    private final Step step;
    private final Directory directory;
    private final TreeMap<Long, Message.Lookup> asked = new TreeMap<>();
    private final TreeMap<Long, Long> sentNanos = new TreeMap<>();

    Lookups(Step step, Directory directory) {
        this.step = step;
        this.directory = directory;
    }

    void ask(Input.Lookup in, boolean available) {
        Message.Lookup m = new Message.Lookup(in.ticket() * 2, in.key());
        if (!available) {
            failed(m, Denial.UNAVAILABLE);
        } else if (asked.size() >= 100L * step.settings.maxQueue()) {
            failed(m, Denial.OVERLOADED);
        } else {
            asked.put(m.rid(), m);
            send(m);
        }
    }

    private void send(Message.Lookup m) {
        sentNanos.put(m.rid(), step.now);
        directory.toPrimary(m.key(), m);
    }

    void cancel(long ticket) {
        remove(ticket * 2);
    }

    private void remove(long rid) {
        asked.remove(rid);
        sentNanos.remove(rid);
    }

    void answered(Message.Meta m) {
        if (asked.containsKey(m.rid())) {
            remove(m.rid());
            step.emit(new Effect.LookedUp(m.rid() / 2, m.key(), m.meta(), m.idleNanos(), m.holder(), null));
        }
    }

    /** True where the refusal was for a look-up. */
    boolean denied(Message.Denied m) {
        Message.Lookup lookup = asked.get(m.rid());
        if (lookup == null || !lookup.key().equals(m.key())) {
            return false;
        }
        if (m.reason() == Denial.NOT_PRIMARY) {
            sentNanos.put(m.rid(), step.soon());
        } else {
            remove(m.rid());
            failed(lookup, m.reason());
        }
        return true;
    }

    private void failed(Message.Lookup m, Denial reason) {
        step.emit(new Effect.LookedUp(m.rid() / 2, m.key(), null, 0, null, reason));
    }

    void resend(boolean[] primaryChanged) {
        for (Message.Lookup m : asked.values()) {
            if (primaryChanged != null && primaryChanged[m.key().segment()]
                    || step.now - sentNanos.get(m.rid()) >= step.settings.resendNanos()) {
                send(m);
            }
        }
    }

    void failAll() {
        for (Message.Lookup m : new ArrayList<>(asked.values())) {
            remove(m.rid());
            failed(m, Denial.UNAVAILABLE);
        }
    }
}
