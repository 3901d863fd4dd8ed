/**
 * A simulated cluster around the real protocol core: one thread, virtual time, and every choice drawn from a seed.
 * {@link dev.baton.sim.Simulation} puts a run together; {@link dev.baton.sim.Oracle} knows what the truth is;
 * {@code README} of how to replay a failure is the failure's own message.
 */
package dev.baton.sim;
