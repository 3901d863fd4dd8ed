/**
 * Clusters of Tomcat processes for tests: nodes with verbs (start, stop, kill, pause, resume), visitors with a browser's
 * memory and a load balancer's choice of node, and what the nodes tell over JMX and in their logs. Every wait is bounded
 * and says what it waited for.
 */
package dev.baton.itests.cluster;
