package dev.baton.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads one value of the Java Object Serialization Stream Protocol (Java Object Serialization Specification, chapter 6)
 * into a {@link StreamTable}, with a stack of its own instead of recursion. Every length is held against the bytes that
 * are left before it is used.
 */
final class StreamParser extends StreamBytes {
    /** What a slot may hold. */
    private enum Admits { ANYTHING, DESCRIPTOR, TEXT }

    /** How an unfinished node goes on once what stands inside it is complete. */
    private enum Step { FIELDS_OF_CLASS, ANNOTATION, SUPERCLASS, CLASS_KNOWN, FIELDS, CONTENTS, ELEMENTS, CLOSE }

    /** Offsets of the descriptors of classes whose {@code writeObject} leaves the declared fields out. */
    private final List<Integer> withoutFields;
    private final NodeArrays nodes = new NodeArrays();
    private final List<Description> descriptions = new ArrayList<>();

    /** Unfinished nodes, the innermost last; {@code node} is -1 as long as one has no number. */
    private Step[] step = new Step[16];
    private int[] node = new int[16];
    private int[] start = new int[16];
    private int[] slotOfParent = new int[16];
    /** Index into the list of descriptions. */
    private int[] description = new int[16];
    private int[] level = new int[16];
    /** References yet to read, of fields or elements; of a class the number of the next field. */
    private int[] count = new int[16];
    private int top = -1;

    /** Slots of the unfinished nodes; those of a node begin behind the one that it stands in itself. */
    private int[] slotAt = new int[64];
    private int[] slotTarget = new int[64];
    private int slots;

    private StreamParser(byte[] bytes, List<Integer> withoutFields) {
        super(bytes);
        this.withoutFields = withoutFields;
    }

    /**
     * A stream does not tell whether a {@code writeObject} wrote the declared fields; where it cannot have, try without.
     */
    static StreamTable parse(byte[] bytes) throws MalformedGraph {
        List<Integer> withoutFields = new ArrayList<>();
        while (true) {
            StreamParser parser = new StreamParser(bytes, withoutFields);
            try {
                return parser.parse();
            } catch (MalformedGraph e) {
                int suspect = parser.suspect();
                if (suspect < 0 || withoutFields.size() >= StreamTable.MAX_RETRIES) {
                    throw e;
                }
                withoutFields.add(suspect);
            }
        }
    }

    private StreamTable parse() throws MalformedGraph {
        if (u2() != 0xACED || u2() != 5) {
            throw new MalformedGraph("no serialisation stream of version 5");
        }
        slot(Admits.ANYTHING);
        while (top >= 0) {
            advance();
        }
        if (at != bytes.length) {
            throw new MalformedGraph((bytes.length - at) + " bytes after the value");
        }
        return new StreamTable(bytes, nodes, descriptions, slotTarget[0]);
    }

    /** Descriptor of the innermost class that may have left its fields out, -1 where there is none. */
    private int suspect() {
        for (int i = top; i >= 0; i--) {
            if (step[i] == Step.CONTENTS || step[i] == Step.FIELDS) {
                List<Description> levels = descriptions.get(description[i]).levels();
                if (level[i] < levels.size()) {
                    Description d = levels.get(level[i]);
                    int offset = nodes.start[d.node()];
                    if (d.hasWriteMethod() && d.fields() > 0 && !withoutFields.contains(offset)) {
                        return offset;
                    }
                }
            }
        }
        return -1;
    }

    private void advance() throws MalformedGraph {
        switch (step[top]) {
            case FIELDS_OF_CLASS:
                fieldsOfClass();
                break;
            case ANNOTATION:
                if (contents()) {
                    step[top] = Step.SUPERCLASS;
                    slot(Admits.DESCRIPTOR);
                }
                break;
            case SUPERCLASS:
                completeDescription();
                break;
            case CLASS_KNOWN:
                classKnown();
                break;
            case FIELDS:
                if (references()) {
                    Description d = current().levels().get(level[top]);
                    if (d.hasWriteMethod()) {
                        step[top] = Step.CONTENTS;
                    } else {
                        beginLevel(level[top] + 1);
                    }
                }
                break;
            case CONTENTS:
                if (contents()) {
                    if (current().kindOfObjects() == Kind.EXTERNAL) {
                        close();
                    } else {
                        beginLevel(level[top] + 1);
                    }
                }
                break;
            case ELEMENTS:
                if (references()) {
                    close();
                }
                break;
            default:
                close();
        }
    }

    private Description current() {
        return descriptions.get(description[top]);
    }

    // ---- class descriptors

    private void openDescription(int began) throws MalformedGraph {
        int nameAt = at;
        skip(u2());
        long uid = u8();
        int number = number(Kind.DESCRIPTOR, false, began, descriptions.size());
        int flags = u1();
        int fields = u2();
        need(fields * 3L);
        describe(new Description(bytes, number, nameAt, uid, flags, fields));
        open(Step.FIELDS_OF_CLASS, number, began, descriptions.size() - 1);
    }

