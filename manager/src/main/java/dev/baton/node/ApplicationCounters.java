package dev.baton.node;

/**
 * Counted since the application was deployed here.
 *
 * @param entries      stays begun
 * @param waits        stays that had to wait for the token
 * @param refused      entries that ended with 503
 * @param deltas       deltas sent
 * @param deltaBytes   their sizes together
 * @param wholeBytes   sizes of the whole sessions they belonged to together: what would have travelled without deltas
 * @param unchanged    stays that sent nothing
 * @param tokensLost   tokens that were taken away
 * @param lookupsSent  look-ups that had to ask the core
 * @param states       copies of sessions in memory
 * @param tokens       copies with an open gate
 */
public record ApplicationCounters(long entries, long waits, long refused, long deltas, long deltaBytes,
                                  long wholeBytes, long unchanged, long tokensLost, long lookupsSent, int states,
                                  int tokens) {}
