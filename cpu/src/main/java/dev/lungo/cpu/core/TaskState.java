package dev.lungo.cpu.core;

import dev.lungo.isa.ExceptionVector;

/**
 * What event delivery reads of the current task-state segment: stacks of inner privilege levels,
 * and the map of interrupt redirection. SDM 3A, "Task-State Segment (TSS)" (figure 8-2), "16-Bit
 * Task-State Segment (TSS)" (figure 8-10) and "64-bit TSS" (figure 8-11).
 */
public final class TaskState {
    private static final int IO_MAP_BASE = 0x66;
    private static final int REDIRECTION_BYTES = 32;

    private final Processor cpu;
    private final Segments segments;

    TaskState(Processor cpu) {
        this.cpu = cpu;
        this.segments = cpu.segments;
    }

    private boolean is32() {
        return (segments.access[Segments.TR] & 8) != 0;
    }

    private long limit() {
        return segments.limit[Segments.TR] & 0xFFFF_FFFFL;
    }

    private long load(long offset, int bytes) {
        return cpu.mmu.loadSystem(segments.base(Segments.TR) + offset, bytes);
    }

    /** Where the stack of a privilege level is noted, outside of IA-32e mode: (E)SP, then SS. */
    private int innerAt(int cpl) {
        int at = is32() ? 4 + 8 * cpl : 2 + 4 * cpl;
        int bytes = is32() ? 6 : 4;
        if (at + bytes - 1 > limit()) {
            throw invalid();
        }
        return at;
    }

    private GuestFault invalid() {
        return cpu.tables.fault(ExceptionVector.TS, segments.selector[Segments.TR]);
    }

    int innerSelector(int cpl) {
        int at = innerAt(cpl);
        return (int) load(at + (is32() ? 4 : 2), 2);
    }

    long innerPointer(int cpl) {
        return load(innerAt(cpl), is32() ? 4 : 2);
    }

    /** RSP0 to RSP2 of a 64-bit TSS. */
    long rsp(int cpl) {
        return stack64(4 + 8 * cpl);
    }

    /** IST1 to IST7. */
    long interruptStack(int number) {
        return stack64(0x24 + 8 * (number - 1));
    }

    private long stack64(int at) {
        if (at + 7 > limit()) {
            throw invalid();
        }
        return load(at, 8);
    }

    /**
     * Whether virtual-8086 code's INT n goes to the monitor. SDM 3B, "Software Interrupt Handling
     * Methods While in Virtual-8086 Mode" (table 22-2).
     */
    boolean redirectsToMonitor(int vector) {
        if (!is32() || IO_MAP_BASE + 1 > limit()) {
            return true;
        }
        long at = load(IO_MAP_BASE, 2) - REDIRECTION_BYTES + (vector >> 3);
        if (at > limit()) {
            return true;
        }
        return (load(at, 1) >>> (vector & 7) & 1) != 0;
    }
}
