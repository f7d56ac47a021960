package dev.lungo.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code @SuppressWarnings("restricted")} is our {@code unsafe}: where it may be, and how. */
class RestrictedMethodsTest {
    private static final Path ROOT = Path.of("..");
    private static final Set<String> ROOMS = Set.of("host", "cpu", "kvm");
    private static final String SUPPRESSION = "@SuppressWarnings(\"restricted\")";

    private record Use(Path file, List<String> lines, int line) {
        String room() {
            return ROOT.relativize(file).getName(0).toString();
        }

        /** The comment above gives the reason. */
        boolean isExplained() {
            int above = line - 1;
            while (above >= 0 && lines.get(above).strip().startsWith("//")) {
                if (lines.get(above).contains("SAFETY:")) {
                    return true;
                }
                above--;
            }
            return false;
        }

        boolean coversAClass() {
            return lines.get(line + 1).matches(".*\\b(class|record|interface|enum) \\w.*");
        }

        @Override
        public String toString() {
            return file + ":" + (line + 1);
        }
    }

    @Test
    void standOnlyInTheRoomsThatTouchTheHost() throws IOException {
        assertThat(uses()).isNotEmpty().allMatch(use -> ROOMS.contains(use.room()));
    }

    @Test
    void haveASafetyCommentAndCoverOneDeclaration() throws IOException {
        assertThat(uses()).allMatch(Use::isExplained).noneMatch(Use::coversAClass);
    }

    private static List<Use> uses() throws IOException {
        List<Use> uses = new ArrayList<>();
        try (Stream<Path> rooms = Files.list(ROOT)) {
            for (Path room : rooms.sorted().toList()) {
                Path sources = room.resolve("src/main/java");
                if (Files.isDirectory(sources)) {
                    addUses(sources, uses);
                }
            }
        }
        return uses;
    }

    private static void addUses(Path sources, List<Use> uses) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                List<String> lines = Files.readAllLines(file);
                for (int line = 0; line < lines.size(); line++) {
                    if (lines.get(line).contains(SUPPRESSION)) {
                        uses.add(new Use(file, lines, line));
                    }
                }
            }
        }
    }
}
