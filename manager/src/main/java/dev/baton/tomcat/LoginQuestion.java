package dev.baton.tomcat;

import dev.baton.model.SessionMeta;
import org.apache.catalina.Context;
import org.apache.catalina.authenticator.AuthenticatorBase;
import org.apache.catalina.authenticator.NonLoginAuthenticator;
import org.apache.catalina.connector.Request;

/**
 * Tomcat's authenticator asks for the session of every request that has one's cookie, be it for an image, to learn who is
 * logged in. Where nobody can tell, that need not refuse a request which does not use the session itself: an application
 * without a login of Tomcat's has no user, unless it logged one in by itself, which the last known metadata tell.
 */
final class LoginQuestion {
    /** Calls between whoever asks and {@link BatonManager#findSession}. */
    private static final int DEPTH = 12;
    private static final StackWalker WALKER = StackWalker.getInstance();

    private LoginQuestion() {
    }

    /**
     * Whether it is the authenticator that asks in this thread, and may be told that there is nobody. Who asks later in
     * the same request hears the truth.
     *
     * @param known what this process last knew of the session, or null
     */
    static boolean isHarmless(Context context, SessionMeta known) {
        return context.getAuthenticator() instanceof NonLoginAuthenticator
                && (known == null || known.principal() == null && known.authType() == null)
                && asker(AuthenticatorBase.class.getName());
    }

    /** Whether that Valve's own code asks a request for its session in this thread. */
    static boolean asker(String valve) {
        return WALKER.walk(frames -> frames.limit(DEPTH)
                .dropWhile(f -> !f.getClassName().equals(Request.class.getName()))
                .dropWhile(f -> f.getClassName().equals(Request.class.getName()))
                .findFirst().map(f -> f.getClassName().equals(valve)
                        && f.getMethodName().equals("invoke")).orElse(false));
    }
}
