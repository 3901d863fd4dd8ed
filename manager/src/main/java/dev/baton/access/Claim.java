package dev.baton.access;

import dev.baton.model.SessionKey;

/**
 * An owner's wish to lock one portion, from asking until it is released. Made by {@link LockTable#claim}; its
 * {@link #waiter} says when it is granted, or why it is not.
 */
public final class Claim {
    /** WAITING → HELD → OVER, or WAITING → OVER. Guarded by the table. */
    enum State { WAITING, HELD, OVER }

    private final LockTable table;
    private final LockOwner owner;
    private final SessionKey session;
    private final String portion;
    private final boolean exclusive;
    private final Waiter waiter = new Waiter();
    State state = State.WAITING;

    Claim(LockTable table, LockOwner owner, SessionKey session, String portion, boolean exclusive) {
        this.table = table;
        this.owner = owner;
        this.session = session;
        this.portion = portion;
        this.exclusive = exclusive;
    }

    /** Admitted: locked until released. Refused: with {@link Deadlock}, or what {@link LockTable#end} was given. */
    public Waiter waiter() {
        return waiter;
    }

    /** Who stands in the way now, for people; empty where nobody does any more. */
    public String blockedBy() {
        return String.join(" and ", table.blockers(this).stream().map(LockOwner::toString).toList());
    }

    LockTable table() {
        return table;
    }

    LockOwner owner() {
        return owner;
    }

    SessionKey session() {
        return session;
    }

    String portion() {
        return portion;
    }

    boolean exclusive() {
        return exclusive;
    }

    /** What is claimed, for people. */
    @Override
    public String toString() {
        return portion.equals(LockTable.TURN) ? session.toString() : "attribute '" + portion + "' of " + session;
    }
}
