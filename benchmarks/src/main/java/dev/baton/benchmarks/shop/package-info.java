/** The web application that is measured; the only part that runs inside the Tomcats. */
package dev.baton.benchmarks.shop;
