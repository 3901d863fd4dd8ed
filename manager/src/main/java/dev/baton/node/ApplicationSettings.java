package dev.baton.node;

import dev.baton.access.Tracking;
import dev.baton.diff.Methods;
import dev.baton.model.Settings;
import dev.baton.model.Settings.Acknowledge;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Settings of one web application.
 *
 * @param tracking         which attributes are compared at the end of a request
 * @param methods          how changed attributes travel
 * @param acknowledge      what a request waits for at its end
 * @param eagerRelease     whether the token goes back as soon as nobody is inside
 * @param oneRequestAtATime whether requests of a session run one after the other in this process
 *                         ({@code threadLocks="session"})
 * @param maxWaiters       requests that may wait for one session in this process
 * @param maxIdleStates    copies of sessions kept while nobody uses them, those with a token included
 * @param releaseIdleNanos when a session that nobody used goes out of this process; 0: when its token is asked for
 * @param flushNanos       how long changes may wait before they are synchronised; 0: not beyond the request's end
 */
public record ApplicationSettings(Tracking tracking, Methods methods, Acknowledge acknowledge, boolean eagerRelease,
                                  boolean oneRequestAtATime, int maxWaiters, int maxIdleStates,
                                  long releaseIdleNanos, long flushNanos) {
    public static final ApplicationSettings DEFAULT =
            new ApplicationSettings(Tracking.DEFAULT, Methods.DEFAULT, Acknowledge.BACKUPS, false, false, 100,
                    20_000, TimeUnit.MINUTES.toNanos(1), 0);

    public ApplicationSettings {
        if (maxWaiters < 1) {
            throw new IllegalArgumentException("maxWaiters is " + maxWaiters + ", must be at least 1");
        }
        if (maxIdleStates < 1) {
            throw new IllegalArgumentException("maxIdleStates is " + maxIdleStates + ", must be at least 1");
        }
    }

    /** From the settings that each application has for itself. */
    public static ApplicationSettings of(Settings settings) {
        Predicate<String> classes = settings.immutableClasses();
        Tracking tracking = new Tracking(Tracking.Policy.valueOf(settings.tracking().name()),
                settings.immutableNames(), type -> classes.test(type.getName()), settings.verify());
        return DEFAULT.withTracking(tracking)
                .withMethods(methods(settings))
                .withAcknowledge(settings.acknowledge())
                .withEagerRelease(settings.lockRelease() == Settings.LockRelease.EAGER)
                .withOneRequestAtATime(settings.threadLocks() == Settings.ThreadLocks.SESSION)
                .withMaxWaiters(settings.maxWaiters())
                .withReleaseIdleNanos(TimeUnit.MILLISECONDS.toNanos(settings.releaseIdleMillis()))
                .withFlushNanos(TimeUnit.MILLISECONDS.toNanos(settings.flushIntervalMillis()));
    }

    private static Methods methods(Settings settings) {
        return new Methods(Methods.Method.valueOf(settings.differencing().name()), (name, type) ->
                Methods.Method.valueOf(settings.differencing(name, type.getName()).name()));
    }

    public ApplicationSettings withTracking(Tracking other) {
        return new ApplicationSettings(other, methods, acknowledge, eagerRelease, oneRequestAtATime, maxWaiters,
                maxIdleStates, releaseIdleNanos, flushNanos);
    }

    public ApplicationSettings withMethods(Methods other) {
        return new ApplicationSettings(tracking, other, acknowledge, eagerRelease, oneRequestAtATime, maxWaiters,
                maxIdleStates, releaseIdleNanos, flushNanos);
    }

    public ApplicationSettings withAcknowledge(Acknowledge other) {
        return new ApplicationSettings(tracking, methods, other, eagerRelease, oneRequestAtATime, maxWaiters,
                maxIdleStates, releaseIdleNanos, flushNanos);
    }

    public ApplicationSettings withEagerRelease(boolean other) {
        return new ApplicationSettings(tracking, methods, acknowledge, other, oneRequestAtATime, maxWaiters,
                maxIdleStates, releaseIdleNanos, flushNanos);
    }

    public ApplicationSettings withOneRequestAtATime(boolean other) {
        return new ApplicationSettings(tracking, methods, acknowledge, eagerRelease, other, maxWaiters,
                maxIdleStates, releaseIdleNanos, flushNanos);
    }

    public ApplicationSettings withMaxWaiters(int other) {
        return new ApplicationSettings(tracking, methods, acknowledge, eagerRelease, oneRequestAtATime, other,
                maxIdleStates, releaseIdleNanos, flushNanos);
    }

    public ApplicationSettings withMaxIdleStates(int other) {
        return new ApplicationSettings(tracking, methods, acknowledge, eagerRelease, oneRequestAtATime,
                maxWaiters, other, releaseIdleNanos, flushNanos);
    }

    public ApplicationSettings withFlushNanos(long other) {
        return new ApplicationSettings(tracking, methods, acknowledge, eagerRelease, oneRequestAtATime, maxWaiters,
                maxIdleStates, releaseIdleNanos, other);
    }

    public ApplicationSettings withReleaseIdleNanos(long other) {
        return new ApplicationSettings(tracking, methods, acknowledge, eagerRelease, oneRequestAtATime, maxWaiters,
                maxIdleStates, other, flushNanos);
    }
}
