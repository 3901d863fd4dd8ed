/**
 * The process's side of a session: the working copy with its live attributes, what one request did to them, and the
 * gate through which threads enter while the process holds the session's token. Uses {@code diff} and {@code model}
 * only; knows neither the protocol nor Tomcat. Everything here is used by many threads at once.
 */
package dev.baton.access;
