package dev.baton.diff;

import dev.baton.graph.StreamPatch;

/** The operations that make one content out of another, in the form that {@link StreamPatch} describes. */
final class PatchScript {
    private final GraphPatchWriter patch;
    private final Items old;
    private final Items now;
    private final PatchBytes out = new PatchBytes();
    private int operations;
    /** Where the reader's cursor is, up to where the new content is written, and what will be copied before. */
    private int cursor;
    private int toCopy;
    private int slotsWritten;

    PatchScript(GraphPatchWriter patch, Items old, Items now) {
        this.patch = patch;
        this.old = old;
        this.now = now;
        Alignment runs = Alignment.of(old, now);
        leaveOutWhatDoesNotPay(runs);
        int written = 0;
        for (int run = 0; run < runs.count(); run++) {
            gap(runs.from(run), written, runs.to(run));
            toCopy += runs.length(run);
            slotsWritten += slotsBetween(runs.to(run), runs.to(run) + runs.length(run));
            written = runs.to(run) + runs.length(run);
        }
        gap(old.length(), written, now.length());
    }

    int operations() {
        return operations;
    }

    PatchBytes bytes() {
        return out;
    }

    private int slotsBetween(int from, int to) {
        return now.slotsBefore(to) - now.slotsBefore(from);
    }

    /** A short run between two gaps may take more than the same items written out. */
    private void leaveOutWhatDoesNotPay(Alignment runs) {
        int run = 1;
        while (run < runs.count() - 1) {
            int oldFrom = runs.from(run - 1) + runs.length(run - 1);
            int nowFrom = runs.to(run - 1) + runs.length(run - 1);
            int oldTo = runs.from(run + 1);
            int nowTo = runs.to(run + 1);
            int apart = cost(oldFrom, runs.from(run), nowFrom, runs.to(run))
                    + cost(runs.from(run) + runs.length(run), oldTo, runs.to(run) + runs.length(run), nowTo);
            if (runs.length(run) <= 8 && cost(oldFrom, oldTo, nowFrom, nowTo) <= apart) {
                runs.drop(run);
                run = Math.max(1, run - 1);
            } else {
                run++;
            }
        }
    }

    /** About how many bytes the operations of a gap take. */
    private int cost(int oldFrom, int oldTo, int from, int to) {
        int cost = oldTo - oldFrom == to - from ? 0 : oldTo - oldFrom > to - from || oldTo < oldFrom ? 2 : 1;
        int at = from;
        while (at < to) {
            boolean slot = now.at(at) >= Items.NOTHING;
            int begin = at;
            while (at < to && now.at(at) >= Items.NOTHING == slot) {
                at++;
            }
            cost += at - begin == 1 ? 1 : 2;
            cost += slot ? (at - begin) * 3 / 2 : at - begin;
        }
        return cost;
    }

    /** Items that are written out, and the cursor moved to where the next run begins. */
    private void gap(int oldTo, int from, int to) {
        int target = oldTo;
        int at = from;
        while (at < to) {
            boolean slot = now.at(at) >= Items.NOTHING;
            int end = at;
            while (end < to && now.at(end) >= Items.NOTHING == slot) {
                end++;
            }
            int room = target - (cursor + toCopy);
            int instead = room <= 0 ? 0 : Math.min(room, end - at);
            // In two parts it would take an operation more: rather move the cursor.
            write(slot, at, instead > 0 ? at + instead : end, instead > 0);
            at = instead > 0 ? at + instead : end;
        }
        if (cursor + toCopy != target) {
            head(StreamPatch.SEEK);
            out.varint(PatchBytes.zigzag((long) target - cursor));
            cursor = target;
        }
    }

    private void head(int kind) {
        out.varint((long) toCopy << 3 | kind);
        cursor += toCopy;
        toCopy = 0;
        operations++;
    }

    private void write(boolean slot, int from, int to, boolean instead) {
        int count = to - from;
        if (slot) {
            head(count == 1 ? instead ? StreamPatch.SLOT : StreamPatch.INSERT_SLOT
                    : instead ? StreamPatch.SLOTS : StreamPatch.INSERT_SLOTS);
        } else {
            head(!instead ? StreamPatch.INSERT_BYTES : count == 1 ? StreamPatch.BYTE : StreamPatch.BYTES);
        }
        if (count > 1 || !slot && !instead) {
            out.varint(count);
        }
        if (slot) {
            slots(from, to);
        } else {
            for (int i = from; i < to; i++) {
                out.octet(now.at(i));
            }
        }
        cursor += instead ? count : 0;
    }

    private void slots(int from, int to) {
        int expected = old.slotsBefore(cursor);
        for (int i = from; i < to; i++) {
            int symbol = now.at(i);
            int identity = patch.identityOfSymbol(symbol);
            if (symbol == Items.NOTHING) {
                out.octet(0);
            } else if (identity < 0) {
                out.octet(1);
                patch.mention(symbol - Items.NEW, analogue(slotsWritten));
            } else {
                long named = 3 + 2 * PatchBytes.zigzag((long) identity - patch.lastNamed());
                int slot = old.slotWith(symbol, expected);
                long placed = slot < 0 ? Long.MAX_VALUE : 2 + 2 * PatchBytes.zigzag((long) slot - expected);
                if (PatchBytes.length(placed) <= PatchBytes.length(named)) {
                    out.varint(placed);
                    expected = slot + 1;
                } else {
                    out.varint(named);
                    patch.lastNamed(identity);
                }
            }
            slotsWritten++;
        }
    }

    /** See {@link StreamPatch}. */
    private int analogue(int slot) {
        int same = slot < old.slots() ? slot : slot - ((slot - old.slots()) / 2 + 1) * 2;
        if (same < 0) {
            return -1;
        }
        return patch.identityOfSymbol(old.slot(same));
    }
}
