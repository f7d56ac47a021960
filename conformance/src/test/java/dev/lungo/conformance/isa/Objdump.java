package dev.lungo.conformance.isa;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.isa.CodeMode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** binutils' objdump over a file of nothing but code. */
final class Objdump {
    private Objdump() {}

    /** What it says about the bytes at an offset; invalid bytes have the text {@code (bad)}. */
    record Line(int offset, int length, String text) {
        /** As {@link Difference} wants it. */
        String canonical() {
            return text.contains("(bad)") ? Difference.INVALID : length + " " + Canonical.of(text);
        }
    }

    /** Takes the lines, in the order of their offsets. */
    interface Sink {
        void accept(Line line);
    }

    /** Skips the test if there is no objdump here. */
    static void disassemble(CodeMode mode, Path code, Sink sink) throws IOException {
        String machine =
                switch (mode) {
                    case CODE16 -> "i8086";
                    case CODE32 -> "i386";
                    case CODE64 -> "i386:x86-64";
                };
        Process process =
                start("-D", "-w", "-b", "binary", "-M", "intel,intel64", "-m", machine, "" + code);
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                process.getInputStream(), StandardCharsets.US_ASCII))) {
            String line = lines.readLine();
            while (line != null) {
                parse(line, sink);
                line = lines.readLine();
            }
        }
    }

    private static Process start(String... arguments) {
        try {
            String[] command = new String[arguments.length + 1];
            command[0] = "objdump";
            System.arraycopy(arguments, 0, command, 1, arguments.length);
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "objdump (package binutils) is not here: " + e.getMessage());
            throw new AssertionError(e);
        }
    }

    /** {@code " 1f:\t48 89 fd \tmov rbp,rdi"}. */
    private static void parse(String line, Sink sink) {
        int colon = line.indexOf(":\t");
        int tab = line.indexOf('\t', colon + 2);
        if (colon < 0 || tab < 0) {
            return;
        }
        int offset = Integer.parseInt(line, line.lastIndexOf(' ', colon) + 1, colon, 16);
        int length = (line.substring(colon + 2, tab).trim().length() + 1) / 3;
        sink.accept(new Line(offset, length, line.substring(tab + 1)));
    }
}
