package dev.lungo.cpu.translate;

import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Disassembler;
import dev.lungo.isa.Instruction;
import java.util.Arrays;
import java.util.HexFormat;

/** What is said of a unit that does not do what the interpreter does. */
final class CheckReport {
    private static final int REGISTERS = 16;

    private CheckReport() {}

    /** The instructions from {@code first} to {@code end}, excluded, were run. */
    static String of(
            Plan plan,
            int first,
            int end,
            Checker.Registers before,
            Checker.Registers interpreted,
            Checker.Registers translated) {
        StringBuilder text = new StringBuilder();
        text.append("%-8s%16s  %16s  %16s%n".formatted("", "before", "interpreted", "translated"));
        for (int i = 0; i < REGISTERS; i++) {
            row(text, "r" + i, State.gpr(i), before, interpreted, translated);
        }
        row(text, "rip", State.RIP, before, interpreted, translated);
        row(
                text,
                "rflags",
                Flags.rflags(before.at),
                Flags.rflags(interpreted.at),
                Flags.rflags(translated.at));
        for (int i = 0; i < REGISTERS; i++) {
            for (int part = 0; part < State.VECTOR_BYTES; part += 8) {
                int at = State.vector(i) + part;
                if (Raw.getLong(interpreted.at + at) != Raw.getLong(translated.at + at)) {
                    row(text, "ymm" + i + "+" + part, at, before, interpreted, translated);
                }
            }
        }
        row(
                text,
                "mxcsr",
                Raw.getInt(before.at + State.MXCSR),
                Raw.getInt(interpreted.at + State.MXCSR),
                Raw.getInt(translated.at + State.MXCSR));
        text.append("guest code at guest-physical %x%n".formatted(plan.unit.physical));
        long rip = Raw.getLong(before.at + State.RIP);
        for (int i = 0; i < plan.size(); i++) {
            Plan.Step step = plan.step(i);
            text.append(i >= first && i < end ? "* " : "  ");
            text.append("%016x  ".formatted(rip + step.start()));
            text.append(Disassembler.format(step.instruction(), rip + step.start())).append('\n');
        }
        text.append("host code\n");
        host(text, plan.unit);
        return text.toString();
    }

    private static void row(
            StringBuilder text,
            String name,
            int offset,
            Checker.Registers before,
            Checker.Registers interpreted,
            Checker.Registers translated) {
        row(
                text,
                name,
                Raw.getLong(before.at + offset),
                Raw.getLong(interpreted.at + offset),
                Raw.getLong(translated.at + offset));
    }

    private static void row(StringBuilder text, String name, long before, long a, long b) {
        String mark = a == b ? "" : "  <";
        text.append("%-8s%016x  %016x  %016x%s%n".formatted(name, before, a, b, mark));
    }

    private static void host(StringBuilder text, Unit unit) {
        byte[] bytes = new byte[Decoder.MAX_BYTES];
        for (long at = unit.entry; at < unit.deadEntry; ) {
            Raw.read(at, bytes, 0, bytes.length);
            if (!(Decoder.decode(CodeMode.CODE64, bytes, 0, bytes.length)
                    instanceof Instruction i)) {
                text.append("%x  (bad)%n".formatted(at));
                return;
            }
            String hex = HexFormat.of().formatHex(Arrays.copyOf(bytes, i.length()));
            text.append("%x  %-24s  %s%n".formatted(at, hex, Disassembler.format(i, at)));
            at += i.length();
        }
    }

    /** The first register, by name, in which two states differ. */
    static String firstDifference(long a, long b) {
        for (int i = 0; i < State.VECTORS_IN_HOST; i += 8) {
            boolean kept = i >= State.FLAGS_RESULT && i < State.RFLAGS;
            kept |= i >= State.PENDING && i < State.SEGMENT_BASE;
            kept |= i >= State.FLAGS_A && i < State.X87;
            if (!kept && Raw.getLong(a + i) != Raw.getLong(b + i)) {
                return name(i);
            }
        }
        return "";
    }

    private static String name(int offset) {
        if (offset < State.ZERO) {
            return "r" + offset / 8;
        }
        if (offset >= State.VECTOR && offset < State.MXCSR) {
            return "ymm" + (offset - State.VECTOR) / State.VECTOR_BYTES;
        }
        return switch (offset) {
            case State.RIP -> "rip";
            case State.RFLAGS -> "rflags";
            default -> "the state's byte " + offset;
        };
    }
}
