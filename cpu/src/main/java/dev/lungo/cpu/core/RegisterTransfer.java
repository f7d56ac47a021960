package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Dr6;
import dev.lungo.isa.Dr7;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;

/** Copies a processor's registers to and from the form in which loaders and monitors see them. */
final class RegisterTransfer {
    private RegisterTransfer() {}

    static void save(Processor cpu, CpuRegisters into) {
        for (int i = 0; i < 16; i++) {
            into.gpr[i] = Raw.getLong(cpu.state + State.gpr(i));
        }
        into.rip = cpu.rip();
        into.rflags = cpu.flags.read();
        for (int i = Segments.ES; i <= Segments.GS; i++) {
            into.segments[i] = segment(cpu.segments, i);
        }
        into.ldtr = segment(cpu.segments, Segments.LDTR);
        into.tr = segment(cpu.segments, Segments.TR);
        SystemRegisters system = cpu.system;
        into.gdtBase = system.gdtBase;
        into.gdtLimit = system.gdtLimit;
        into.idtBase = system.idtBase;
        into.idtLimit = system.idtLimit;
        into.cr0 = system.cr0;
        into.cr2 = system.cr2;
        into.cr3 = system.cr3;
        into.cr4 = system.cr4;
        into.cr8 = cpu.apic.cr8();
        into.efer = system.efer;
        System.arraycopy(system.debug, 0, into.debug, 0, 8);
    }

    private static SegmentState segment(Segments segments, int i) {
        return new SegmentState(
                segments.selector[i], segments.base(i), segments.limit[i], segments.access[i]);
    }

    static void load(Processor cpu, CpuRegisters from) {
        for (int i = 0; i < 16; i++) {
            Raw.putLong(cpu.state + State.gpr(i), from.gpr[i]);
        }
        cpu.setRip(from.rip);
        Raw.putLong(
                cpu.state + State.RFLAGS,
                from.rflags & Rflags.DEFINED & ~Rflags.STATUS | Rflags.FIXED);
        Flags.setStatus(cpu.state, from.rflags);
        for (int i = Segments.ES; i <= Segments.GS; i++) {
            set(cpu.segments, i, from.segments[i]);
        }
        set(cpu.segments, Segments.LDTR, from.ldtr);
        set(cpu.segments, Segments.TR, from.tr);
        SystemRegisters system = cpu.system;
        system.gdtBase = from.gdtBase;
        system.gdtLimit = from.gdtLimit;
        system.idtBase = from.idtBase;
        system.idtLimit = from.idtLimit;
        system.cr0 = from.cr0;
        system.cr2 = from.cr2;
        system.cr3 = from.cr3;
        system.cr4 = from.cr4;
        system.efer = from.efer;
        cpu.apic.setCr8((int) from.cr8 & 0xF);
        System.arraycopy(from.debug, 0, system.debug, 0, 8);
        system.debug[6] = from.debug[6] & Dr6.WRITABLE | Dr6.FIXED;
        system.debug[7] |= Dr7.FIXED;
        if (usesPdptes(cpu)) {
            cpu.control.loadPdptes(from.cr3);
        }
        cpu.cpl = privilege(cpu);
        cpu.mmu.flush(false);
        cpu.debug.registersChanged();
        cpu.resume();
    }

    private static void set(Segments segments, int i, SegmentState state) {
        segments.set(i, state.selector(), state.base(), state.limit(), state.access());
    }

    private static boolean usesPdptes(Processor cpu) {
        SystemRegisters system = cpu.system;
        return (system.cr0 & Cr0.PG) != 0 && (system.cr4 & Cr4.PAE) != 0 && !cpu.isLong();
    }

    private static int privilege(Processor cpu) {
        if (cpu.isReal()) {
            return 0;
        }
        return cpu.isVm86() ? 3 : cpu.segments.selector[Segments.CS] & 3;
    }
}
