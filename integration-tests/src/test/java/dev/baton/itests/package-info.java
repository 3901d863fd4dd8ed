/**
 * Baton as its users meet it: the drop-in jar in real Tomcat processes, which are stopped, killed and paused while
 * clients work with their sessions. Each test is prose made of the verbs of {@link dev.baton.itests.cluster}; what the
 * clients do runs in the web application {@link dev.baton.itests.app}.
 */
package dev.baton.itests;
