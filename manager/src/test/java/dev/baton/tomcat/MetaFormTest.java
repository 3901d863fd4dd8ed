package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.security.Principal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.catalina.authenticator.Constants;
import org.apache.catalina.authenticator.SavedRequest;
import org.apache.catalina.realm.GenericPrincipal;
import org.apache.tomcat.util.buf.ByteChunk;
import org.junit.jupiter.api.Test;

class MetaFormTest {
    /** As in a real Tomcat: the application's loader did not load Tomcat's classes. */
    private static final ClassLoader LOADER = new java.net.URLClassLoader(new java.net.URL[0],
            MetaFormTest.class.getClassLoader());

    private final MetaForm form = form(null);

    /** A class of Tomcat's lib. */
    private record Member(String name) implements Principal, Serializable {
        @Override
        public String getName() {
            return name;
        }
    }

    private static MetaForm form(String serialFilter) {
        return new MetaForm(LOADER, SerialFilter.forLogins(LOADER, serialFilter));
    }

    private static GenericPrincipal ofRealm(String name) {
        return new GenericPrincipal(name, List.of("user"), new Member(name));
    }

    @Test
    void aPrincipalComesBackWithItsRoles() {
        byte[] bytes = form.principal(new GenericPrincipal("ada", List.of("admin", "user")));
        Principal back = form.principal(bytes);
        assertThat(back).isInstanceOfSatisfying(GenericPrincipal.class, p -> {
            assertThat(p.getName()).isEqualTo("ada");
            assertThat(p.hasRole("admin")).isTrue();
            assertThat(p.hasRole("root")).isFalse();
        });
        assertThat(form.principal((byte[]) null)).isNull();
    }

    @Test
    void ofAPrincipalThatCannotBeSerialisedNameAndRolesAreKept() {
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("connection", new Object());
        byte[] bytes = form.principal(new GenericPrincipal("ada", List.of("user"), null, null, null, attributes));
        assertThat(form.principal(bytes)).isInstanceOfSatisfying(GenericPrincipal.class,
                p -> assertThat(p.hasRole("user")).isTrue());
    }

    @Test
    void aForeignPrincipalThatCannotBeSerialisedStaysHereAndIsCounted() {
        Principal foreign = () -> "ada";
        assertThat(form.principal(foreign)).isNull();
        assertThat(form.failures()).isEqualTo(1);
    }

    @Test
    void ofAPrincipalThatOtherNodesMayNotReadNameAndRolesAreKeptAndItsClassIsNamedOnce() {
        try (LogLines log = new LogLines()) {
            for (String name : new String[] {"ada", "bob"}) {
                assertThat(form.principal(form.principal(ofRealm(name))))
                        .isInstanceOfSatisfying(GenericPrincipal.class, p -> {
                            assertThat(p.getName()).isEqualTo(name);
                            assertThat(p.hasRole("user")).isTrue();
                        });
            }
            assertThat(form.principal(new Member("ada"))).isNull();
            assertThat(log.lines()).singleElement().asString().contains(Member.class.getName(), "serialFilter");
        }
        assertThat(form.failures()).as("principals that are not known elsewhere").isOne();
    }

    @Test
    void aPrincipalWhoseClassTheSettingNamesTravelsWhole() {
        MetaForm form = form("dev.baton.tomcat.*");
        assertThat(form.principal(form.principal(ofRealm("ada")))).isInstanceOfSatisfying(GenericPrincipal.class,
                p -> assertThat(p.getUserPrincipal()).isEqualTo(new Member("ada")));
        assertThat(form.principal(form.principal(new Member("ada")))).isEqualTo(new Member("ada"));
        assertThat(form.failures()).isZero();
    }

    @Test
    void whatALoginOfTomcatConsistsOfNeedNotBeNamed() {
        MetaForm form = form("com.example.**;!*");
        assertThat(form.principal(form.principal(ofRealm("ada")))).isInstanceOfSatisfying(GenericPrincipal.class,
                p -> assertThat(p.hasRole("user")).isTrue());
        Map<String, Object> notes = Map.of(Constants.SESSION_ID_NOTE, "ABC.node1", Constants.FORM_REQUEST_NOTE,
                new SavedRequest());
        assertThat(form.notes(form.notes(notes), null)).hasSize(2);
        assertThat(form.credentials(form.credentials("ada", "secret"))).containsExactly("ada", "secret");
    }

    @Test
    void theNotesOfALoginUnderWayTravelAndTheIdGetsTheRouteOfItsNode() throws Exception {
        SavedRequest saved = new SavedRequest();
        saved.setMethod("POST");
        saved.setRequestURI("/shop/order");
        ByteChunk body = new ByteChunk();
        body.append(new byte[] {1, 2, 3}, 0, 3);
        saved.setBody(body);
        byte[] bytes = form.notes(Map.of(Constants.SESSION_ID_NOTE, "ABC.node1", Constants.FORM_REQUEST_NOTE, saved,
                Constants.SESS_PASSWORD_NOTE, "secret"));
        assertThat(new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1)).doesNotContain("secret");
        Map<String, Object> back = form.notes(bytes, "node2");
        assertThat(back).containsOnlyKeys(Constants.SESSION_ID_NOTE, Constants.FORM_REQUEST_NOTE);
        assertThat(back.get(Constants.SESSION_ID_NOTE)).isEqualTo("ABC.node2");
        assertThat(((SavedRequest) back.get(Constants.FORM_REQUEST_NOTE)).getRequestURI()).isEqualTo("/shop/order");
        assertThat(form.notes(Map.of("other", 1))).isNull();
    }

    @Test
    void bytesThatCannotBeReadCountAsAbsent() {
        assertThat(form.principal(new byte[] {1, 2})).isNull();
        assertThat(form.notes(new byte[] {1, 2}, null)).isEmpty();
        assertThat(form.failures()).isEqualTo(2);
    }
}
