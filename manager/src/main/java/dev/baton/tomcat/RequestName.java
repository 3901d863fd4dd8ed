package dev.baton.tomcat;

import org.apache.catalina.connector.Request;

/** What a request is called in logs: its method and path, without query and session id, harmless to print. */
final class RequestName {
    private static final int MAX = 200;

    private RequestName() {
    }

    static String of(Request request) {
        return printable(request.getMethod() + " " + request.getDecodedRequestURI());
    }

    /** Decoded, a path may contain line ends: nobody writes lines into the log by asking for them. */
    static String printable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (i == MAX || breaksLine(text.charAt(i))) {
                return replaced(text);
            }
        }
        return text;
    }

    private static String replaced(String text) {
        StringBuilder shown = new StringBuilder(MAX + 3);
        for (int i = 0; i < Math.min(MAX, text.length()); i++) {
            char c = text.charAt(i);
            shown.append(breaksLine(c) ? '?' : c);
        }
        return shown.append(text.length() > MAX ? "..." : "").toString();
    }

    private static boolean breaksLine(char c) {
        return Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
    }
}
