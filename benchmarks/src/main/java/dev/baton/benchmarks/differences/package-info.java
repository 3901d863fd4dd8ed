/**
 * Measurement of differencing on the corpus: bytes, times and memory for every attribute and mutation, beside the whole
 * attribute and reference tools. {@link dev.baton.benchmarks.differences.DifferenceMeasurement} says what and how.
 */
package dev.baton.benchmarks.differences;
