/** Marks where a request begins and ends in Tomcat's pipeline, and takes the session's token for it. Has no state. */
package dev.baton.valve;
