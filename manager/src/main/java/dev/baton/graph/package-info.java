/**
 * The bytes of a serialised attribute as a graph: Java's object serialisation stream read, patched and written again
 * without the classes that it names. Pure functions of bytes; uses nothing but the JDK. A stream is handled exactly or
 * refused ({@link dev.baton.graph.MalformedGraph}), and then left to the methods that know nothing but bytes.
 */
package dev.baton.graph;
