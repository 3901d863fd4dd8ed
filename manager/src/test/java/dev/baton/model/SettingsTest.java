package dev.baton.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.model.Settings.Acknowledge;
import dev.baton.model.Settings.Description;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @Test
    void whatIsNotSetHasTheDefaultOfTheContract() {
        Settings s = Settings.of(Map.of());
        assertThat(s.stack()).isEqualTo("local");
        assertThat(s.cluster()).isEqualTo("baton");
        assertThat(s.nodeName()).isEmpty();
        assertThat(s.store()).isTrue();
        assertThat(s.backups()).isEqualTo(1);
        assertThat(s.acknowledge()).isEqualTo(Acknowledge.BACKUPS);
        assertThat(s.commitTimeoutMillis()).isEqualTo(5_000);
        assertThat(s.flushIntervalMillis()).isZero();
        assertThat(s.minInSync()).isZero();
        assertThat(s.tracking()).isEqualTo(Settings.Tracking.MUTABLE);
        assertThat(s.differencing()).isEqualTo(Settings.Differencing.AUTO);
        assertThat(s.immutableNames().test("")).isFalse();
        assertThat(s.immutableClasses().test("java.lang.String")).isFalse();
        assertThat(s.lockRelease()).isEqualTo(Settings.LockRelease.LAZY);
        assertThat(s.releaseIdleMillis()).isEqualTo(60_000);
        assertThat(s.acquire()).isEqualTo(Settings.Acquire.ACCESS);
        assertThat(s.lockTimeoutMillis()).isEqualTo(10_000);
        assertThat(s.maxWaiters()).isEqualTo(100);
        assertThat(s.maxSessionSize()).isEqualTo(50_000_000);
        assertThat(s.threadLocks()).isEqualTo(Settings.ThreadLocks.NONE);
        assertThat(s.placement()).isEqualTo(Settings.Placement.LOCAL);
        assertThat(s.lostAfterMillis()).isEqualTo(-1);
        assertThat(s.serialFilter()).isEmpty();
        assertThat(s).isEqualTo(Settings.DEFAULT);
    }

    @Test
    void everySettingArrivesWhereItIsRead() {
        Settings s = Settings.builder().set("stack", "conf/tcp.xml").set("cluster", "shop").set("nodeName", "t1:8080")
                .set("store", "false")
                .set("backups", " 3 ").set("acknowledge", "none").set("commitTimeout", "7").set("tracking", "written")
                .set("differencing", "none").set("immutableNames", "i18n\\..*")
                .set("immutableClasses", "com\\.example\\.Money").set("lockRelease", "eager").set("acquire", "request")
                .set("lockTimeout", "8").set("maxWaiters", "9").set("threadLocks", "session").set("placement", "hash")
                .set("lostAfter", "30000").set("serialFilter", "com.example.**;!*").set("flushInterval", "250")
                .set("releaseIdle", "0").set("minInSync", "2").set("maxSessionSize", "1000").set("partition", "deny").set("verify", "false").build();
        assertThat(s.stack()).isEqualTo("conf/tcp.xml");
        assertThat(s.cluster()).isEqualTo("shop");
        assertThat(s.nodeName()).isEqualTo("t1:8080");
        assertThat(s.store()).isFalse();
        assertThat(s.backups()).isEqualTo(3);
        assertThat(s.acknowledge()).isEqualTo(Acknowledge.NONE);
        assertThat(s.commitTimeoutMillis()).isEqualTo(7);
        assertThat(s.flushIntervalMillis()).isEqualTo(250);
        assertThat(s.minInSync()).isEqualTo(2);
        assertThat(s.tracking()).isEqualTo(Settings.Tracking.WRITTEN);
        assertThat(s.differencing()).isEqualTo(Settings.Differencing.NONE);
        assertThat(s.immutableNames().test("i18n.texts")).isTrue();
        assertThat(s.immutableNames().test("my.i18n.texts")).as("the whole name must match").isFalse();
        assertThat(s.immutableClasses().test("com.example.Money")).isTrue();
        assertThat(s.lockRelease()).isEqualTo(Settings.LockRelease.EAGER);
        assertThat(s.releaseIdleMillis()).isZero();
        assertThat(s.acquire()).isEqualTo(Settings.Acquire.REQUEST);
        assertThat(s.lockTimeoutMillis()).isEqualTo(8);
        assertThat(s.maxWaiters()).isEqualTo(9);
        assertThat(s.maxSessionSize()).isEqualTo(1_000);
        assertThat(s.threadLocks()).isEqualTo(Settings.ThreadLocks.SESSION);
        assertThat(s.placement()).isEqualTo(Settings.Placement.HASH);
        assertThat(s.lostAfterMillis()).isEqualTo(30_000);
        assertThat(s.serialFilter()).isEqualTo("com.example.**;!*");
        assertThat(s.texts()).containsEntry("backups", "3").hasSize(Setting.values().length);
    }

    @Test
    @DisplayName("S5: an interval needs acknowledge=none; minInSync at most as many as there are backups")
    void valuesThatDoNotGoTogether() {
        assertThat(Settings.of(Map.of("flushInterval", "500")).contradiction()).contains("setting flushInterval: '500' is "
                + "not allowed with acknowledge='backups'; allowed: 0, or acknowledge='none', since no request waits for "
                + "what is synchronised at an interval");
        assertThat(Settings.of(Map.of("flushInterval", "500", "acknowledge", "none")).contradiction()).isEmpty();
        assertThat(Settings.of(Map.of("minInSync", "2")).contradiction())
                .contains("setting minInSync: '2' is not allowed with backups='1'; allowed: 0 to 1");
        assertThat(Settings.of(Map.of("minInSync", "2", "backups", "2")).contradiction()).isEmpty();
        assertThat(Settings.DEFAULT.contradiction()).isEmpty();
    }

    @Test
    @DisplayName("D3: the method is fixed per attribute or class; the first rule that fits counts")
    void theMethodCanBeFixedByNameOrClass() {
        Settings s = Settings.of(Map.of("differencing", "auto none:user\\d  binary:com\\.acme\\..*\n graph:.*"));
        assertThat(s.differencing()).isEqualTo(Settings.Differencing.AUTO);
        assertThat(s.differencing("user1", "com.acme.User")).isEqualTo(Settings.Differencing.NONE);
        assertThat(s.differencing("other", "com.acme.User")).isEqualTo(Settings.Differencing.BINARY);
        assertThat(s.differencing("other", "com.other.User")).isEqualTo(Settings.Differencing.GRAPH);
        assertThat(Settings.of(Map.of("differencing", "none binary:a")).differencing("b", "c"))
                .isEqualTo(Settings.Differencing.NONE);
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', value = {
        "stack | '' | setting stack: '' is not allowed; allowed: local, or a file, URL or classpath resource of a "
                + "JGroups XML",
        "cluster | a b | setting cluster: 'a b' is not allowed; allowed: 1 to 100 of the characters A-Z a-z 0-9 . _ -",
        "cluster | '' | setting cluster: '' is not allowed; allowed: 1 to 100 of the characters A-Z a-z 0-9 . _ -",
        "nodeName | a/b | setting nodeName: 'a/b' is not allowed; allowed: at most 100 of the characters A-Z a-z 0-9 "
                + ". : _ -, or empty",
        "store | no | setting store: 'no' is not allowed; allowed: false, true",
        "backups | 6 | setting backups: '6' is not allowed; allowed: 0 to 5",
        "backups | -1 | setting backups: '-1' is not allowed; allowed: 0 to 5",
        "backups | one | setting backups: 'one' is not allowed; allowed: 0 to 5",
        "acknowledge | all | setting acknowledge: 'all' is not allowed; allowed: backups, primary, none",
        "flushInterval | -1 | setting flushInterval: '-1' is not allowed; allowed: 0 to 3600000",
        "minInSync | 6 | setting minInSync: '6' is not allowed; allowed: 0 to 5",
        "commitTimeout | 0 | setting commitTimeout: '0' is not allowed; allowed: 1 to 3600000",
        "tracking | Mutable | setting tracking: 'Mutable' is not allowed; allowed: all, accessed, mutable, written",
        "differencing | xml | setting differencing: 'xml' is not allowed; allowed: auto, binary, graph, none, and after "
                + "it, separated by spaces, METHOD:EXPRESSION for attributes of which the name or class matches this "
                + "regular expression",
        "differencing | auto xml:a | setting differencing: 'auto xml:a' is not allowed; allowed: auto, binary, graph, "
                + "none, and after it, separated by spaces, METHOD:EXPRESSION for attributes of which the name or class "
                + "matches this regular expression",
        "differencing | binary:a | setting differencing: 'binary:a' is not allowed; allowed: auto, binary, graph, "
                + "none, and after it, separated by spaces, METHOD:EXPRESSION for attributes of which the name or class "
                + "matches this regular expression",
        "differencing | auto none: | setting differencing: 'auto none:' is not allowed; allowed: auto, binary, graph, "
                + "none, and after it, separated by spaces, METHOD:EXPRESSION for attributes of which the name or class "
                + "matches this regular expression",
        "differencing | auto none:( | setting differencing: 'auto none:(' is no regular expression: Unclosed group at "
                + "1; allowed: auto, binary, graph, none, and after it, separated by spaces, METHOD:EXPRESSION for "
                + "attributes of which the name or class matches this regular expression",
        "immutableNames | a( | setting immutableNames: 'a(' is no regular expression: Unclosed group at 2; allowed: a "
                + "regular expression, or empty",
        "immutableClasses | [ | setting immutableClasses: '[' is no regular expression: Unclosed character class at "
                + "0; allowed: a regular expression, or empty",
        "releaseIdle | -1 | setting releaseIdle: '-1' is not allowed; allowed: 0 to 86400000",
        "lockRelease | never | setting lockRelease: 'never' is not allowed; allowed: lazy, eager",
        "acquire | lazy | setting acquire: 'lazy' is not allowed; allowed: access, request",
        "lockTimeout | 99999999999999999999 | setting lockTimeout: '99999999999999999999' is not allowed; allowed: 1 "
                + "to 3600000",
        "maxWaiters | 0 | setting maxWaiters: '0' is not allowed; allowed: 1 to 100000",
        "maxSessionSize | 999 | setting maxSessionSize: '999' is not allowed; allowed: 1000 to 100000000",
        "maxSessionSize | 100000001 | setting maxSessionSize: '100000001' is not allowed; allowed: 1000 to 100000000",
        "threadLocks | thread | setting threadLocks: 'thread' is not allowed; allowed: none, attribute, session",
        "placement | near | setting placement: 'near' is not allowed; allowed: local, hash",
        "partition | available | setting partition: 'available' is not available in this version; allowed: deny",
        "partition | merge | setting partition: 'merge' is not allowed; allowed: deny",
        "lostAfter | 5000 | setting lostAfter: '5000' is not allowed; allowed: 10000 to 604800000, or empty: the "
                + "default",
        "unreadable | hide | setting unreadable: 'hide' is not allowed; allowed: keep, drop",
        "verify | yes | setting verify: 'yes' is not allowed; allowed: false, true",
        "Backups | 1 | setting Backups is not known; meant is backups"
    })
    void whatIsNotAllowedIsRefusedWithNameValueAndWhatIsAllowed(String name, String value, String message) {
        Settings.Builder builder = Settings.builder();
        assertThatThrownBy(() -> builder.set(name, value))
                .isInstanceOf(IllegalArgumentException.class).hasMessage(message);
        assertThat(builder.build()).as("a refused value leaves the setting as it was").isEqualTo(Settings.DEFAULT);
    }

    @Test
    void aMalformedSerialFilterIsRefused() {
        assertThatThrownBy(() -> Settings.of(Map.of("serialFilter", "maxdepth=x"))).isInstanceOf(
                IllegalArgumentException.class).hasMessageMatching(
                "setting serialFilter: 'maxdepth=x' is no JEP 290 pattern: .*; allowed: a JEP 290 pattern.*");
    }

    @Test
    void everySettingIsTestedAgainstABadValue() throws NoSuchMethodException {
        List<String> tested = Arrays.stream(SettingsTest.class.getDeclaredMethod(
                "whatIsNotAllowedIsRefusedWithNameValueAndWhatIsAllowed", String.class, String.class, String.class)
                .getAnnotation(CsvSource.class).value()).map(row -> row.substring(0, row.indexOf(' '))).toList();
        assertThat(Settings.descriptions()).extracting(Description::name)
                .allMatch(name -> tested.contains(name) || name.equals("serialFilter"));
    }

    @Test
    void anUnknownNameIsRefused() {
        assertThatThrownBy(() -> Settings.of(Map.of("colour", "red"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("setting colour is not known; there are [stack, cluster,");
    }

    @Test
    void applicationsThatDisagreeOnTheClusterAreToldWithBothValues() {
        Settings one = Settings.of(Map.of("backups", "2", "tracking", "all"));
        Settings other = Settings.of(Map.of("placement", "hash", "acknowledge", "none"));
        assertThat(one.conflictWith(other)).contains("backups is '2' here and '1' there, "
                + "placement is 'local' here and 'hash' there");
        assertThat(one.conflictWith(one)).isEmpty();
        assertThat(Settings.DEFAULT.conflictWith(Settings.of(Map.of("store", "false"))))
                .contains("store is 'true' here and 'false' there");
        assertThat(Settings.DEFAULT.conflictWith(Settings.of(Map.of("acknowledge", "primary")))).isEmpty();
    }

    @Test
    void theExampleOfDifferencingIsOne() {
        String meaning = Settings.descriptions().stream().filter(d -> d.name().equals("differencing")).findFirst()
                .orElseThrow().meaning();
        Settings s = Settings.of(Map.of("differencing", meaning.substring(meaning.indexOf("as in ") + 6)));
        assertThat(s.differencing("thumbnail", "x")).isEqualTo(Settings.Differencing.NONE);
        assertThat(s.differencing("cart", "com.example.Cart")).isEqualTo(Settings.Differencing.GRAPH);
        assertThat(s.differencing("cart", "x")).isEqualTo(Settings.Differencing.AUTO);
    }

    @Test
    void whatANumberMayBeStandsBehindItsMeaning() {
        assertThat(Settings.descriptions()).filteredOn(d -> d.type().equals("number")).hasSizeGreaterThan(5)
                .allMatch(d -> d.meaning().endsWith(" (" + d.allowed() + ")"));
    }

    @Test
    void theReadmeListsEverySettingWithItsDefaultAndMeaning() throws IOException {
        Path readme = Path.of("..", "README.md");
        String text = Files.readString(Files.exists(readme) ? readme : Path.of("README.md"));
        String table = text.substring(text.indexOf("<!-- settings -->"), text.indexOf("<!-- /settings -->"));
        List<String> rows = table.lines().filter(line -> line.startsWith("| `")).map(line -> line.replace("`", ""))
                .toList();
        assertThat(rows).containsExactlyElementsOf(Settings.descriptions().stream()
                .map(d -> "| " + d.name() + " | " + d.defaultValue() + " | " + d.meaning() + " |").toList());
    }
}
