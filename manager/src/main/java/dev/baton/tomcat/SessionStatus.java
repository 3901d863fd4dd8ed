package dev.baton.tomcat;

import dev.baton.access.ClientState;
import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.node.NodeFigures;
import dev.baton.node.SessionNode;
import dev.baton.protocol.ProtocolReport;
import dev.baton.protocol.ProtocolReport.SessionReport;
import java.util.Map;
import java.util.TreeMap;

/** Where one session stands, as plain JDK values that any web application can read; see {@link BatonManager#status}. */
final class SessionStatus {
    private SessionStatus() {
    }

    static Map<String, Object> ofNode(SessionNode node, String cluster) {
        ProtocolReport report = node.report();
        Map<String, Object> map = new TreeMap<>();
        map.put("cluster", cluster);
        map.put("node", node.self().name());
        map.put("serving", node.serving());
        map.put("members", NodeFigures.members(node));
        map.put("underReplicated", report.underReplicated());
        return map;
    }

    static void addSession(Map<String, Object> map, Deployment deployment, String id) {
        ClientState state = deployment.application().state(id);
        SessionReport report = deployment.node().report(state.key());
        boolean held = !state.fence().equals(Fence.NONE);
        NodeId holder = held ? deployment.node().self() : report.holder();
        Fence fence = held ? state.fence() : report.fence();
        map.put("session", state.key().toString());
        if (holder != null) {
            map.put("holder", holder.name());
        }
        if (report.primary() != null) {
            map.put("primary", report.primary().name());
        }
        map.put("backups", report.backups().stream().map(NodeId::name).toList());
        map.put("version", Math.max(state.version(), report.version()));
        map.put("fence", fence == null ? "" : fence.toString());
        map.put("sessionBytes", Math.max(state.wholeBytes(), report.bytes()));
        map.put("commits", deployment.requests().oldestFirst(state.key()));
    }
}
