/**
 * Runs one node: gives the inputs of request threads, timers and the cluster to the protocol core one at a time, and
 * carries out what it asks for. Threads, timers and the clock of the process live here and nowhere below. The way to
 * the other nodes is the port {@link dev.baton.node.Transport}.
 */
package dev.baton.node;
