package dev.baton.protocol;

import static dev.baton.protocol.Tables.sent;
import static dev.baton.protocol.Tables.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.Epoch;
import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionKey;
import dev.baton.model.TableNumber;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which applications a node has. A primary that does not know lets their sessions expire without listeners. */
class HelloTest {
    private static final NodeId NODE = new NodeId("n1", 1);
    private static final NodeId PRIMARY = new NodeId("n2", 1);
    private static final Message.App SHOP = new Message.App(SessionKey.applicationHash("shop"), "shop");

    @Test
    @DisplayName("protocol 9: what a member has deployed is said again, should the word of it be lost")
    void saidAgain() {
        NodeCore core = CoreWindow.start(NODE, Location.UNKNOWN, List.of(), CoreSettings.defaults(1), null);
        core.step(new Input.ViewChanged(List.of(PRIMARY, NODE)), 0);
        core.step(new Input.Received(PRIMARY, new Message.Effective(table(new TableNumber(new Epoch(1, PRIMARY), 5),
                List.of(PRIMARY, NODE), new SegmentEntry(1, PRIMARY, List.of(), List.of(), 1)))), 0);
        assertThat(hellos(core.step(new Input.Deployed(List.of(SHOP)), 0))).containsExactly(List.of(SHOP));
        assertThat(hellos(core.step(new Input.Tick(), TimeUnit.SECONDS.toNanos(61)))).containsExactly(List.of(SHOP));
    }

    private static List<List<Message.App>> hellos(List<Effect> effects) {
        return sent(Message.Hello.class, effects).map(Message.Hello::apps).toList();
    }
}
