/**
 * Clients that speak to a Tomcat byte by byte, over HTTP/1, HTTP/2 and AJP, to see what exactly has left it: for tests of
 * what a client may see, and when.
 */
package dev.baton.tomcat.wire;
