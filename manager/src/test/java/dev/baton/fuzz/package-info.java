/**
 * Every decoder under damaged bytes: guided by coverage (Jazzer) for a short while in the build and for longer with
 * {@code -Pfuzz}. What once failed stands under {@code src/test/resources/dev/baton/fuzz} and is tried in each build.
 */
package dev.baton.fuzz;
