/**
 * Values that every other package speaks in: names, numbers, session contents and the steps between them.
 * Everything here is immutable and thread-safe; byte arrays handed in are owned by the value and never changed.
 */
package dev.baton.model;
