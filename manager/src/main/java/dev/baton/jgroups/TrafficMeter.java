package dev.baton.jgroups;

import dev.baton.node.Transport;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one transport. Any threads. */
final class TrafficMeter {
    final LongAdder envelopesSent = new LongAdder();
    final LongAdder bytesSent = new LongAdder();
    final LongAdder envelopesReceived = new LongAdder();
    final LongAdder bytesReceived = new LongAdder();
    /** Messages not sent: target unknown, queue full. */
    final LongAdder dropped = new LongAdder();
    /** Frames and envelopes that make no sense, or came from strangers. */
    final LongAdder unreadable = new LongAdder();

    Transport.Traffic read() {
        return new Transport.Traffic(envelopesSent.sum(), bytesSent.sum(), envelopesReceived.sum(), bytesReceived.sum(),
                dropped.sum(), unreadable.sum());
    }
}
