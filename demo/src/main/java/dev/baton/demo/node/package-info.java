/** What runs inside each Tomcat process of the demo beside Tomcat itself: its lifeline to the launcher. */
package dev.baton.demo.node;
