package dev.lungo.cpu.translate;

import dev.lungo.cpu.core.State;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Disassembler;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Host code as text that does not change with where it is, or where the state has what. */
final class HostText {
    private static final Pattern IN_STATE =
            Pattern.compile("\\[rbp(?:\\+(r\\d+)\\*1)?([+-]0x[0-9a-f]+)?\\]");
    private static final NavigableMap<Integer, String> STATE = state();
    private static final String[] GENERAL = {
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"
    };
    private static final String[] SEGMENTS = {"es", "cs", "ss", "ds", "fs", "gs"};

    /** What branches lead to, by address. */
    private final Map<Long, String> names;

    HostText(Map<Long, String> names) {
        this.names = names;
    }

    /** Fields of the state by offset, tables and arrays by their first. */
    private static NavigableMap<Integer, String> state() {
        NavigableMap<Integer, String> fields = new TreeMap<>();
        try {
            for (Field each : State.class.getFields()) {
                String name = each.getName();
                boolean size = name.endsWith("BYTES") || name.startsWith("TLB_");
                if (Modifier.isStatic(each.getModifiers()) && !size) {
                    fields.put(each.getInt(null), name);
                }
            }
        } catch (IllegalAccessException e) {
            throw new AssertionError("its fields are public", e);
        }
        return fields;
    }

    /**
     * A line for each instruction.
     *
     * @param address of the code
     * @param outOfLine where it ends, just before other code
     */
    List<String> lines(byte[] code, int length, long address, long outOfLine) {
        List<String> lines = new ArrayList<>();
        byte[] bytes = Arrays.copyOf(code, length);
        for (int at = 0; at < length; ) {
            if (!(Decoder.decode(CodeMode.CODE64, bytes, at, length - at)
                    instanceof Instruction i)) {
                throw new IllegalStateException("no instruction: " + lines);
            }
            lines.add(text(i, address + at, outOfLine));
            at += i.length();
        }
        return lines;
    }

    private String text(Instruction i, long address, long outOfLine) {
        String text = Disassembler.format(i, address);
        if (!i.operands().isEmpty() && i.operand(0) instanceof Operand.Relative relative) {
            long target = address + i.length() + relative.offset();
            String name = names.get(target);
            if (name == null) {
                long distance = target - address - i.length();
                name = target > outOfLine ? "slow" : target == outOfLine ? "end" : "+" + distance;
            }
            return text.substring(0, text.lastIndexOf(' ') + 1) + name;
        }
        Matcher matcher = IN_STATE.matcher(text);
        if (!matcher.find()) {
            return text;
        }
        int displacement = matcher.group(2) == null ? 0 : Integer.decode(matcher.group(2));
        String index = matcher.group(1) == null ? "" : "+" + matcher.group(1);
        String name = name(displacement + Frame.BIAS);
        return matcher.replaceFirst(Matcher.quoteReplacement("[" + name + index + "]"));
    }

    private static String name(int offset) {
        if (offset < State.ZERO) {
            int number = offset / 8;
            String register = number < GENERAL.length ? GENERAL[number] : "r" + number;
            return "guest " + register + (offset % 8 == 0 ? "" : "+" + offset % 8);
        }
        if (offset >= State.TLB && offset < State.JUMPS) {
            String[] parts = {"read", "write", "addend", "execute"};
            return "TLB " + parts[offset % State.TLB_ENTRY_BYTES / 8];
        }
        if (offset >= State.SEGMENT_BASE && offset < State.SEGMENT_BASE + 48) {
            return SEGMENTS[(offset - State.SEGMENT_BASE) / 8] + " base";
        }
        var below = STATE.floorEntry(offset);
        int left = offset - below.getKey();
        return below.getValue() + (left == 0 ? "" : "+" + left);
    }
}
