package dev.baton.itests.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** What a node wrote into its log during one test class. */
public final class NodeLog {
    private final Path file;
    private int seen;

    NodeLog(Path file) {
        this.file = file;
    }

    public List<String> lines() {
        try {
            // a process may have been killed inside a character
            return Files.exists(file)
                    ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().skip(seen).toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on only what is written later is seen. */
    public void turnThePage() {
        seen += lines().size();
    }

    /** Lines that contain all the words. */
    public List<String> linesWith(String... words) {
        return lines().stream().filter(line -> List.of(words).stream().allMatch(line::contains)).toList();
    }

    /** Puts the log of a finished class aside. */
    void moveTo(Path target) {
        try {
            if (Files.exists(file)) {
                Files.createDirectories(target.getParent());
                Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
