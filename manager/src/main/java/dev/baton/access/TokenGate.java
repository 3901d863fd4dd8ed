package dev.baton.access;

/** Threads enter and leave; the core opens and closes; the last one out after a close reports idle. */
public final class TokenGate {
}
