/**
 * The adapter to Tomcat: the session manager, the sessions as Catalina and applications see them, and where a request
 * begins and ends. {@link dev.baton.tomcat.BatonManager} is what a {@code context.xml} names.
 */
package dev.baton.tomcat;
