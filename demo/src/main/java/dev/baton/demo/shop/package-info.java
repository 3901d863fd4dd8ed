/**
 * The sample shop: servlets as anybody would write them for one Tomcat. It knows nothing of the cluster, except that
 * its page also shows where the visitor's session stands.
 */
package dev.baton.demo.shop;
