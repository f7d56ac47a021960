package dev.lungo.cli.monitor;

import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;

/** A processor's registers as text. */
public final class RegisterText {
    private static final String[] GENERAL = {
        "RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI", "R8", "R9", "R10", "R11", "R12",
        "R13", "R14", "R15"
    };
    private static final String[] SEGMENTS = {"ES", "CS", "SS", "DS", "FS", "GS"};

    /** RFLAGS from bit 0 on; a blank is a reserved bit or more than a flag. */
    private static final String[] FLAGS = {
        "CF", "", "PF", "", "AF", "", "ZF", "SF", "TF", "IF", "DF", "OF", "", "", "NT", "", "RF",
        "VM", "AC", "VIF", "VIP", "ID"
    };

    private RegisterText() {}

    public static String of(CpuRegisters registers) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GENERAL.length; i++) {
            text.append("%-3s %016x".formatted(GENERAL[i], registers.gpr[i]));
            text.append(i % 4 == 3 ? "\n" : "  ");
        }
        text.append(
                "RIP %016x  RFLAGS %08x %s%n"
                        .formatted(registers.rip, registers.rflags, flags(registers.rflags)));
        for (int i = 0; i < SEGMENTS.length; i++) {
            text.append(segment(SEGMENTS[i], registers.segments[i]));
            text.append(i % 2 == 1 ? "\n" : "   ");
        }
        text.append(segment("LDT", registers.ldtr)).append("   ");
        text.append(segment("TR", registers.tr)).append('\n');
        text.append(
                "GDT %016x+%04x  IDT %016x+%04x%n"
                        .formatted(
                                registers.gdtBase,
                                registers.gdtLimit,
                                registers.idtBase,
                                registers.idtLimit));
        text.append(
                "CR0 %08x  CR2 %016x  CR3 %016x  CR4 %08x  CR8 %x  EFER %x%n"
                        .formatted(
                                registers.cr0,
                                registers.cr2,
                                registers.cr3,
                                registers.cr4,
                                registers.cr8,
                                registers.efer));
        return text.toString();
    }

    private static String flags(long rflags) {
        StringBuilder set = new StringBuilder();
        for (int bit = FLAGS.length - 1; bit >= 0; bit--) {
            if (((rflags >>> bit) & 1) != 0 && !FLAGS[bit].isEmpty()) {
                set.append(set.isEmpty() ? "" : " ").append(FLAGS[bit]);
            }
        }
        return "[%s]".formatted(set);
    }

    private static String segment(String name, SegmentState segment) {
        return "%-3s %04x %016x+%08x %04x"
                .formatted(
                        name,
                        segment.selector(),
                        segment.base(),
                        segment.limit(),
                        segment.access());
    }
}
