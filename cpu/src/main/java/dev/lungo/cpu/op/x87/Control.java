package dev.lungo.cpu.op.x87;

import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Fpu;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.ExceptionVector;

/**
 * Instructions on the control and status words, which leave the instruction and operand pointers
 * alone. SDM 2A under their names; those with N in their name do not wait.
 */
public final class Control {
    private static final int KEPT_BY_CLEAR = 0x7F00;

    private Control() {}

    /** FNINIT. */
    public static final class Initialize extends Op {
        @Override
        public void execute(Processor cpu) {
            cpu.fpu.initialize();
        }
    }

    /** FNCLEX: all flags, stack fault, summary and busy. */
    public static final class ClearExceptions extends Op {
        @Override
        public void execute(Processor cpu) {
            cpu.fpu.setStatusWord(cpu.fpu.statusWord() & KEPT_BY_CLEAR);
        }
    }

    /** FLDCW. */
    public static final class LoadControlWord extends Op {
        private final Place from;

        public LoadControlWord(Place from) {
            this.from = from;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.fpu.checkPending();
            cpu.fpu.setControlWord((int) from.get(cpu));
        }
    }

    /** FNSTCW. */
    public static final class StoreControlWord extends Op {
        private final Place to;

        public StoreControlWord(Place to) {
            this.to = to;
        }

        @Override
        public void execute(Processor cpu) {
            to.set(cpu, cpu.fpu.controlWord());
        }
    }

    /** FNSTSW, to memory or AX. */
    public static final class StoreStatusWord extends Op {
        private final Place to;

        public StoreStatusWord(Place to) {
            this.to = to;
        }

        @Override
        public void execute(Processor cpu) {
            to.set(cpu, cpu.fpu.statusWord());
        }
    }

    /** FENI, FDISI and FSETPM, which mean nothing since the 80387. */
    public static final class Nothing extends Op {
        @Override
        public void execute(Processor cpu) {
            // as it should be
        }
    }

    /** FWAIT, which CR0.TS stops only together with CR0.MP, and CR0.EM not at all. */
    public static final class Wait extends Op {
        @Override
        public void execute(Processor cpu) {
            long stopping = Cr0.TS | Cr0.MP;
            if ((cpu.system.cr0 & stopping) == stopping) {
                throw cpu.fault(ExceptionVector.NM, 0);
            }
            cpu.fpu.checkPending();
        }
    }

    /** Masks all exceptions, as storing the environment does. */
    static void maskAll(Fpu fpu) {
        fpu.setControlWord(fpu.controlWord() | FloatEnv.ALL);
    }
}
