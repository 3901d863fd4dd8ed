/**
 * The wire form of {@link dev.baton.protocol.Message}. {@link dev.baton.codec.MessageCodec} describes it; pure
 * functions of bytes, without IO, clock or thread.
 */
package dev.baton.codec;
