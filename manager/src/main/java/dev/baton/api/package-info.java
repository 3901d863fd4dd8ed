/**
 * For applications: locks of portions of a session, the session's token without a waiting thread, and the token's
 * number. Needs nothing but this package and the Servlet API to compile; the classes are in the drop-in jar, which
 * Tomcat shares with all applications. Start at {@link dev.baton.api.SessionLocks}.
 */
package dev.baton.api;
