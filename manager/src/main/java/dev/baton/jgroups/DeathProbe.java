package dev.baton.jgroups;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;

/**
 * Asks a port whether somebody listens. Only a refused connection is an answer: the host is there and says that the
 * process is not. Whoever stays silent may be alive behind a broken network.
 */
final class DeathProbe {
    /** Far below the time after which the operating system itself gives up and reports it as another failure. */
    static final int TIMEOUT_MILLIS = 1_000;

    private DeathProbe() {
    }

    /** Blocks up to the time-out. */
    static boolean refused(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, TIMEOUT_MILLIS);
            return false;
        } catch (ConnectException e) {
            // the text depends on the language of the system, so it can only be used to be more careful
            String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
            return !text.contains("timed out") && !text.contains("timeout");
        } catch (IOException | IllegalArgumentException silentOrUnreachable) {
            return false;
        }
    }
}
