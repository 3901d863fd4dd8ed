package dev.baton.codec;

import dev.baton.graph.StreamPatch;
import dev.baton.model.AttributeChange;
import dev.baton.model.Branch;
import dev.baton.model.BytePatch;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.model.Topology;
import dev.baton.protocol.Message;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** Random values of every record a message is made of, by walking the record components: a new one is covered too. */
final class RandomMessages {
    private static final long MILLI = 1_000_000;
    private static final Set<String> NULLABLE = Set.of("Promise.stored", "Promise.effective", "Meta.meta", "Meta.holder", "Denied.holder",
            "Released.reason", "Committed.reason", "Destroyed.reason", "Renamed.fence", "Renamed.reason",
            "SessionDelta.meta", "SessionMeta.authType", "SessionMeta.principal", "SessionMeta.notes",
            "Synced.meta", "Synced.holder", "StoredSession.image", "StoredSession.holder",
            "StoredSession.movedTo");

    private final Random random;
    private final List<NodeId> nodes = List.of(new NodeId("tomcat-1", 1_795_000_000_000L),
            new NodeId("tomcat-2", 1_795_000_000_001L), new NodeId("tomcat-2", 1_795_000_900_000L),
            new NodeId("ü", Long.MAX_VALUE));

    RandomMessages(Random random) {
        this.random = random;
    }

    Message message() {
        return (Message) make(Message.class, null, "");
    }

    List<Message> envelope(int most) {
        List<Message> messages = new ArrayList<>();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            messages.add(message());
        }
        return messages;
    }

    <T> T value(Class<T> type) {
        return type.cast(make(type, null, ""));
    }

    private Object make(Class<?> type, Type generic, String where) {
        if (NULLABLE.contains(where) && random.nextInt(3) == 0) {
            return null;
        }
        if (type == long.class) {
            return number(where);
        }
        if (type == int.class) {
            return where.endsWith(".segment") ? random.nextInt(Topology.SEGMENTS) : random.nextInt();
        }
        if (type == boolean.class) {
            return random.nextBoolean();
        }
        if (type == byte[].class) {
            return bytes();
        }
        if (type == String.class) {
            return text(where);
        }
        if (type == NodeId.class) {
            return nodes.get(random.nextInt(nodes.size()));
        }
        if (type == SessionKey.class) {
            return new SessionKey(random.nextInt(3) * 0x123456789abcdefL, text("SessionKey.id"));
        }
        if (type == StreamPatch.class) {
            return new StreamPatch(bytes());
        }
        if (type == BytePatch.class) {
            return new BytePatch(bytes());
        }
        if (type == SessionImage.class) {
            TreeMap<String, byte[]> attributes = new TreeMap<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                attributes.put(text("Put.name"), bytes());
            }
            return SessionImage.of(value(SessionMeta.class), attributes);
        }
        if (type == List.class) {
            return list((Class<?>) ((ParameterizedType) generic).getActualTypeArguments()[0], where);
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[random.nextInt(type.getEnumConstants().length)];
        }
        if (type.isSealed()) {
            Class<?>[] kinds = type.getPermittedSubclasses();
            return make(kinds[random.nextInt(kinds.length)], null, where);
        }
        return record(type);
    }

    private Object record(Class<?> type) {
        try {
            RecordComponent[] components = type.getRecordComponents();
            Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Object[] values = new Object[components.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = components[i].getName().equals("taken") // of the deltas before it
                        ? random.nextInt(((List<?>) values[Arrays.asList(types).indexOf(List.class)]).size() + 1)
                        : make(types[i], components[i].getGenericType(),
                                type.getSimpleName() + "." + components[i].getName());
            }
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("cannot make a " + type, e);
        }
    }

    private List<?> list(Class<?> element, String where) {
        if (element == SegmentEntry.class) {
            List<SegmentEntry> entries = new ArrayList<>();
            for (int i = 0; i < Topology.SEGMENTS; i++) {
                entries.add(value(SegmentEntry.class));
            }
            return entries;
        }
        int size = random.nextInt(random.nextInt(8) == 0 ? 8 : 4) + (element == Branch.class ? 1 : 0);
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Object made = make(element, null, where);
            boolean nameTaken = made instanceof AttributeChange c
                    && values.stream().anyMatch(v -> ((AttributeChange) v).name().equals(c.name()));
            if (!nameTaken) {
                values.add(made);
            }
        }
        return values;
    }

    private long number(String where) {
        long n = random.nextLong() >>> random.nextInt(64);
        if (where.endsWith(".primaryAgeNanos")) {
            return random.nextInt(3) == 0 ? -1 : Math.floorMod(n, Long.MAX_VALUE / 4) / MILLI * MILLI;
        }
        if (where.endsWith("Nanos")) {
            return (n & Long.MAX_VALUE) / MILLI * MILLI;
        }
        return random.nextInt(4) == 0 ? random.nextInt(200) : n;
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 3_000 : 30)];
        random.nextBytes(bytes);
        return bytes;
    }

    private String text(String where) {
        if (where.equals("SessionKey.id") || where.endsWith(".newId") || where.endsWith(".movedTo")) {
            String alphabet = new String[] {"0123456789ABCDEF", "0123456789abcdef", "0123456789", "aB-ß漢"}
                    [random.nextInt(4)];
            return random.nextBoolean() ? repeat(alphabet, 32) : repeat(alphabet, 1 + random.nextInt(200));
        }
        return repeat(new String[] {"cart.item_", "äöü ", "漢字\ud83d\ude00\udc00 "}[random.nextInt(3)],
                random.nextInt(random.nextInt(20) == 0 ? 100 : 20));
    }

    private String repeat(String alphabet, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
