package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.cpu.core.StateImage;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;

/**
 * FXSAVE and FXRSTOR, and MXCSR's load and store. SDM 1, "FXSAVE and FXRSTOR Instructions". What
 * XSAVE and its kin do is in {@link XSave} and {@link XRestore}.
 */
public final class ExtendedState {
    private static final int FX_BYTES = 512;
    private static final int MXCSR_VALID = 0xFFFF;

    private ExtendedState() {}

    public static Op lower(Lowering at, Instruction instruction) {
        Address area = at.address((Operand.Memory) instruction.operand(0));
        boolean wide = instruction.operandBytes() == 8;
        return switch (instruction.mnemonic()) {
            case FXSAVE, FXRSTOR -> {
                if ((at.mode() & Mode.X87) == 0) {
                    yield new Lowering.Raise(ExceptionVector.NM);
                }
                boolean save = instruction.mnemonic() == Mnemonic.FXSAVE;
                yield save ? new FxSave(area, wide) : new FxRestore(area, wide);
            }
            case XSAVE -> new XSave(instruction, area, wide, XSave.Form.PLAIN);
            case XSAVEOPT -> new XSave(instruction, area, wide, XSave.Form.OPTIMIZED);
            case XSAVEC -> new XSave(instruction, area, wide, XSave.Form.COMPACTED);
            case XSAVES -> new XSave(instruction, area, wide, XSave.Form.SUPERVISOR);
            case XRSTOR -> new XRestore(instruction, area, wide, false);
            case XRSTORS -> new XRestore(instruction, area, wide, true);
            case LDMXCSR -> new LoadMxcsr(area, false);
            case VLDMXCSR -> new LoadMxcsr(area, true);
            case STMXCSR -> new StoreMxcsr(area, false);
            case VSTMXCSR -> new StoreMxcsr(area, true);
            default -> throw new IllegalArgumentException(instruction.toString());
        };
    }

    private static final class FxSave extends Op {
        private final Address area;
        private final boolean wide;

        FxSave(Address area, boolean wide) {
            this.area = area;
            this.wide = wide;
        }

        @Override
        public void execute(Processor cpu) {
            long linear = aligned(cpu, area.forStore(cpu, FX_BYTES), 16);
            StateImage image = cpu.image;
            image.saveX87(wide);
            image.saveMxcsr();
            image.saveXmm();
            cpu.mmu.copyOut(linear, StateImage.XMM0 + 16 * image.registers(), image.host);
        }
    }

    private static final class FxRestore extends Op {
        private final Address area;
        private final boolean wide;

        FxRestore(Address area, boolean wide) {
            this.area = area;
            this.wide = wide;
        }

        @Override
        public void execute(Processor cpu) {
            long linear = aligned(cpu, area.forLoad(cpu, FX_BYTES), 16);
            StateImage image = cpu.image;
            cpu.mmu.copyIn(linear, StateImage.XMM0 + 16 * image.registers(), image.host);
            if (!image.mxcsrIsValid()) {
                throw SystemOp.generalProtection(cpu);
            }
            image.restoreX87(wide);
            image.restoreMxcsr();
            image.restoreXmm();
        }
    }

    /** #GP(0) unless the address is a multiple of this power of two. */
    static long aligned(Processor cpu, long linear, int bytes) {
        if ((linear & bytes - 1) != 0) {
            throw SystemOp.generalProtection(cpu);
        }
        return linear;
    }

    /** The checks of an SSE instruction, or of an AVX one. SDM 2A, "Exceptions Type 5". */
    private static void requireVectors(Processor cpu, boolean vex) {
        if (vex) {
            if (!cpu.isProtected() || (cpu.system.xcr0 & 6) != 6) {
                throw SystemOp.undefined(cpu);
            }
            SystemOp.requireCr4(cpu, Cr4.OSXSAVE);
        } else {
            if ((cpu.system.cr0 & Cr0.EM) != 0) {
                throw SystemOp.undefined(cpu);
            }
            SystemOp.requireCr4(cpu, Cr4.OSFXSR);
        }
        if ((cpu.system.cr0 & Cr0.TS) != 0) {
            throw cpu.fault(ExceptionVector.NM, 0);
        }
    }

    private static final class LoadMxcsr extends Op {
        private final Address from;
        private final boolean vex;

        LoadMxcsr(Address from, boolean vex) {
            this.from = from;
            this.vex = vex;
        }

        @Override
        public void execute(Processor cpu) {
            requireVectors(cpu, vex);
            int value = cpu.mmu.load32(from.forLoad(cpu, 4));
            if ((value & ~MXCSR_VALID) != 0) {
                throw SystemOp.generalProtection(cpu);
            }
            Raw.putInt(cpu.state + State.MXCSR, value);
        }
    }

    private static final class StoreMxcsr extends Op {
        private final Address to;
        private final boolean vex;

        StoreMxcsr(Address to, boolean vex) {
            this.to = to;
            this.vex = vex;
        }

        @Override
        public void execute(Processor cpu) {
            requireVectors(cpu, vex);
            cpu.mmu.store32(to.forStore(cpu, 4), Raw.getInt(cpu.state + State.MXCSR));
        }
    }
}
