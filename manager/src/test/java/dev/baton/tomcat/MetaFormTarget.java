package dev.baton.tomcat;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.authenticator.Constants;
import org.apache.catalina.realm.GenericPrincipal;

/** The reading side of {@link MetaForm}, for bytes from anywhere. */
public final class MetaFormTarget {
    /** Quiet while it reads, and only then: other tests of this JVM look at what it says. */
    private static final Logger LOG = Logger.getLogger(MetaForm.class.getName());
    private static final ClassLoader LOADER = new URLClassLoader(new URL[0], MetaFormTarget.class.getClassLoader());
    private static final MetaForm FORM = new MetaForm(LOADER, SerialFilter.forLogins(LOADER, null));

    private MetaFormTarget() {
    }

    /** Whatever the bytes are: an answer, maybe none. */
    public static void read(byte[] bytes) {
        LOG.setLevel(Level.OFF);
        try {
            FORM.principal(bytes);
            FORM.notes(bytes, "node1");
        } finally {
            LOG.setLevel(null);
        }
    }

    /** Well-formed ones. */
    public static List<byte[]> samples() {
        return List.of(FORM.principal(new GenericPrincipal("ada", List.of("admin", "user"))),
                FORM.notes(Map.of(Constants.SESSION_ID_NOTE, "0123456789ABCDEF0123456789ABCDEF")));
    }
}
