/**
 * Session attributes as applications have them, and what requests do to them: what tests and benchmarks of
 * differencing share. Deterministic: the same objects and bytes at every run. Uses nothing but the JDK.
 */
package dev.baton.corpus;