    private void openProxyDescription(int began) throws MalformedGraph {
        int number = number(Kind.PROXY_DESCRIPTOR, false, began, descriptions.size());
        int interfaces = s4();
        if (interfaces < 0 || interfaces > 0xffff) {
            throw new MalformedGraph("proxy of " + interfaces + " interfaces");
        }
        for (int i = 0; i < interfaces; i++) {
            skip(u2());
        }
        describe(new Description(bytes, number, -1, 0, Description.SERIALIZABLE, 0));
        open(Step.ANNOTATION, number, began, descriptions.size() - 1);
    }

    private void describe(Description d) throws MalformedGraph {
        if (descriptions.size() >= StreamTable.MAX_DESCRIPTIONS) {
            throw new MalformedGraph("more than " + StreamTable.MAX_DESCRIPTIONS + " classes");
        }
        descriptions.add(d);
    }

    private void fieldsOfClass() throws MalformedGraph {
        Description d = current();
        int frame = top;
        while (count[frame] < d.fields()) {
            int field = count[frame]++;
            int type = u1();
            int nameOffset = at;
            skip(u2());
            int width = Description.width(type);
            if (width < 0 || width > 0 && field > 0 && Description.width(d.fieldType(field - 1)) == 0) {
                throw new MalformedGraph("field " + field + " of the type " + type + " at " + nameOffset);
            }
            d.field(field, type, nameOffset);
            if (width == 0 && slot(Admits.TEXT)) {
                return;
            }
        }
        step[frame] = Step.ANNOTATION;
    }

    private void completeDescription() throws MalformedGraph {
        Description d = current();
        int superclass = slotTarget[slots - 1];
        Description above = superclass < 0 ? null : descriptions.get(nodes.description[superclass]);
        if (above != null && above.kindOfObjects() == null) {
            throw new MalformedGraph("class that is its own superclass");
        }
        d.complete(above == null ? List.of() : above.levels());
        close();
    }

    // ---- what has a class

    /** The first slot is read: the node gets its number, and the rest depends on its class. */
    private void classKnown() throws MalformedGraph {
        int target = slotTarget[slots - 1];
        if (target < 0) {
            throw new MalformedGraph("object without a class at " + start[top]);
        }
        description[top] = nodes.description[target];
        Description d = current();
        if (d.kindOfObjects() == null) {
            throw new MalformedGraph("object of a class that is not described to its end, at " + start[top]);
        }
        switch (bytes[start[top]]) {
            case Codes.OBJECT:
                if (d.kindOfObjects() == Kind.CLASS) {
                    throw new MalformedGraph("object of a class that is not serialisable, at " + start[top]);
                }
                numbered(d.kindOfObjects(), true);
                if (d.kindOfObjects() == Kind.EXTERNAL) {
                    step[top] = Step.CONTENTS;
                } else {
                    beginLevel(0);
                }
                break;
            case Codes.ARRAY:
                array(d);
                break;
            case Codes.ENUM:
                numbered(Kind.ENUM, true);
                step[top] = Step.CLOSE;
                slot(Admits.TEXT);
                break;
            default:
                numbered(Kind.CLASS, false);
                close();
        }
    }

    private void array(Description d) throws MalformedGraph {
        int width = d.nameCharacter(0) == '[' ? Description.width(d.nameCharacter(1)) : -1;
        if (width < 0) {
            throw new MalformedGraph("array of the class " + d.name());
        }
        numbered(width == 0 ? Kind.ARRAY : Kind.PRIMITIVES, true);
        int length = s4();
        if (length < 0) {
            throw new MalformedGraph("array of " + length + " elements");
        }
        need((long) length * Math.max(width, 1));
        if (width == 0) {
            count[top] = length;
            step[top] = Step.ELEMENTS;
        } else {
            at += length * width;
            close();
        }
    }

    private void beginLevel(int number) throws MalformedGraph {
        List<Description> levels = current().levels();
        level[top] = number;
        if (number == levels.size()) {
            close();
            return;
        }
        Description d = levels.get(number);
        step[top] = Step.FIELDS;
        if (!withoutFields.isEmpty() && withoutFields.contains(nodes.start[d.node()])) {
            count[top] = 0;
        } else {
            skip(d.primitiveBytes());
            count[top] = d.references();
        }
    }

    /** @return false where one of the references is a node that must be completed first */
    private boolean references() throws MalformedGraph {
        int frame = top;
        while (count[frame] > 0) {
            count[frame]--;
            if (slot(Admits.ANYTHING)) {
                return false;
            }
        }
        return true;
    }

