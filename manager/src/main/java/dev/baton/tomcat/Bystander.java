package dev.baton.tomcat;

import org.apache.catalina.core.ContainerBase;
import org.apache.catalina.valves.CrawlerSessionManagerValve;

/**
 * Parts of Tomcat that ask for a request's session outside of its application, and take nothing from anybody when they
 * hear that there is none: access logs, {@code alwaysAccessSession}, {@code CrawlerSessionManagerValve}. What is thrown
 * there refuses no request, it breaks the answer, be it that of an image or a refusal.
 */
final class Bystander {
    /** After the application, error pages and request listeners: {@code alwaysAccessSession}. */
    private static final String HOST = "org.apache.catalina.core.StandardHostValve";

    private Bystander() {
    }

    /** Whether one of them asks in this thread. */
    static boolean asks() {
        return asksAfterTheAnswer() || LoginQuestion.asker(CrawlerSessionManagerValve.class.getName());
    }

    /** Whether one of them asks when the request is through with its application. */
    static boolean asksAfterTheAnswer() {
        return LoginQuestion.asker(HOST) || StackWalker.getInstance().walk(frames -> frames.anyMatch(
                f -> f.getClassName().equals(ContainerBase.class.getName()) && f.getMethodName().equals("logAccess")));
    }
}
