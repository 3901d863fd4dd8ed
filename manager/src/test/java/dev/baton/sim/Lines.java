package dev.baton.sim;

import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import dev.baton.protocol.Message;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** Inputs, effects and messages as text for a person. */
final class Lines {
    private Lines() {
    }

    static String of(Input input) {
        if (input instanceof Input.Received r) {
            return "from " + r.from() + ": " + of(r.message());
        }
        return shorten(input.toString());
    }

    static String of(Effect effect) {
        return shorten(effect.toString());
    }

    static String of(List<Message> envelope) {
        return envelope.stream().map(Lines::of).collect(Collectors.joining(", "));
    }

    static String of(Message m) {
        if (m instanceof Message.Promise p) {
            return "Promise[" + p.epoch() + ", stored " + (p.stored() == null ? "nothing" : p.stored().number())
                    + (Objects.equals(p.stored(), p.effective()) ? ", "
                    : ", acts by " + (p.effective() == null ? "nothing" : p.effective().number()) + ", ")
                    + p.copies().size() + " copies]";
        }
        return shorten(m.toString());
    }

    private static String shorten(String text) {
        // Arrays print their identity, which no two runs share.
        String clean = text.replaceAll("\\[B@[0-9a-f]+", "bytes").replaceAll("[a-z.]*BytePatch@[0-9a-f]+", "patch")
                .replaceAll("\\[J@[0-9a-f]+", "times");
        return clean.length() <= 600 ? clean : clean.substring(0, 600) + "...";
    }
}
