package dev.baton.jgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.model.Location;
import dev.baton.model.Settings;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StoreOptionsTest {
    @Test
    void readsBothForms() {
        StoreOptions options = StoreOptions.parse("--stack", "tcp.xml", "--cluster=shop", "--name", "s1", "--backups=2",
                "--placement", "hash", "--host", "h", "--rack=r", "--site", "s", "--lostAfter", "30000");
        assertThat(options.help()).isFalse();
        assertThat(options.name()).isEqualTo("s1");
        assertThat(options.location()).isEqualTo(new Location("s", "r", "h"));
        assertThat(options.settings().stack()).isEqualTo("tcp.xml");
        assertThat(options.settings().cluster()).isEqualTo("shop");
        assertThat(options.settings().backups()).isEqualTo(2);
        assertThat(options.settings().placement()).isEqualTo(Settings.Placement.HASH);
        assertThat(options.settings().lostAfterMillis()).isEqualTo(30_000);
    }

    @Test
    void hasTheDefaultsOfTheManagerAndANameForEveryProcess() {
        StoreOptions options = StoreOptions.parse();
        assertThat(options.settings()).isEqualTo(Settings.DEFAULT);
        assertThat(options.name()).endsWith("-" + ProcessHandle.current().pid());
    }

    @Test
    @DisplayName("B1: where an option says nothing the system property counts, as in a Tomcat")
    void takesItsPlaceFromTheSystemProperties() {
        List<String> properties = List.of("baton.site", "baton.rack", "baton.host");
        properties.forEach(name -> System.setProperty(name, "p-" + name));
        try {
            assertThat(StoreOptions.parse().location())
                    .isEqualTo(new Location("p-baton.site", "p-baton.rack", "p-baton.host"));
            assertThat(StoreOptions.parse("--rack", "r", "--host", "h").location())
                    .isEqualTo(new Location("p-baton.site", "r", "h"));
            System.setProperty("baton.site", "s".repeat(201));
            refused("system property baton.site is 'sss");
        } finally {
            properties.forEach(System::clearProperty);
        }
        assertThat(StoreOptions.describe()).contains("baton.site", "baton.rack", "baton.host");
    }

    @Test
    void tellsEveryOptionItKnows() {
        assertThat(StoreOptions.parse("--cluster", "x", "--help").help()).isTrue();
        assertThat(StoreOptions.describe()).contains("[--stack FILE] [--cluster", "--stack ",
                "--cluster ", "--name ", "--backups ",
                "--acknowledge ", "--placement ", "--partition ", "--lostAfter ", "--site ",
                "--rack ", "--host ", "--help", "--minInSync ", "Exit codes: 1 ",
                "143 ended by SIGTERM", "SuccessExitStatus=143");
    }

    @Test
    void saysWhatIsWrong() {
        refused("'stack' is not an option", "stack");
        refused("--colour is not known", "--colour", "red");
        refused("--tracking is not known", "--tracking", "all");
        refused("--name needs a value", "--name");
        refused("--name is ''", "--name", "");
        refused("--name needs a value", "--name", "--stack", "tcp.xml");
        refused("--cluster needs a value", "--cluster", "--help");
        refused("1 to 100 of the characters A-Z a-z 0-9 . : _ -", "--name", "n".repeat(101));
        refused("--name is 'a\nforged'", "--name", "a\nforged");
        refused("--rack is 'r\n'; allowed: at most 200 characters, no control characters", "--rack", "r\n");
        refused("--host needs a value", "--host", " ");
        refused("at most 200 characters", "--site", "s".repeat(201));
        refused("backups: '6'", "--backups", "6");
        refused("minInSync: '2'", "--minInSync", "2");
        refused("lostAfter: 'soon'", "--lostAfter=soon");
    }

    private static void refused(String why, String... arguments) {
        assertThatThrownBy(() -> StoreOptions.parse(arguments)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
