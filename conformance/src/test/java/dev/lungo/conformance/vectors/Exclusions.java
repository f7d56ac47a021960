package dev.lungo.conformance.vectors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What of the 80286 vectors a later processor need not reproduce, and why. */
final class Exclusions {
    private static final Pattern MASK =
            Pattern.compile(
                    "\"([0-9A-F]{2}|[0-7])\"\\s*:\\s*\\{[^{}]*?\"flags-mask\"\\s*:\\s*(\\d+)");
    private static final Pattern OPCODE = Pattern.compile("\"([0-9A-F]{2})\"\\s*:\\s*\\{");

    private final Map<String, Integer> definedFlags = new HashMap<>();

    private Exclusions() {}

    /** Reads the masks of defined flags from the vectors' {@code metadata.json}. */
    static Exclusions read(Path directory) throws IOException {
        Exclusions exclusions = new Exclusions();
        String json = Files.readString(directory.resolve("metadata.json"));
        Matcher opcodes = OPCODE.matcher(json);
        int from = 0;
        String opcode = "";
        while (opcodes.find()) {
            exclusions.readMasks(opcode, json.substring(from, opcodes.start()));
            opcode = opcodes.group(1);
            from = opcodes.start();
        }
        exclusions.readMasks(opcode, json.substring(from));
        return exclusions;
    }

    private void readMasks(String opcode, String json) {
        Matcher masks = MASK.matcher(json);
        while (masks.find()) {
            String key = masks.group(1);
            definedFlags.put(
                    key.length() == 2 ? key : opcode + "." + key, Integer.parseInt(masks.group(2)));
        }
    }

    /** The flag bits that are defined after an instruction form, such as {@code D0.4}. */
    int definedFlags(String form) {
        return definedFlags.getOrDefault(form, 0xFFFF);
    }

    boolean pushedFlags(MooFile.Vector vector, int at) {
        return false;
    }

    /** Why a vector is left out altogether. */
    Optional<String> reason(String form, MooFile.Vector vector) {
        return Optional.empty();
    }
}
