package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Processor;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.RegisterKind;
import java.util.function.Function;

/**
 * What all vector instructions share: whether the operating system allows them, and what using MMX
 * registers does to the x87 unit. SDM 3A, "System Programming for Instruction Set Extensions and
 * Processor Extended States".
 */
public final class Vectors {
    private Vectors() {}

    /** Lowers an instruction of the family whose forms the function makes. */
    public static Op lower(
            Lowering at, Instruction instruction, Function<Form, ? extends Op> family) {
        Form form = new Form(at, instruction);
        boolean mmx = form.uses(RegisterKind.MMX) || instruction.mnemonic() == Mnemonic.EMMS;
        boolean vector = form.uses(RegisterKind.XMM) || !mmx;
        int needed = form.vex ? Mode.AVX : vector ? Mode.SSE : Mode.X87;
        if ((at.mode() & needed) == 0) {
            return new Unavailable(needed);
        }
        Op frequent = mmx ? null : Frequent.of(form);
        if (frequent != null) {
            return frequent;
        }
        Op op = family.apply(form);
        return mmx ? new OnMmx(form, op) : op;
    }

    /** SDM 2A, "Exceptions Type 1 to 8" (tables 2-18 and following): which fault it is. */
    private static final class Unavailable extends Op.Ending {
        private final int needed;

        Unavailable(int needed) {
            this.needed = needed;
        }

        @Override
        public void execute(Processor cpu) {
            throw cpu.fault(isUndefined(cpu) ? ExceptionVector.UD : ExceptionVector.NM, 0);
        }

        private boolean isUndefined(Processor cpu) {
            boolean emulated = (cpu.system.cr0 & Cr0.EM) != 0;
            return switch (needed) {
                case Mode.X87 -> emulated;
                case Mode.SSE -> emulated || (cpu.system.cr4 & Cr4.OSFXSR) == 0;
                default ->
                        !cpu.isProtected()
                                || (cpu.system.cr4 & Cr4.OSXSAVE) == 0
                                || (cpu.system.xcr0 & 0b110) != 0b110;
            };
        }
    }

    /**
     * An instruction on MMX registers: it waits for pending x87 exceptions, makes the x87 stack
     * begin at R0 and all its registers valid, and gives the register it writes an exponent of
     * ones. SDM 3A, "Intel MMX Technology System Programming".
     */
    private static final class OnMmx extends Op {
        private final Op op;
        private final boolean leaves;

        /** The register that is written, or -1. */
        private final int written;

        OnMmx(Form form, Op op) {
            this.op = op;
            leaves = form.mnemonic == Mnemonic.EMMS;
            boolean writes =
                    !leaves && form.is(0, RegisterKind.MMX) && form.mnemonic != Mnemonic.MASKMOVQ;
            written = writes ? ((Operand.Register) form.operand(0)).number() : -1;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.fpu.checkPending();
            op.execute(cpu);
            if (leaves) {
                cpu.fpu.leaveMmx();
                return;
            }
            cpu.fpu.enterMmx();
            if (written >= 0) {
                cpu.fpu.wroteMmx(written);
            }
        }
    }
}
