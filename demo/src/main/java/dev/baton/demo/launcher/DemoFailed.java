package dev.baton.demo.launcher;

/** The demo cannot go on, or the tour found something lost; the message is for the person at the terminal. */
public final class DemoFailed extends Exception {
    private static final long serialVersionUID = 1;

    DemoFailed(String message) {
        super(message);
    }

    DemoFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
