package dev.lungo.firmware.bios;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;

/**
 * INT 15h, AH = 89h: enter protected mode. IBM PS/2 and PC BIOS Interface Technical Reference,
 * "Switch Processor to Protected Mode". The descriptors of the table at ES:SI are in this order:
 * none, GDT, IDT, DS, ES, SS, CS, and one for the BIOS, which needs none here.
 */
final class ProtectedMode {
    // spotless:off
    private static final int GDT = 0x08;
    private static final int IDT = 0x10;
    private static final int DS  = 0x18;
    private static final int ES  = 0x20;
    private static final int SS  = 0x28;
    private static final int CS  = 0x30;
    // spotless:on

    private static final int PRESENT = 0x80;
    private static final int FAILED = 0xFF;

    private ProtectedMode() {}

    static void enter(Registers regs, SafeMemory memory, Ports ports) {
        long table = regs.esSi();
        for (int selector : new int[] {DS, ES, SS, CS}) {
            if ((memory.u8(table + selector + 5) & PRESENT) == 0) {
                regs.fail(FAILED);
                return;
            }
        }
        Post.initializePics(ports, regs.bh(), regs.bl());
        ports.out(0x92, ports.in(0x92) & ~1 | 2); // A20

        CpuRegisters state = regs.state();
        int offset = regs.popWord();
        regs.popWord(); // CS
        regs.popWord(); // FLAGS
        state.gdtBase = base(memory, table + GDT);
        state.gdtLimit = memory.u16(table + GDT);
        state.idtBase = base(memory, table + IDT);
        state.idtLimit = memory.u16(table + IDT);
        state.segments[0] = segment(memory, table, ES);
        state.segments[1] = segment(memory, table, CS);
        state.segments[2] = segment(memory, table, SS);
        state.segments[3] = segment(memory, table, DS);
        state.cr0 |= Cr0.PE;
        state.rflags &= ~(Rflags.IF | Rflags.CF);
        state.rip = offset;
        regs.ah(0);
    }

    private static SegmentState segment(SafeMemory memory, long table, int selector) {
        long at = table + selector;
        int high = memory.u8(at + 6);
        int limit = memory.u16(at) | (high & 0xF) << 16;
        boolean pages = (high & 0x80) != 0;
        int access = memory.u8(at + 5) | 1 | (high & 0xF0) << 8; // accessed, as by a load
        return new SegmentState(
                selector, base(memory, at), pages ? limit << 12 | 0xFFF : limit, access);
    }

    private static long base(SafeMemory memory, long at) {
        return memory.u16(at + 2) | (long) memory.u8(at + 4) << 16 | (long) memory.u8(at + 7) << 24;
    }
}
