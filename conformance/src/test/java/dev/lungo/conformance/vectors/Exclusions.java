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

    private static final Pattern SHIFT_BY_COUNT = Pattern.compile("(C0|C1|D2|D3)\\.[0-7]");
    private static final Pattern LOCKABLE =
            Pattern.compile(
                    "[0-2][0189]|3[01]|8[0-3]\\.[0-6]|8[67]|F[67]\\.[23]|FE\\.[01]|FF\\.[01]");
    private static final Pattern LEAVES_POINTERS = Pattern.compile("6[C-F]|A[4-7A-F]|8F");
    private static final Pattern ON_STACK =
            Pattern.compile("[01][67EF]|61|9[AD]|C[23489ABF]|FF\\.[2356]");
    private static final int LONGEST_ON_286 = 10;
    private static final int GENERAL_PROTECTION = 13;
    private static final int AF = 1 << 4;
    private static final int OF = 1 << 11;

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

    /**
     * The flag bits that the manual defines after a vector of an instruction form, such as {@code
     * D0.4}.
     */
    int definedFlags(String form, MooFile.Vector vector) {
        int mask = definedFlags.getOrDefault(form, 0xFFFF);
        if (SHIFT_BY_COUNT.matcher(form).matches()) {
            mask &= ~OF; // defined for a count of one alone
            mask &= form.charAt(3) >= '4' ? ~AF : -1;
        }
        return mask;
    }

    /** Why a vector is left out altogether. */
    Optional<String> reason(String form, MooFile.Vector vector) {
        if (vector.name().contains("lock ") && !LOCKABLE.matcher(form).matches()) {
            return Optional.of("LOCK before an instruction that cannot be locked is #UD by now");
        }
        if (vector.name().contains("lock ") && !vector.name().contains("[")) {
            return Optional.of("LOCK before an instruction on registers is #UD by now");
        }
        if (form.startsWith("D8")) {
            return Optional.of("the 80286 had no coprocessor beside it, and did nothing");
        }
        if (vector.exception() == GENERAL_PROTECTION && LEAVES_POINTERS.matcher(form).matches()) {
            return Optional.of("an 80286 that faults in a string or POP leaves its pointers moved");
        }
        if (vector.exception() == GENERAL_PROTECTION && vector.bytes() > LONGEST_ON_286) {
            return Optional.of("an 80286 takes ten bytes at most");
        }
        boolean onStack = ON_STACK.matcher(form).matches() || vector.name().contains("[bp");
        if (vector.exception() == GENERAL_PROTECTION && onStack) {
            return Optional.of("beyond the limit of the stack, #SS has taken the place of #GP");
        }
        return Optional.empty();
    }
}
