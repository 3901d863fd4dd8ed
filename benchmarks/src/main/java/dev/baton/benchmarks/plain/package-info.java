/** What replication costs at the very least: runs inside the measured Tomcats, beside their own manager. */
package dev.baton.benchmarks.plain;
