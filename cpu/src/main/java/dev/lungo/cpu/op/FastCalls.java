package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.Segments;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Efer;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Rflags;

/**
 * SYSCALL, SYSRET, SYSENTER and SYSEXIT, each with its page in SDM 2B.
 *
 * <p>As on Intel's processors, SYSCALL and SYSRET exist in 64-bit mode alone, SYSENTER and SYSEXIT
 * in every mode but real-address, and a return address that is not canonical is #GP at CPL 0.
 */
public final class FastCalls {
    private static final int RCX = State.gpr(1);
    private static final int RDX = State.gpr(2);
    private static final int RSP = State.gpr(4);
    private static final int R11 = State.gpr(11);

    // Access words of flat segments: type, S, DPL 0, P; L or D/B; G.
    private static final int CODE64 = 0xA09B;
    private static final int CODE32 = 0xC09B;
    private static final int DATA = 0xC093;
    private static final int DPL3 = 3 << Segments.DPL_SHIFT;

    /** Bits of R11 that SYSRET loads into RFLAGS. */
    public static final int SYSRET_LOADS = 0x3C_7FD7;

    private FastCalls() {}

    public static Op lower(Lowering at, Instruction instruction) {
        boolean wide = instruction.operandBytes() == 8;
        return switch (instruction.mnemonic()) {
            case SYSCALL -> at.is64() ? new Syscall() : new Lowering.Raise(ExceptionVector.UD);
            case SYSRET -> at.is64() ? new Sysret(wide) : new Lowering.Raise(ExceptionVector.UD);
            case SYSENTER ->
                    (at.mode() & Mode.REAL) != 0
                            ? new Lowering.Raise(ExceptionVector.GP)
                            : new Sysenter();
            case SYSEXIT ->
                    (at.mode() & Mode.REAL) != 0
                            ? new Lowering.Raise(ExceptionVector.GP)
                            : new Sysexit(wide);
            default -> throw new IllegalArgumentException("not of this family: " + instruction);
        };
    }

    private static void enter(Processor cpu, int codeSelector, boolean code64, int cpl) {
        int dpl = cpl == 3 ? DPL3 : 0;
        cpu.segments.set(Segments.CS, codeSelector | cpl, 0, -1, (code64 ? CODE64 : CODE32) | dpl);
        cpu.cpl = cpl;
    }

    private static void setStack(Processor cpu, int selector, int cpl) {
        cpu.segments.set(Segments.SS, selector | cpl, 0, -1, DATA | (cpl == 3 ? DPL3 : 0));
    }

    /** CS and SS, as SYSCALL sets them. */
    private static void setForCall(Processor cpu) {
        int selector = (int) (cpu.system.star >>> 32) & 0xFFFC;
        enter(cpu, selector, true, 0);
        setStack(cpu, selector + 8, 0);
    }

    /** CS and SS, as SYSRET sets them. */
    private static void setForReturn(Processor cpu, boolean wide) {
        int selector = (int) (cpu.system.star >>> 48);
        enter(cpu, wide ? selector + 16 : selector, wide, 3);
        setStack(cpu, selector + 8, 3);
    }

    /** Translated code has changed the mode by itself: the rest follows. */
    public static void followModeChange(Processor cpu) {
        int changes = Raw.getInt(cpu.state + State.MODE_CHANGED);
        Raw.putInt(cpu.state + State.MODE_CHANGED, 0);
        if ((changes & State.BY_SYSCALL) != 0) {
            setForCall(cpu);
        } else if ((changes & State.BY_SYSRET) != 0) {
            setForReturn(cpu, true);
        }
        cpu.updateMode();
    }

    private static void arrive(Processor cpu, long rip) {
        cpu.setRip(rip);
        cpu.updateMode();
        cpu.resume();
    }

    private static void checkEnabled(Processor cpu) {
        if ((cpu.system.efer & Efer.SCE) == 0) {
            throw cpu.fault(ExceptionVector.UD, 0);
        }
    }

    private static final class Syscall extends Op.Ending {
        @Override
        public void execute(Processor cpu) {
            checkEnabled(cpu);
            long rflags = cpu.flags.read();
            Raw.putLong(cpu.state + RCX, cpu.rip() + end);
            Raw.putLong(cpu.state + R11, rflags);
            cpu.flags.write(
                    rflags & ~Raw.getLong(cpu.state + State.FMASK) & ~Rflags.RF, Rflags.DEFINED);
            setForCall(cpu);
            cpu.debug.flagsReplaced();
            arrive(cpu, Raw.getLong(cpu.state + State.LSTAR));
        }
    }

    private static final class Sysret extends Op.Ending {
        private final boolean wide;

        Sysret(boolean wide) {
            this.wide = wide;
        }

        @Override
        public void execute(Processor cpu) {
            checkEnabled(cpu);
            long rip = Raw.getLong(cpu.state + RCX);
            if (cpu.cpl != 0 || wide && !cpu.isCanonical(rip)) {
                throw cpu.fault(ExceptionVector.GP, 0);
            }
            cpu.flags.write(
                    Raw.getLong(cpu.state + R11) & SYSRET_LOADS | Rflags.FIXED, Rflags.DEFINED);
            setForReturn(cpu, wide);
            cpu.debug.flagsReplaced();
            arrive(cpu, wide ? rip : rip & 0xFFFF_FFFFL);
        }
    }

    private static final class Sysenter extends Op.Ending {
        @Override
        public void execute(Processor cpu) {
            var system = cpu.system;
            int selector = (int) system.sysenterCs & 0xFFFC;
            if (selector == 0) {
                throw cpu.fault(ExceptionVector.GP, 0);
            }
            boolean toLong = cpu.isLong();
            long mask = toLong ? -1 : 0xFFFF_FFFFL;
            cpu.flags.change(Rflags.VM | Rflags.IF | Rflags.RF, 0);
            Raw.putLong(cpu.state + RSP, system.sysenterEsp & mask);
            enter(cpu, selector, toLong, 0);
            setStack(cpu, selector + 8, 0);
            cpu.debug.updateStepping();
            arrive(cpu, system.sysenterEip & mask);
        }
    }

    private static final class Sysexit extends Op.Ending {
        private final boolean wide;

        Sysexit(boolean wide) {
            this.wide = wide;
        }

        @Override
        public void execute(Processor cpu) {
            int selector = (int) cpu.system.sysenterCs & 0xFFFC;
            if (selector == 0 || cpu.cpl != 0) {
                throw cpu.fault(ExceptionVector.GP, 0);
            }
            long rip = Raw.getLong(cpu.state + RDX);
            long rsp = Raw.getLong(cpu.state + RCX);
            if (wide) {
                if (!cpu.isCanonical(rip) || !cpu.isCanonical(rsp)) {
                    throw cpu.fault(ExceptionVector.GP, 0);
                }
                enter(cpu, selector + 32, true, 3);
                setStack(cpu, selector + 40, 3);
            } else {
                rip &= 0xFFFF_FFFFL;
                rsp &= 0xFFFF_FFFFL;
                enter(cpu, selector + 16, false, 3);
                setStack(cpu, selector + 24, 3);
            }
            Raw.putLong(cpu.state + RSP, rsp);
            arrive(cpu, rip);
        }
    }
}
