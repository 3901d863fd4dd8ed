/**
 * The way to the other nodes over JGroups: the only package that knows it.
 *
 * <p>JGroups gives views, connections and unicasts in order; what it gives is taken as a hint, since its messages may
 * be late, doubled or lost, and its views may differ between nodes. On top of it stand three things of our own: the
 * envelope to a node carries all that is ready for it ({@link dev.baton.jgroups.PeerSender}), what is under way to a
 * node is bounded so that no sender is ever held up by a stalled one, and messages of nodes outside the view wait a
 * moment for the view that brings them in ({@link dev.baton.jgroups.PeerReceiver}).
 */
package dev.baton.jgroups;
