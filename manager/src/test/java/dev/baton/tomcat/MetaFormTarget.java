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
    /** Held, or the level set here would be collected. */
    private static final Logger QUIET = Logger.getLogger(MetaForm.class.getName());
    private static final ClassLoader LOADER = new URLClassLoader(new URL[0], MetaFormTarget.class.getClassLoader());
    private static final MetaForm FORM = new MetaForm(LOADER, SerialFilter.forLogins(LOADER, null));

    static {
        QUIET.setLevel(Level.OFF);
    }

    private MetaFormTarget() {
    }

    /** Whatever the bytes are: an answer, maybe none. */
    public static void read(byte[] bytes) {
        FORM.principal(bytes);
        FORM.notes(bytes, "node1");
    }

    /** Well-formed ones. */
    public static List<byte[]> samples() {
        return List.of(FORM.principal(new GenericPrincipal("ada", List.of("admin", "user"))),
                FORM.notes(Map.of(Constants.SESSION_ID_NOTE, "0123456789ABCDEF0123456789ABCDEF")));
    }
}
