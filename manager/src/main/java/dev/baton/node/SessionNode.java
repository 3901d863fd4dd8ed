package dev.baton.node;

import dev.baton.access.ValueSerializer;
import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.model.Topology;
import dev.baton.protocol.ProtocolReport;

/**
 * This process as a node of the cluster. One per process, shared by its applications. Order of life: constructed,
 * {@link #deploy} any time, {@link #start} once, {@link #stop} once.
 */
public final class SessionNode {
    /**
     * @param store whether this node keeps segments; false: it only uses the store of the others
     */
    public SessionNode(Location location, boolean store, NodeSettings settings, Transport transport, Clock clock,
                       NodeEvents events) {
        throw new UnsupportedOperationException();
    }

    /**
     * Joins the cluster and returns once a table that lists this node is in effect.
     *
     * @throws ClusterRefused     where the cluster has other settings
     * @throws SessionUnavailable where that did not come about in time; the node is stopped then
     */
    public void start(long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    /**
     * Lets requests finish, gives tokens and segments to other nodes, leaves. After the time-out it goes without
     * ceremony. Never throws; may be called twice.
     */
    public void stop(long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    /**
     * Makes the sessions of a web application accessible.
     *
     * @param name       host, context path and version, the same on all nodes
     * @param serializer used in the threads of requests
     * @throws IllegalArgumentException where an application of that name is deployed already
     */
    public Application deploy(String name, ValueSerializer serializer, ApplicationEvents events,
                              ApplicationSettings settings) {
        throw new UnsupportedOperationException();
    }

    /** Lets the application's requests finish, returns its tokens, forgets its live objects. Sessions stay stored. */
    public void undeploy(Application application, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    public NodeId self() {
        throw new UnsupportedOperationException();
    }

    /** The effective table, or null. */
    public Topology effective() {
        throw new UnsupportedOperationException();
    }

    /** Whether there is a table with this node in it and a majority behind it. */
    public boolean serving() {
        throw new UnsupportedOperationException();
    }

    public ProtocolReport report() {
        throw new UnsupportedOperationException();
    }

    public ProtocolReport.SessionReport report(SessionKey key) {
        throw new UnsupportedOperationException();
    }

    /** An administrator says that the node of that name will not come back. */
    public void forget(String name) {
        throw new UnsupportedOperationException();
    }

    public NodeCounters counters() {
        throw new UnsupportedOperationException();
    }
}
