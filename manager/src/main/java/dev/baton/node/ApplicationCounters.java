package dev.baton.node;

/**
 * Counted since the application was deployed here.
 *
 * @param entries      stays begun
 * @param waits        stays that had to wait for the token
 * @param lockWaits    stays that had to wait for an attribute or for their turn in this process
 * @param deadlocks    claims refused since those who waited would have waited for each other
 * @param deltas       deltas sent
 * @param deltaBytes   their sizes together
 * @param wholeBytes   sizes of the whole sessions they belonged to together: what would have travelled without deltas
 * @param unchanged    stays that sent nothing
 * @param tokensLost   tokens that were taken away
 * @param lookupsSent  look-ups that had to ask the core
 * @param states       copies of sessions in memory
 * @param tokens       copies with an open gate
 */
public record ApplicationCounters(long entries, long waits, long lockWaits, long deadlocks, long deltas,
                                  long deltaBytes, long wholeBytes, long unchanged, long tokensLost, long lookupsSent,
                                  int states, int tokens) {}
