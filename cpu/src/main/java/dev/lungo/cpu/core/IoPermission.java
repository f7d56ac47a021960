package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Rflags;

/**
 * Who may use a port: IOPL, and the I/O permission bit map in the TSS. SDM 1, "Protected-Mode I/O".
 */
public final class IoPermission {
    /** Where a 32-bit or 64-bit TSS has the offset of its bit map. */
    private static final int BIT_MAP_BASE = 102;

    /** The shortest TSS that has it, less one. */
    private static final int SHORTEST_LIMIT = BIT_MAP_BASE + 1;

    /** Type and S of a 32-bit or 64-bit TSS, busy or not. */
    private static final int TSS_KIND = 0b11101;

    private static final int TSS = 0b01001;

    private IoPermission() {}

    /** Throws #GP(0) unless the current program may use these ports. */
    public static void check(Processor cpu, int port, int bytes) {
        if (cpu.isReal()) {
            return;
        }
        long rflags = Raw.getLong(cpu.state + State.RFLAGS);
        int iopl = (int) (rflags & Rflags.IOPL) >>> Rflags.IOPL_SHIFT;
        boolean vm86 = (rflags & Rflags.VM) != 0;
        if (!vm86 && cpu.cpl <= iopl) {
            return;
        }
        if (!bitMapAllows(cpu, port, bytes)) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
    }

    private static boolean bitMapAllows(Processor cpu, int port, int bytes) {
        int access = cpu.segments.access[Segments.TR];
        long limit = cpu.segments.limit[Segments.TR] & 0xFFFF_FFFFL;
        if ((access & Segments.PRESENT) == 0
                || (access & TSS_KIND) != TSS
                || limit < SHORTEST_LIMIT) {
            return false;
        }
        long tss = cpu.segments.base(Segments.TR);
        long at = cpu.mmu.loadSystem(tss + BIT_MAP_BASE, 2) + (port >>> 3);
        if (at + 1 > limit) { // two bytes are read even where one would do
            return false;
        }
        long bits = cpu.mmu.loadSystem(tss + at, 2) >>> (port & 7);
        return (bits & (1L << bytes) - 1) == 0;
    }
}
