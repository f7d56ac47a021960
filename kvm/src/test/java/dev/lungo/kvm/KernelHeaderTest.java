package dev.lungo.kvm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Structures and request numbers, held against what a C compiler makes of the host's headers. */
class KernelHeaderTest {
    @TempDir private Path directory;

    @Test
    void structuresAreLaidOutAsTheHeaderHasThem() throws Exception {
        List<String> expressions = new ArrayList<>();
        List<Long> ours = new ArrayList<>();
        for (Struct each : Structs.ALL) {
            expressions.add("sizeof(struct %s)".formatted(each.name()));
            ours.add((long) each.bytes());
            each.members()
                    .forEach((member, offset) -> {
                        expressions.add("offsetof(struct %s, %s)".formatted(each.name(), member));
                        ours.add((long) offset);
                    });
        }

        assertThat(valuesInC(expressions)).isEqualTo(inLines(expressions, ours));
    }

    @Test
    void requestsHaveTheNumbersOfTheHeader() throws Exception {
        List<String> expressions = new ArrayList<>();
        List<Long> ours = new ArrayList<>();
        for (Ioctl each : Ioctl.ALL) {
            expressions.add("(unsigned long) " + each.name());
            ours.add(each.number());
        }

        assertThat(valuesInC(expressions)).isEqualTo(inLines(expressions, ours));
    }

    @Test
    void capabilitiesHaveTheNumbersOfTheHeader() throws Exception {
        List<String> expressions = new ArrayList<>();
        List<Long> ours = new ArrayList<>();
        for (Capability each : Capability.values()) {
            expressions.add("(unsigned long) KVM_CAP_" + each);
            ours.add((long) each.number);
        }

        assertThat(valuesInC(expressions)).isEqualTo(inLines(expressions, ours));
    }

    private static List<String> inLines(List<String> expressions, List<Long> values) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            lines.add(expressions.get(i) + " " + values.get(i));
        }
        return lines;
    }

    /** Each with its value. */
    private List<String> valuesInC(List<String> expressions)
            throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/usr/include/linux/kvm.h")), "no linux/kvm.h is here");
        StringBuilder program =
                new StringBuilder(
                        "#include <linux/kvm.h>\n#include <stddef.h>\n#include <stdio.h>\n");
        program.append("int main(void) {\n");
        for (String each : expressions) {
            program.append("printf(\"%s %%lu\\n\", %s);\n".formatted(each, each));
        }
        program.append("}\n");
        Path source = Files.writeString(directory.resolve("values.c"), program);
        Path values = directory.resolve("values");
        output("gcc", "-o", values.toString(), source.toString());
        return output(values.toString());
    }

    private static List<String> output(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, command[0] + " is not here: " + e.getMessage());
            throw e;
        }
        List<String> lines =
                new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
        assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
        return lines;
    }
}
