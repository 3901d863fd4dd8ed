package dev.baton.demo.launcher;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** The folder of one node: its configuration, the shop, and Baton's jar in {@code lib}, as a user would lay it out. */
final class CatalinaBase {
    private static final String SERVER = """
            <?xml version="1.0" encoding="UTF-8"?>
            <Server port="-1">
              <Service name="Catalina">
                <Connector address="127.0.0.1" port="%d" protocol="HTTP/1.1" maxThreads="50"/>
                <Engine name="Catalina" defaultHost="localhost" jvmRoute="%s">
                  <Host name="localhost" appBase="webapps" autoDeploy="false"/>
                </Engine>
              </Service>
            </Server>
            """;
    private static final String CONTEXT = """
            <?xml version="1.0" encoding="UTF-8"?>
            <Context>
              <CookieProcessor className="org.apache.tomcat.util.http.Rfc6265CookieProcessor" sameSiteCookies="lax"/>
              %s
            </Context>
            """;
    private static final String BATON =
            "<Manager className=\"dev.baton.tomcat.BatonManager\" stack=\"local\" cluster=\"%s\" backups=\"1\"/>";
    /** Tomcat's own manager, without its file: a real crash would not have written it either. */
    private static final String STANDARD = "<Manager pathname=\"\"/>";

    private CatalinaBase() {}

    /**
     * Makes the folder anew.
     *
     * @return the folder
     */
    static Path create(DemoOptions options, String node, int port) throws IOException {
        Path base = options.target().resolve("nodes").resolve(node);
        delete(base);
        for (String folder : new String[] {"conf", "lib", "logs", "temp", "webapps", "work"}) {
            Files.createDirectories(base.resolve(folder));
        }
        Path conf = options.home().resolve("conf");
        for (String file : new String[] {"catalina.properties", "logging.properties", "web.xml"}) {
            Files.copy(conf.resolve(file), base.resolve("conf").resolve(file));
        }
        Files.writeString(base.resolve("conf/server.xml"), SERVER.formatted(port, node));
        Files.writeString(base.resolve("conf/context.xml"),
                CONTEXT.formatted(options.baton() ? BATON.formatted(options.cluster()) : STANDARD));
        if (options.baton()) {
            Files.copy(options.jar(), base.resolve("lib/baton.jar"));
        }
        Files.copy(options.target().resolve("shop.war"), base.resolve("webapps/ROOT.war"));
        return base;
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, IOException failed) throws IOException {
                if (failed != null) {
                    throw failed;
                }
                Files.delete(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
