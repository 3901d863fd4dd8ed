package dev.baton.itests.cluster;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The test application under a name, with settings of its session manager. Immutable. */
public final class WebApp {
    private static final String SERVLETS = "dev.baton.itests.app";

    private final String name;
    private final Map<String, String> manager;

    private WebApp(String name, Map<String, String> manager) {
        this.name = name;
        this.manager = Map.copyOf(manager);
    }

    /** At the path {@code /name}, with Baton as a new user would configure it. */
    public static WebApp named(String name) {
        return new WebApp(name, Map.of("cluster", "itests"));
    }

    /** With an attribute of the {@code Manager} element. */
    public WebApp with(String attribute, String value) {
        Map<String, String> more = new TreeMap<>(manager);
        more.put(attribute, value);
        return new WebApp(name, more);
    }

    public String name() {
        return name;
    }

    void exportTo(Path target) {
        archive().as(ZipExporter.class).exportTo(target.toFile(), true);
    }

    private WebArchive archive() {
        return ShrinkWrap.create(WebArchive.class, name + ".war")
                .addPackage(SERVLETS)
                .addAsWebResource(new StringAsset("""
                        <%@ page contentType="text/plain" %><%
                            Integer count = (Integer) session.getAttribute("pages");
                            session.setAttribute("pages", count == null ? 1 : count + 1);
                        %>${sessionScope.pages}"""), "count.jsp")
                .addAsWebResource(new StringAsset("""
                        <%@ page contentType="text/plain" session="false"
                        %><%= request.getSession(false) == null ? "absent" : "present" %>"""), "aside.jsp")
                .addAsManifestResource(new StringAsset(context()), "context.xml")
                .addAsWebInfResource(new StringAsset("""
                        <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.1">
                          <distributable/>
                          <login-config><auth-method>BASIC</auth-method></login-config>
                          <security-role><role-name>customer</role-name></security-role>
                        </web-app>
                        """), "web.xml");
    }

    private String context() {
        if (System.getProperty("itests.manager", "baton").equals("standard")) {
            return "<Context/>";
        }
        String attributes = new TreeMap<>(manager).entrySet().stream()
                .map(e -> " " + e.getKey() + "=\"" + e.getValue() + "\"")
                .collect(Collectors.joining());
        return "<Context><Manager className=\"dev.baton.tomcat.BatonManager\"" + attributes + "/></Context>";
    }
}
