package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.apache.catalina.connector.Connector;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;

/** A connector that speaks TLS with a key of its own, and clients that trust everybody. */
final class TestTls {
    private static final String SECRET = "a secret";

    private TestTls() {
    }

    /** @param directory for the key; listens on any port */
    static Connector connector(Path directory) {
        Connector connector = new Connector();
        connector.setPort(0);
        connector.setScheme("https");
        connector.setSecure(true);
        connector.setProperty("SSLEnabled", "true");
        SSLHostConfig host = new SSLHostConfig();
        SSLHostConfigCertificate certificate = new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.EC);
        certificate.setCertificateKeystoreFile(key(directory).toString());
        certificate.setCertificateKeystorePassword(SECRET);
        host.addCertificate(certificate);
        connector.addSslHostConfig(host);
        return connector;
    }

    private static Path key(Path directory) {
        Path file = directory.resolve("key.p12");
        try {
            Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair", "-alias", "a", "-keyalg", "EC", "-validity", "30", "-dname", "CN=localhost",
                    "-storetype", "PKCS12", "-storepass", SECRET, "-keystore", file.toString())
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(keytool.exitValue()).isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
        return file;
    }

    /** The client's side of such a connection. */
    static Socket over(Socket connected) throws IOException, GeneralSecurityException {
        return trusting().getSocketFactory().createSocket(connected, "localhost", connected.getPort(), true);
    }

    private static SSLContext trusting() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {
                throw new IllegalStateException("this is the client");
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {
                // Made for this test.
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        }}, new SecureRandom());
        return context;
    }
}