    /** @return true at the end of the blocks, false where a node must be completed first */
    private boolean contents() throws MalformedGraph {
        while (true) {
            need(1);
            switch (bytes[at]) {
                case Codes.END_OF_BLOCKS:
                    at++;
                    return true;
                case Codes.BLOCK:
                    at++;
                    skip(u1());
                    break;
                case Codes.LONG_BLOCK:
                    at++;
                    int length = s4();
                    if (length < 0) {
                        throw new MalformedGraph("block of " + length + " bytes");
                    }
                    skip(length);
                    break;
                default:
                    if (slot(Admits.ANYTHING)) {
                        return false;
                    }
            }
        }
    }

    // ---- slots

    /** @return true where a node begins that must be completed before its parent goes on */
    private boolean slot(Admits admits) throws MalformedGraph {
        if (slots == slotAt.length) {
            slotAt = Arrays.copyOf(slotAt, slots * 2);
            slotTarget = Arrays.copyOf(slotTarget, slots * 2);
        }
        int slot = slots++;
        int began = at;
        slotAt[slot] = began;
        int code = u1();
        if (code == Codes.REFERENCE) {
            long handle = s4() - (long) Codes.FIRST_HANDLE;
            if (handle < 0 || handle >= nodes.count) {
                throw new MalformedGraph("reference to the node " + handle + " of " + nodes.count + ", at " + began);
            }
            slotTarget[slot] = (int) handle;
            Kind kind = Kind.of(nodes.kind[(int) handle] & NodeArrays.KIND);
            boolean fits = admits == Admits.ANYTHING || (admits == Admits.TEXT ? kind == Kind.STRING
                    : kind == Kind.DESCRIPTOR || kind == Kind.PROXY_DESCRIPTOR);
            if (!fits) {
                throw new MalformedGraph("reference to a node of the kind " + kind + " at " + began);
            }
            return false;
        }
        slotTarget[slot] = -1;
        if (code == Codes.NULL && admits != Admits.TEXT) {
            return false;
        }
        if ((code == Codes.STRING || code == Codes.LONG_STRING) && admits != Admits.DESCRIPTOR) {
            string(slot, code, admits == Admits.ANYTHING);
            return false;
        }
        if (admits == Admits.TEXT) {
            throw new MalformedGraph("no string but " + code + " at " + began);
        }
        if (code == Codes.DESCRIPTOR) {
            openDescription(began);
        } else if (code == Codes.PROXY_DESCRIPTOR) {
            openProxyDescription(began);
        } else if (admits == Admits.ANYTHING && (code == Codes.OBJECT || code == Codes.ARRAY || code == Codes.ENUM || code == Codes.CLASS)) {
            open(Step.CLASS_KNOWN, -1, began, -1);
            slot(Admits.DESCRIPTOR);
        } else {
            throw new MalformedGraph("no " + (admits == Admits.DESCRIPTOR ? "class" : "object") + " but " + code
                    + " at " + began);
        }
        return true;
    }

    private void string(int slot, int code, boolean live) throws MalformedGraph {
        int number = number(Kind.STRING, live, slotAt[slot], -1);
        slotTarget[slot] = number;
        long length = code == Codes.STRING ? u2() : u8();
        if (length < 0) {
            throw new MalformedGraph("string of " + length + " bytes");
        }
        need(length);
        at += (int) length;
        nodes.close(number, at, slotAt, slotTarget, slots, slots);
    }

    // ---- unfinished nodes

    /** The node that stands in the slot read last. */
    private void open(Step first, int number, int began, int itsDescription) throws MalformedGraph {
        if (top + 1 == node.length) {
            if (node.length >= StreamTable.MAX_DEPTH) {
                throw new MalformedGraph("more than " + StreamTable.MAX_DEPTH + " objects inside each other");
            }
            int more = node.length * 2;
            step = Arrays.copyOf(step, more);
            node = Arrays.copyOf(node, more);
            start = Arrays.copyOf(start, more);
            slotOfParent = Arrays.copyOf(slotOfParent, more);
            description = Arrays.copyOf(description, more);
            level = Arrays.copyOf(level, more);
            count = Arrays.copyOf(count, more);
        }
        top++;
        step[top] = first;
        node[top] = number;
        start[top] = began;
        slotOfParent[top] = slots - 1;
        description[top] = itsDescription;
        level[top] = 0;
        count[top] = 0;
        if (number >= 0) {
            slotTarget[slots - 1] = number;
        }
    }

    private void numbered(Kind kind, boolean live) throws MalformedGraph {
        node[top] = number(kind, live, start[top], description[top]);
        slotTarget[slotOfParent[top]] = node[top];
    }

    private int number(Kind kind, boolean live, int began, int itsDescription) throws MalformedGraph {
        if (nodes.count >= StreamTable.MAX_NODES) {
            throw new MalformedGraph("more than " + StreamTable.MAX_NODES + " objects");
        }
        return nodes.add(kind, live, began, itsDescription);
    }

    private void close() {
        int first = slotOfParent[top] + 1;
        nodes.close(node[top], at, slotAt, slotTarget, first, slots);
        slots = first;
        top--;
    }
}
