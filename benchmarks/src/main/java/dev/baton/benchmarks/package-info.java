/**
 * Measurement of whole clusters: two real Tomcats on loopback, closed-loop clients, several session managers in one
 * interleaved run. {@link dev.baton.benchmarks.ClusterMeasurement} says what is measured and how.
 */
package dev.baton.benchmarks;
