package dev.lungo.conformance.hostcpu;

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
import org.jspecify.annotations.Nullable;

/**
 * The candidate: a software processor in 64-bit user mode, whose linear addresses are the host's
 * own, so that both processors can be given the same registers. It may touch one slot of data only.
 *
 * <p>Its physical memory begins with some pages that are not for data.
 */
abstract class SoftProcessor implements AutoCloseable {
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

    final HostMemory memory;
    final Processor cpu;

    /** What is added to a physical address. */
    final long base;

    private final long slots;

    /** Absolute address of the slot that the case may touch. */
    private long slot;

    private boolean escaped;

    /** What keeps the host from a page, by its absolute address. */
    interface Guard {
        void forbid(long page, int bytes);
    }

    SoftProcessor(int pagesBefore, int count, Guard guard) {
        memory = new HostMemory((long) PAGE * pagesBefore + (long) STRIDE * count);
        base = memory.hostAddress(0);
        slots = base + (long) PAGE * pagesBefore;
        for (int i = 0; i < count; i++) {
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
        cpu.nested = this::translate;
        userMode();
    }

    private void userMode() {
        cpu.segments.set(Segments.CS, 0x33, 0, -1, CODE_ACCESS);
        for (int each : new int[] {Segments.SS, Segments.DS, Segments.ES}) {
            cpu.segments.set(each, 0x2B, 0, -1, DATA_ACCESS);
        }
        cpu.cpl = 3;
        cpu.updateMode();
    }

    private long translate(long linear, int access) {
        if (isOwn(linear, access)) {
            return physical(linear);
        }
        boolean forbidden = linear - slot >= SLOT_BYTES && linear - slot < STRIDE;
        boolean usable = linear - slot >= 0 && linear - slot < SLOT_BYTES;
        if (!usable) {
            escaped |= !forbidden;
            cpu.faultAddress = linear;
            throw cpu.fault(ExceptionVector.PF, 0);
        }
        return linear - base;
    }

    /** Whether a linear address is none of the case's data. */
    abstract boolean isOwn(long linear, int access);

    /** Of such an address. */
    abstract long physical(long linear);

    /** Absolute address of a slot for a case's data. */
    long slot(int i) {
        return slots + (long) STRIDE * i;
    }

    /** Absolute address of the slot that the running case has. */
    final long slot() {
        return slot;
    }

    /** Makes an instruction ready to run, at an absolute address where the host has it. */
    abstract void prepare(byte[] instruction, long address);

    /** Runs the instruction from one record to another. */
    final Outcome run(long in, long out, long dataSlot) {
        slot = dataSlot;
        escaped = false;
        cpu.mmu.flush(false);
        userMode();
        Registers.toProcessor(in, cpu);
        ExceptionVector fault = run(in, out);
        Raw.putLong(out + Registers.FAULT_ADDRESS, cpu.faultAddress);
        if (fault == null) {
            return Outcome.COMPLETED;
        }
        return escaped ? Outcome.ESCAPED : new Outcome(signal(fault), false, fault.name());
    }

    /** Runs from the registers that the processor has; returns what exception there was. */
    abstract @Nullable ExceptionVector run(long in, long out);

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
