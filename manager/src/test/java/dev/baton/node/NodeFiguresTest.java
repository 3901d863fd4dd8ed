package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.Settings;
import dev.baton.protocol.Message;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NodeFiguresTest {
    /** Has counted. */
    private static final Transport COUNTED = new Transport() {
        @Override
        public NodeId self() {
            return new NodeId("n1", 1);
        }

        @Override
        public void start(Listener listener) {
        }

        @Override
        public void send(NodeId to, List<Message> envelope) {
        }

        @Override
        public void probe(NodeId node) {
        }

        @Override
        public void close() {
        }

        @Override
        public Traffic traffic() {
            return new Traffic(1, 2, 3, 4, 5, 6);
        }
    };

    @Test
    @DisplayName("JMX: what the transport counted, dropped and could not read; no member before the first table")
    void showsWhatTheTransportCounted() throws Exception {
        SessionNode node = new SessionNode(Location.UNKNOWN, true, NodeSettings.of(Settings.DEFAULT), COUNTED,
                new SystemClock(), (level, text, cause) -> { });
        JmxView view = NodeFigures.of(node);
        assertThat(view.getAttribute("EnvelopesSent")).isEqualTo(1L);
        assertThat(view.getAttribute("BytesSent")).isEqualTo(2L);
        assertThat(view.getAttribute("EnvelopesReceived")).isEqualTo(3L);
        assertThat(view.getAttribute("BytesReceived")).isEqualTo(4L);
        assertThat(view.getAttribute("MessagesDropped")).isEqualTo(5L);
        assertThat(view.getAttribute("EnvelopesUnreadable")).isEqualTo(6L);
        assertThat((String[]) view.getAttribute("Members")).isEmpty();
        node.stop(0);
    }
}
