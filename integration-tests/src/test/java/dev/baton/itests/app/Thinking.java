package dev.baton.itests.app;

import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.locks.LockSupport;

/** What lies between reading and writing: {@code think} microseconds in which other threads run. */
record Thinking(long micros) {
    static Thinking of(HttpServletRequest request) {
        String micros = request.getParameter("think");
        return new Thinking(micros == null ? 0 : Long.parseLong(micros));
    }

    void think() {
        long end = System.nanoTime() + micros * 1_000;
        for (long left = micros * 1_000; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
