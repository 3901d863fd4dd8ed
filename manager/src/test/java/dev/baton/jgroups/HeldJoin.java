package dev.baton.jgroups;

import java.util.concurrent.CountDownLatch;
import org.jgroups.Event;
import org.jgroups.JChannel;
import org.jgroups.stack.Protocol;

/** On top of a stack: joining takes until the test lets it go on. As JGroups wants its protocols: public, made by it. */
public final class HeldJoin extends Protocol {
    static final CountDownLatch begun = new CountDownLatch(1);
    static final CountDownLatch mayGoOn = new CountDownLatch(1);
    static volatile JChannel channel;

    @Override
    public Object down(Event event) {
        if (event.getType() == Event.CONNECT) {
            channel = getProtocolStack().getChannel();
            begun.countDown();
            try {
                mayGoOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return super.down(event);
    }
}
