/**
 * What the front door tells the shop in request headers, so that the page can show the cluster and the last requests:
 * the shop itself knows only its own node. Used on both sides; plain text, every length bounded.
 */
package dev.baton.demo.wire;
