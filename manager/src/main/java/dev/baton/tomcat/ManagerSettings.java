package dev.baton.tomcat;

import dev.baton.model.Settings;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.session.ManagerBase;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/**
 * The settings of {@link BatonManager} as bean properties, all of them texts as in a {@code context.xml}. Each is
 * checked when it is set, against {@link Settings}, where names, defaults and meanings are described. Since Tomcat
 * drops what a setter throws while it reads the file, a refused value is remembered then, and fails the start with the
 * same message. What is set while the application runs, as over JMX, counts from its next start.
 */
abstract class ManagerSettings extends ManagerBase {
    private static final Log log = LogFactory.getLog(BatonManager.class);

    private final Settings.Builder builder = Settings.builder();
    private String refused;
    private Settings settings = Settings.DEFAULT;

    @Override
    protected void startInternal() throws LifecycleException {
        if (refused != null) {
            throw new LifecycleException(refused);
        }
        settings = builder.build();
        String contradiction = settings.contradiction().orElse(null);
        if (contradiction != null) {
            throw new LifecycleException(contradiction);
        }
        super.startInternal();
    }

    /** Those that the application runs with. */
    Settings settings() {
        return settings;
    }

    long lockTimeoutNanos() {
        return TimeUnit.MILLISECONDS.toNanos(settings.lockTimeoutMillis());
    }

    long commitTimeoutNanos() {
        return TimeUnit.MILLISECONDS.toNanos(settings.commitTimeoutMillis());
    }

    boolean waitsForAcknowledgement() {
        return settings.acknowledge() != Settings.Acknowledge.NONE;
    }

    boolean acquiresAtStart() {
        return settings.acquire() == Settings.Acquire.REQUEST;
    }

    private void set(String name, String value) {
        try {
            builder.set(name, value);
            if (!getState().isAvailable()) {
                settings = builder.build();
            }
        } catch (IllegalArgumentException e) {
            // Once it runs, as over JMX, whoever sets it hears of it.
            if (refused == null && getState() == LifecycleState.NEW) {
                refused = e.getMessage();
                log.error(e.getMessage());
            }
            throw e;
        }
    }

    private String get(String name) {
        return builder.build().texts().get(name);
    }

    public String getStack() {
        return get("stack");
    }

    public void setStack(String value) {
        set("stack", value);
    }

    public String getCluster() {
        return get("cluster");
    }

    public void setCluster(String value) {
        set("cluster", value);
    }

    public String getNodeName() {
        return get("nodeName");
    }

    public void setNodeName(String value) {
        set("nodeName", value);
    }

    public String getStore() {
        return get("store");
    }

    public void setStore(String value) {
        set("store", value);
    }

    public String getBackups() {
        return get("backups");
    }

    public void setBackups(String value) {
        set("backups", value);
    }

    public String getMinInSync() {
        return get("minInSync");
    }

    public void setMinInSync(String value) {
        set("minInSync", value);
    }

    public String getAcknowledge() {
        return get("acknowledge");
    }

    public void setAcknowledge(String value) {
        set("acknowledge", value);
    }

    public String getReleaseIdle() {
        return get("releaseIdle");
    }

    public void setReleaseIdle(String value) {
        set("releaseIdle", value);
    }

    public String getFlushInterval() {
        return get("flushInterval");
    }

    public void setFlushInterval(String value) {
        set("flushInterval", value);
    }

    public String getCommitTimeout() {
        return get("commitTimeout");
    }

    public void setCommitTimeout(String value) {
        set("commitTimeout", value);
    }

    public String getTracking() {
        return get("tracking");
    }

    public void setTracking(String value) {
        set("tracking", value);
    }

    public String getDifferencing() {
        return get("differencing");
    }

    public void setDifferencing(String value) {
        set("differencing", value);
    }

    public String getImmutableNames() {
        return get("immutableNames");
    }

    public void setImmutableNames(String value) {
        set("immutableNames", value);
    }

    public String getImmutableClasses() {
        return get("immutableClasses");
    }

    public void setImmutableClasses(String value) {
        set("immutableClasses", value);
    }

    public String getLockRelease() {
        return get("lockRelease");
    }

    public void setLockRelease(String value) {
        set("lockRelease", value);
    }

    public String getAcquire() {
        return get("acquire");
    }

    public void setAcquire(String value) {
        set("acquire", value);
    }

    public String getLockTimeout() {
        return get("lockTimeout");
    }

    public void setLockTimeout(String value) {
        set("lockTimeout", value);
    }

    public String getMaxWaiters() {
        return get("maxWaiters");
    }

    public void setMaxWaiters(String value) {
        set("maxWaiters", value);
    }

    public String getMaxSessionSize() {
        return get("maxSessionSize");
    }

    public void setMaxSessionSize(String value) {
        set("maxSessionSize", value);
    }

    public String getThreadLocks() {
        return get("threadLocks");
    }

    public void setThreadLocks(String value) {
        set("threadLocks", value);
    }

    public String getPlacement() {
        return get("placement");
    }

    public void setPlacement(String value) {
        set("placement", value);
    }

    public String getPartition() {
        return get("partition");
    }

    public void setPartition(String value) {
        set("partition", value);
    }

    public String getLostAfter() {
        return get("lostAfter");
    }

    public void setLostAfter(String value) {
        set("lostAfter", value);
    }

    public String getUnreadable() {
        return get("unreadable");
    }

    public void setUnreadable(String value) {
        set("unreadable", value);
    }

    public String getVerify() {
        return get("verify");
    }

    public void setVerify(String value) {
        set("verify", value);
    }

    public String getSerialFilter() {
        return get("serialFilter");
    }

    public void setSerialFilter(String value) {
        set("serialFilter", value);
    }
}
