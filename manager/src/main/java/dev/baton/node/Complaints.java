package dev.baton.node;

import dev.baton.access.ClientState;
import dev.baton.access.NotSerializableAttribute;
import dev.baton.access.UnreadableAttribute;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Hands problems with attributes on, each only once per attribute and class: requests repeat them without end. */
final class Complaints implements ClientState.Problems {
    private static final int MAX_REMEMBERED = 1_000;

    private final ClientState.Problems target;
    private final Set<String> said = ConcurrentHashMap.newKeySet();

    Complaints(ClientState.Problems target) {
        this.target = target;
    }

    @Override
    public void unreadable(ClientState state, UnreadableAttribute problem) {
        if (first(problem.attribute() + " < " + problem.getCause())) {
            target.unreadable(state, problem);
        }
    }

    @Override
    public void notSerializable(ClientState state, NotSerializableAttribute problem) {
        if (first(problem.path() + " > " + problem.className())) {
            target.notSerializable(state, problem);
        }
    }

    private boolean first(String what) {
        if (said.size() >= MAX_REMEMBERED) {
            said.clear();
        }
        return said.add(what);
    }
}
