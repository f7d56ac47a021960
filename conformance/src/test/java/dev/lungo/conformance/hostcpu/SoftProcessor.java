package dev.lungo.conformance.hostcpu;

import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.GuestFault;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.Segments;
import dev.lungo.host.HostMemory;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.Timers;

/**
 * The candidate: a software processor in 64-bit user mode, whose linear addresses are the host's
 * own, so that both processors can be given the same registers. It may touch one slot of data only.
 */
final class SoftProcessor implements AutoCloseable {
    static final int PAGE = 4096;

    /** Of the two pages that a case may use; behind them lies a page that nobody may. */
    static final int SLOT_BYTES = 2 * PAGE;

    private static final int STRIDE = 3 * PAGE;

    /** What ended a case, by the signal that it would have been. */
    record Outcome(int signal, boolean escaped, String fault) {
        static final Outcome COMPLETED = new Outcome(0, false, "none");
        static final Outcome ESCAPED = new Outcome(0, true, "outside of the slot");
    }

    private static final int CODE_ACCESS =
            Segments.PRESENT
                    | Segments.NOT_SYSTEM
                    | Segments.CODE
                    | Segments.WRITABLE
                    | Segments.ACCESSED
                    | 3 << 5
                    | Segments.LONG;
    private static final int DATA_ACCESS =
            Segments.PRESENT
                    | Segments.NOT_SYSTEM
                    | Segments.WRITABLE
                    | Segments.ACCESSED
                    | 3 << 5
                    | Segments.BIG;

    private final HostMemory memory;
    private final long base;
    private final Processor cpu;

    /** Absolute address of the slot that the case may touch. */
    private long slot;

    private boolean escaped;

    /** What keeps the host from a page, by its absolute address. */
    interface Guard {
        void forbid(long page, int bytes);
    }

    /** The first page is for the instruction, the others for data. */
    SoftProcessor(int slots, Guard guard) {
        memory = new HostMemory(PAGE + (long) STRIDE * slots);
        base = memory.hostAddress(0);
        for (int i = 0; i < slots; i++) {
            guard.forbid(slot(i) + SLOT_BYTES, PAGE);
        }
        var ports = new PortBus();
        var timers = new Timers(() -> 0);
        var apic = new LocalApic(0, new ApicBus(), timers);
        cpu =
                new Processor(
                        new CpuSetup(
                                0,
                                1,
                                "x86-64-v3",
                                memory,
                                ports,
                                new MmioBus(),
                                apic,
                                timers.clock()));
        cpu.system.cr0 = Cr0.PE | Cr0.MP | Cr0.ET | Cr0.NE;
        cpu.system.cr4 = Cr4.OSFXSR | Cr4.OSXMMEXCPT | Cr4.OSXSAVE;
        cpu.system.xcr0 = 7;
        cpu.system.efer = Efer.LME | Efer.LMA | Efer.NXE | Efer.SCE;
        cpu.segments.set(Segments.CS, 0x33, 0, -1, CODE_ACCESS);
        for (int each : new int[] {Segments.SS, Segments.DS, Segments.ES}) {
            cpu.segments.set(each, 0x2B, 0, -1, DATA_ACCESS);
        }
        cpu.cpl = 3;
        cpu.nested = this::translate;
        cpu.updateMode();
    }

    private long translate(long linear, int access) {
        boolean forbidden = linear - slot >= SLOT_BYTES && linear - slot < STRIDE;
        boolean usable = linear - slot >= 0 && linear - slot < SLOT_BYTES;
        if (!usable && (linear & -PAGE) != base) {
            escaped |= !forbidden;
            cpu.faultAddress = linear;
            throw cpu.fault(ExceptionVector.PF, 0);
        }
        return linear - base;
    }

    /** Absolute address of a slot for a case's data. */
    long slot(int i) {
        return base + PAGE + (long) STRIDE * i;
    }

    /** Makes an instruction ready to run. */
    Op lower(byte[] instruction) {
        cpu.mmu.flush(false);
        cpu.setRip(base);
        for (int i = 0; i < 15; i++) {
            Raw.putByte(base + i, i < instruction.length ? instruction[i] : 0x90);
        }
        return cpu.code.single().first;
    }

    /** Runs a lowered instruction from one record to another. */
    Outcome run(Op op, long in, long out, long dataSlot) {
        slot = dataSlot;
        escaped = false;
        cpu.mmu.flush(false);
        Registers.toProcessor(in, cpu);
        long rip = Raw.getLong(in + Registers.TARGET);
        cpu.setRip(rip);
        Outcome outcome = Outcome.COMPLETED;
        try {
            op.execute(cpu);
        } catch (GuestFault fault) {
            if (fault.nonCanonical && op.addressesStack()) {
                fault.vector = ExceptionVector.SS;
            }
            outcome =
                    escaped
                            ? Outcome.ESCAPED
                            : new Outcome(signal(fault.vector), false, fault.vector.name());
        }
        Registers.fromProcessor(cpu, out);
        long from = rip + op.end();
        Raw.putLong(out + Registers.TAKEN, cpu.rip() == from + HostCode.BRANCH_DISTANCE ? 1 : 0);
        Raw.putLong(out + Registers.FAULT_ADDRESS, cpu.faultAddress);
        return outcome;
    }

    /** Linux, arch/x86/kernel/traps.c. */
    private static int signal(ExceptionVector vector) {
        return switch (vector) {
            case DE, MF, XM -> HostCode.SIGFPE;
            case UD -> HostCode.SIGILL;
            case SS, NP, AC -> HostCode.SIGBUS;
            default -> HostCode.SIGSEGV;
        };
    }

    @Override
    public void close() {
        memory.close();
    }
}
