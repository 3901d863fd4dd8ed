package dev.baton.diff;

import java.util.Arrays;

/**
 * Objects whose class writes them itself, or cannot be looked into: compared by their {@link ShallowForm}. Some give
 * fresh objects each time they are written; a graph with these has to be serialised to know whether it changed.
 */
final class OpaqueShape extends Shape {
    @Override
    boolean opaque() {
        return true;
    }

    @Override
    void note(Object live, Notes notes) throws Unwalkable {
        ShallowForm form = ShallowForm.of(live);
        // A replacement that is always the same object may be referred to from elsewhere too: it counts as a reference.
        boolean replaced = form.written != live && ShallowForm.of(live).written == form.written;
        notes.prim(form.refs.length);
        notes.prim(replaced ? 1 : 0);
        notes.copies(form.bytes.length);
        notes.thing(form.bytes);
        if (replaced) {
            notes.ref(form.written);
        }
        for (Object ref : form.refs) {
            notes.ref(ref);
        }
    }

    @Override
    boolean same(Object live, Reader notes) throws Unwalkable {
        ShallowForm form = ShallowForm.of(live);
        if (!notes.prim(form.refs.length)) {
            return false;
        }
        boolean replaced = notes.count() == 1;
        if (!Arrays.equals(form.bytes, (byte[]) notes.thing()) || replaced && !notes.ref(form.written)) {
            return false;
        }
        for (Object ref : form.refs) {
            if (!notes.ref(ref)) {
                return false;
            }
        }
        return true;
    }

    @Override
    void skip(Reader notes) {
        int refs = notes.count();
        notes.skip(0, 1 + refs + notes.count());
    }
}
