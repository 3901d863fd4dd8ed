package dev.baton.codec;

import java.util.List;

/**
 * How one kind of record is written and read.
 *
 * @param tag one byte that names it on the wire; never given to another kind within a format
 */
record Form<T>(int tag, Class<T> type, Writing<T> writing, Reading<T> reading) {
    interface Writing<T> {
        void write(Out out, T value);
    }

    interface Reading<T> {
        T read(In in) throws MalformedMessage;
    }

    /** A kind without any field. */
    static <T> Form<T> empty(int tag, Class<T> type, T value) {
        return new Form<>(tag, type, (out, v) -> { }, in -> value);
    }

    /** The forms of one sealed family. Immutable. */
    static final class Family<T> {
        private final String name;
        private final Form<?>[] byTag;
        private final ClassValue<Form<?>> byType;

        @SafeVarargs
        Family(String name, Form<? extends T>... forms) {
            this.name = name;
            int highest = 0;
            for (Form<?> form : forms) {
                highest = Math.max(highest, form.tag);
            }
            byTag = new Form<?>[highest + 1];
            for (Form<?> form : forms) {
                if (byTag[form.tag] != null) {
                    throw new IllegalArgumentException(name + ": tag " + form.tag + " given twice");
                }
                byTag[form.tag] = form;
            }
            List<Form<?>> all = List.of(forms);
            byType = new ClassValue<>() {
                @Override
                protected Form<?> computeValue(Class<?> type) {
                    for (Form<?> form : all) {
                        if (form.type == type) {
                            return form;
                        }
                    }
                    throw new IllegalArgumentException("no wire form for " + type);
                }
            };
        }

        @SuppressWarnings("unchecked")
        void write(Out out, T value) {
            Form<T> form = (Form<T>) byType.get(value.getClass());
            out.octet(form.tag);
            form.writing.write(out, value);
        }

        @SuppressWarnings("unchecked")
        T read(In in) throws MalformedMessage {
            int tag = in.octet();
            Form<?> form = tag < byTag.length ? byTag[tag] : null;
            if (form == null) {
                throw In.malformed(name + " of the unknown kind " + tag);
            }
            return (T) form.reading.read(in);
        }
    }
}
