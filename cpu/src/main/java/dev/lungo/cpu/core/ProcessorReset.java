package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Rflags;

/**
 * RESET#, INIT and the start-up IPI. SDM 3A, "Processor State After Reset" (table 10-1) and
 * "Multiple-Processor (MP) Initialization".
 */
final class ProcessorReset {
    private static final long RESET_RIP = 0xFFF0;
    private static final int RESET_CS = 0xF000;
    private static final long RESET_CS_BASE = 0xFFFF_0000L;

    private static final int PRESENT_LDT = Segments.PRESENT | Descriptor.LDT;
    private static final int PRESENT_TSS = Segments.PRESENT | Descriptor.TSS_BUSY;

    // The x87 control and tag words after RESET#; FNINIT would make them others.
    private static final int RESET_FCW = 0x0040;
    private static final int RESET_FTW = 0; // which reads as 5555h: they hold zeros
    private static final int RESET_MXCSR = 0x1F80;

    private final Processor cpu;
    private final SystemRegisters system;

    ProcessorReset(Processor cpu) {
        this.cpu = cpu;
        this.system = cpu.system;
    }

    void reset() {
        long state = cpu.state;
        Raw.fill(state + State.X87, State.PAGE_TABLE - State.X87, (byte) 0);
        Recent.clear(state);
        cpu.fpu.reset();
        Raw.putInt(state + State.FCW, RESET_FCW);
        Raw.putInt(state + State.FTW, RESET_FTW);
        Raw.putInt(state + State.MXCSR, RESET_MXCSR);
        cpu.lower(~(Pending.KICK | Pending.REQUEST));
        system.xcr0 = 1;
        system.pkru = 0;
        system.pkrs = 0;
        system.star = 0;
        Raw.putLong(cpu.state + State.LSTAR, 0);
        system.cstar = 0;
        Raw.putLong(cpu.state + State.FMASK, 0);
        Raw.putLong(cpu.state + State.KERNEL_GS_BASE, 0);
        cpu.tsc.setAux(0);
        system.sysenterCs = 0;
        system.sysenterEsp = 0;
        system.sysenterEip = 0;
        system.debugctl = 0;
        cpu.a20Open = true;
        cpu.a20Mask = -1;
        cpu.msrs.reset();
        cpu.tsc.reset();
        initialize(Cr0.AFTER_RESET);
        cpu.code.clear();
    }

    /** What RESET# and INIT have in common. */
    private void initialize(long cr0) {
        long state = cpu.state;
        Raw.fill(state + State.GPR, State.FLAGS_RESULT, (byte) 0);
        Raw.putLong(state + State.gpr(2), Cpuid.SIGNATURE);
        Raw.putLong(state + State.RFLAGS, Rflags.FIXED);
        Flags.setStatus(state, 0);
        cpu.setRip(RESET_RIP);
        system.cr0 = cr0;
        system.cr2 = 0;
        system.cr3 = 0;
        system.cr4 = 0;
        system.efer = 0;
        system.gdtBase = 0;
        system.gdtLimit = 0xFFFF;
        system.idtBase = 0;
        system.idtLimit = 0xFFFF;
        Segments segments = cpu.segments;
        for (int i = Segments.ES; i <= Segments.GS; i++) {
            segments.set(i, 0, 0, 0xFFFF, Segments.REAL_ACCESS);
        }
        segments.set(Segments.CS, RESET_CS, RESET_CS_BASE, 0xFFFF, Segments.REAL_ACCESS);
        segments.set(Segments.LDTR, 0, 0, 0xFFFF, PRESENT_LDT);
        segments.set(Segments.TR, 0, 0, 0xFFFF, PRESENT_TSS);
        cpu.cpl = 0;
        cpu.nmiBlocked = false;
        cpu.mmu.reset();
        cpu.debug.reset();
        waitForStartup(cpu.index != 0);
        cpu.resume();
    }

    private void waitForStartup(boolean wait) {
        cpu.waitingForStartup = wait;
        if (wait) {
            cpu.raise(Pending.ASLEEP);
        } else {
            cpu.lower(Pending.ASLEEP);
        }
    }

    void takeInitAndStartup() {
        int pending = Raw.getIntOpaque(cpu.state + State.PENDING);
        if ((pending & Pending.INIT) != 0) {
            cpu.lower(Pending.INIT | Pending.NMI | Pending.SECOND_NMI | Pending.SHADOW);
            // INIT leaves CR0.CD and NW, MSRs, x87, MMX and vector registers as they are.
            initialize(system.cr0 & (Cr0.CD | Cr0.NW) | Cr0.ET);
        }
        if ((pending & Pending.STARTUP) != 0) {
            cpu.lower(Pending.STARTUP);
            if (cpu.waitingForStartup) {
                startUp(cpu.startupVector);
            }
        }
    }

    private void startUp(int vector) {
        cpu.segments.set(
                Segments.CS, vector << 8, (long) vector << 12, 0xFFFF, Segments.REAL_ACCESS);
        cpu.setRip(0);
        waitForStartup(false);
        cpu.updateMode();
        cpu.resume();
    }
}
