/**
 * The web application of the tests. It is written as one would for a single JVM: mutable objects in the session,
 * changed in place, and nothing in it knows Baton.
 */
package dev.baton.itests.app;
