package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.access.Tracking;
import dev.baton.diff.Methods.Method;
import dev.baton.model.Settings;
import dev.baton.model.Settings.Acknowledge;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stands in a context.xml is what the node and the application go by. */
class SettingsArriveTest {
    private static ApplicationSettings application(String name, String value) {
        return ApplicationSettings.of(Settings.of(Map.of(name, value)));
    }

    private static NodeSettings node(String name, String value) {
        return NodeSettings.of(Settings.of(Map.of(name, value, "backups", "2")));
    }

    @Test
    void theDefaultsAreThoseOfTheContract() {
        ApplicationSettings a = ApplicationSettings.of(Settings.DEFAULT);
        assertThat(a.tracking().policy()).isEqualTo(Tracking.Policy.MUTABLE);
        assertThat(a.tracking().verify()).isFalse();
        assertThat(a.methods().usual()).isEqualTo(Method.AUTO);
        assertThat(a.acknowledge()).isEqualTo(Acknowledge.BACKUPS);
        assertThat(a.eagerRelease()).isFalse();
        assertThat(a.oneRequestAtATime()).isFalse();
        assertThat(a.maxWaiters()).isEqualTo(100);
        assertThat(a.releaseIdleNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(60));
        assertThat(a.flushNanos()).isZero();
        NodeSettings n = NodeSettings.of(Settings.DEFAULT);
        assertThat(n.core().backups()).isEqualTo(1);
        assertThat(n.core().hashPlacement()).isFalse();
        assertThat(n.core().lostAfterNanos()).isEqualTo(-1);
        assertThat(n.core().minInSync()).isZero();
    }

    @Test
    @DisplayName("B6, T3, T4, L5, L7, L8, S5: each setting of an application changes what it names")
    void settingsOfAnApplication() {
        Tracking designated = ApplicationSettings.of(Settings.of(Map.of("immutableNames", "i18n",
                "immutableClasses", "java\\.util\\..*"))).tracking();
        assertThat(designated.immutableName().test("i18n")).isTrue();
        assertThat(designated.immutableName().test("cart")).isFalse();
        assertThat(designated.immutableClass().test(java.util.ArrayList.class)).isTrue();
        assertThat(designated.immutableClass().test(StringBuilder.class)).isFalse();
        assertThat(application("verify", "true").tracking().verify()).isTrue();
        assertThat(application("acknowledge", "none").acknowledge()).isEqualTo(Acknowledge.NONE);
        assertThat(application("acknowledge", "primary").acknowledge()).isEqualTo(Acknowledge.PRIMARY);
        assertThat(application("lockRelease", "eager").eagerRelease()).isTrue();
        assertThat(application("threadLocks", "session").oneRequestAtATime()).isTrue();
        assertThat(application("threadLocks", "attribute").oneRequestAtATime()).isFalse();
        assertThat(application("maxWaiters", "7").maxWaiters()).isEqualTo(7);
        assertThat(application("releaseIdle", "0").releaseIdleNanos()).isZero();
        assertThat(application("flushInterval", "250").flushNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(250));
    }

    @ParameterizedTest
    @EnumSource(Tracking.Policy.class)
    @DisplayName("T4: the tracking policy")
    void tracking(Tracking.Policy policy) {
        assertThat(application("tracking", policy.name().toLowerCase(Locale.ROOT)).tracking().policy()).isEqualTo(policy);
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    @DisplayName("D3: the method of differencing, for all and for some")
    void differencing(Method method) {
        String name = method.name().toLowerCase(Locale.ROOT);
        assertThat(application("differencing", name).methods().usual()).isEqualTo(method);
        assertThat(application("differencing", "auto " + name + ":cart").methods().fixed().apply("cart", Object.class))
                .isEqualTo(method);
    }

    @Test
    @DisplayName("B1: each setting of the cluster changes what it names")
    void settingsOfTheCluster() {
        assertThat(node("placement", "hash").core().hashPlacement()).isTrue();
        assertThat(node("placement", "hash").core().backups()).isEqualTo(2);
        assertThat(node("lostAfter", "30000").core().lostAfterNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(30));
        assertThat(node("minInSync", "2").core().minInSync()).isEqualTo(2);
    }
}
