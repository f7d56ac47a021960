package dev.lungo.kvm;

import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.CpuSetup;
import java.util.Arrays;

/**
 * Runs a processor instruction by instruction, and tells its tracer of each.
 *
 * <p>A repeated instruction is told of once for each repetition. What an interrupt or an exception
 * leads to is told of when it is executed.
 */
final class Stepping {
    private static final int CS = 1;
    private static final int ACCESS_L = 1 << 13;
    private static final int ACCESS_DB = 1 << 14;
    private static final int PAGE_BYTES = 4096;

    private static final long NO_HALT = -1;

    private final CpuSetup setup;
    private final Vcpu cpu;
    private final CpuRegisters registers = new CpuRegisters();

    /** Where the instruction behind a HLT is, if that was told of last: guest-linear. */
    private long behindHalt = NO_HALT;

    Stepping(CpuSetup setup, Vcpu cpu) {
        this.setup = setup;
        this.cpu = cpu;
        GuestDebug.step(cpu);
    }

    /** The processor is about to be run by an instruction. */
    void tell() {
        RegisterTransfer.save(
                cpu.get(Ioctl.GET_REGS, Structs.REGS),
                cpu.get(Ioctl.GET_SREGS, Structs.SREGS),
                new Memory(Structs.DEBUGREGS),
                registers);
        CodeMode mode = mode();
        long linear = registers.rip;
        if (mode != CodeMode.CODE64) {
            linear = registers.segments[CS].base() + registers.rip & 0xFFFF_FFFFL;
        }
        byte[] bytes = code(linear);
        behindHalt = NO_HALT;
        if (Decoder.decode(mode, bytes, 0, bytes.length) instanceof Instruction instruction) {
            setup.tracer().instruction(setup.index(), mode, linear, instruction);
            if (instruction.mnemonic() == Mnemonic.HLT) {
                behindHalt = linear + instruction.length();
            }
        }
    }

    /**
     * Whether a HLT was told of last; where KVM interprets it, it may say so an instruction late.
     */
    boolean wasHalt() {
        return behindHalt != NO_HALT;
    }

    /**
     * Whether the step that has just ended was a HLT: where KVM interprets it, it says only that a
     * step has ended.
     */
    boolean hasHalted() {
        return wasHalt() && GuestDebug.stoppedBefore(cpu) == behindHalt;
    }

    private CodeMode mode() {
        SegmentState cs = registers.segments[CS];
        if ((registers.efer & Efer.LMA) != 0 && (cs.access() & ACCESS_L) != 0) {
            return CodeMode.CODE64;
        }
        boolean real = (registers.cr0 & Cr0.PE) == 0 || (registers.rflags & Rflags.VM) != 0;
        return !real && (cs.access() & ACCESS_DB) != 0 ? CodeMode.CODE32 : CodeMode.CODE16;
    }

    /** As much of an instruction as is mapped. */
    private byte[] code(long linear) {
        byte[] bytes = new byte[Decoder.MAX_BYTES];
        int first = Math.min(bytes.length, PAGE_BYTES - (int) (linear & PAGE_BYTES - 1));
        if (!read(linear, bytes, 0, first)) {
            return new byte[0];
        }
        boolean whole = read(linear + first, bytes, first, bytes.length - first);
        return whole ? bytes : Arrays.copyOf(bytes, first);
    }

    private boolean read(long linear, byte[] bytes, int at, int count) {
        Struct type = Structs.TRANSLATION;
        Memory translation = new Memory(type);
        translation.putLong(type.at("linear_address"), linear);
        cpu.call(Ioctl.TRANSLATE, translation);
        long physical = translation.getLong(type.at("physical_address"));
        if (translation.getByte(type.at("valid")) == 0
                || !setup.memory().contains(physical, count)) {
            return false;
        }
        setup.memory().read(physical, bytes, at, count);
        return true;
    }
}
