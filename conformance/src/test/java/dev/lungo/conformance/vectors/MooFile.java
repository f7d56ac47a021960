package dev.lungo.conformance.vectors;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * A file of single-step tests: chunks of {tag, length, body}, little-endian, gzipped.
 * Specification: SingleStepTests, "MOO File Format", version 1.
 */
record MooFile(List<Vector> vectors) {
    /** AX, CX and so on in the order of the file's register mask, to FLAGS. */
    static final List<String> REGISTERS =
            List.of(
                    "ax", "bx", "cx", "dx", "cs", "ss", "ds", "es", "sp", "bp", "si", "di", "ip",
                    "flags");

    /**
     * One instruction, before and after.
     *
     * @param bytes the instruction's length
     * @param exception the vector that it raises, or -1
     */
    record Vector(String name, int bytes, State before, State after, int exception) {}

    /** Registers by name, and bytes by guest-physical address; after the test, what changed. */
    record State(Map<String, Integer> registers, Map<Integer, Integer> memory) {}

    static MooFile read(Path path) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(path))) {
            ByteBuffer file = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
            List<Vector> vectors = new ArrayList<>();
            while (file.hasRemaining()) {
                String tag = tag(file);
                ByteBuffer body = body(file);
                if (tag.equals("TEST")) {
                    vectors.add(vector(body));
                }
            }
            return new MooFile(vectors);
        }
    }

    private static Vector vector(ByteBuffer test) {
        test.getInt(); // its number
        String name = "";
        State before = new State(Map.of(), Map.of());
        State after = before;
        int exception = -1;
        int bytes = 0;
        while (test.hasRemaining()) {
            String tag = tag(test);
            ByteBuffer body = body(test);
            switch (tag) {
                case "NAME" -> name = text(body);
                case "BYTS" -> bytes = body.getInt() - 1; // with the HLT behind it
                case "INIT" -> before = state(body);
                case "FINA" -> after = state(body);
                case "EXCP" -> exception = body.get() & 0xFF;
                default -> {} // hashes and cycles are not needed
            }
        }
        return new Vector(name, bytes, before, after, exception);
    }

    private static State state(ByteBuffer chunk) {
        Map<String, Integer> registers = new TreeMap<>();
        Map<Integer, Integer> memory = new TreeMap<>();
        while (chunk.hasRemaining()) {
            String tag = tag(chunk);
            ByteBuffer body = body(chunk);
            if (tag.equals("REGS")) {
                int mask = body.getShort() & 0xFFFF;
                for (int i = 0; i < REGISTERS.size(); i++) {
                    if ((mask & 1 << i) != 0) {
                        registers.put(REGISTERS.get(i), body.getShort() & 0xFFFF);
                    }
                }
            } else if (tag.equals("RAM ")) {
                int count = body.getInt();
                for (int i = 0; i < count; i++) {
                    memory.put(body.getInt(), body.get() & 0xFF);
                }
            }
        }
        return new State(registers, memory);
    }

    private static String tag(ByteBuffer in) {
        byte[] tag = new byte[4];
        in.get(tag);
        return new String(tag, StandardCharsets.US_ASCII);
    }

    private static ByteBuffer body(ByteBuffer in) {
        int length = in.getInt();
        ByteBuffer body = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + length);
        return body;
    }

    private static String text(ByteBuffer body) {
        byte[] text = new byte[body.getInt()];
        body.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
