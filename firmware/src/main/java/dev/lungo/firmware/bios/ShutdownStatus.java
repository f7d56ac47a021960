package dev.lungo.firmware.bios;

import dev.lungo.machine.CpuRegisters;

/**
 * Where a program goes on that had the processor reset, to leave protected mode on an 80286: it
 * says so in register 0Fh of CMOS and by a pointer at 40h:67h. IBM Personal Computer AT Technical
 * Reference, "Shutdown"; Ralf Brown's CMOS list, "0Fh". Code 09h is that of the AT's own block
 * move, which DOS extenders use, too, since it restores all registers.
 */
final class ShutdownStatus {
    private static final int CMOS = 0x70;
    private static final int STATUS = 0x0F;

    private static final int JUMP_AFTER_EOI = 0x05;
    private static final int BLOCK_MOVE = 0x09;
    private static final int JUMP = 0x0A;
    private static final int IRET = 0x0B;
    private static final int RETF = 0x0C;

    private static final long POINTER = 0x467;
    private static final int EOI = 0x20;

    private ShutdownStatus() {}

    /** Takes the code, so that it counts once. */
    static int take(Ports ports) {
        int status = ports.indexed(CMOS, STATUS);
        ports.indexed(CMOS, STATUS, 0);
        return status;
    }

    /** Has a processor that was reset go on in real mode, if the code wants that. */
    static boolean goOn(int status, CpuRegisters state, SafeMemory memory, Ports ports) {
        Registers regs = new Registers(state, memory, false);
        int offset = memory.u16(POINTER);
        int segment = memory.u16(POINTER + 2);
        switch (status) {
            case JUMP_AFTER_EOI, JUMP -> {
                if (status == JUMP_AFTER_EOI) {
                    ports.out(0xA0, EOI);
                    ports.out(0x20, EOI);
                }
                regs.jump(segment, offset);
                regs.ds(Bda.SEGMENT);
            }
            case BLOCK_MOVE -> {
                regs.stack(segment, offset);
                regs.es(regs.popWord());
                regs.ds(regs.popWord());
                regs.popAll();
                farReturn(regs);
                regs.popFlags();
            }
            case IRET, RETF -> {
                regs.stack(segment, offset);
                farReturn(regs);
                if (status == IRET) {
                    regs.popFlags();
                }
                regs.ds(Bda.SEGMENT);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void farReturn(Registers regs) {
        int offset = regs.popWord();
        regs.jump(regs.popWord(), offset);
    }
}
