/**
 * Differencing between an attribute and its benchmark. Pure functions of bytes and values; the only package that may
 * judge application classes.
 */
package dev.baton.diff;
