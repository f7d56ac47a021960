package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Processor;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Rflags;

/** PUSHF and POPF. The rules are those of {@link dev.lungo.cpu.core.FlagsRegister}. */
public final class FlagsStack {
    private FlagsStack() {}

    public static Op lower(Lowering at, Instruction instruction) {
        int bytes = instruction.operandBytes();
        return instruction.mnemonic() == Mnemonic.PUSHF
                ? new Push(bytes)
                : new Pop(bytes, at.is64() ? -1 : 0xFFFF_FFFFL);
    }

    private static final class Push extends Op {
        private final int bytes;

        Push(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public void execute(Processor cpu) {
            long image = cpu.flags.toPush(bytes);
            cpu.stack.current();
            cpu.stack.push(image, bytes);
            cpu.stack.commit();
        }

        @Override
        public boolean addressesStack() {
            return true;
        }
    }

    /** Goes on as a straight run does, unless more than the status flags and IF has changed. */
    private static final class Pop extends Op.Ending {
        private static final long QUIET = Rflags.STATUS | Rflags.IF | Rflags.DF;

        private final int bytes;
        private final long mask;

        Pop(int bytes, long mask) {
            this.bytes = bytes;
            this.mask = mask;
        }

        @Override
        public void execute(Processor cpu) {
            long poppable = cpu.flags.poppable(bytes);
            cpu.stack.current();
            long image = cpu.stack.pop(bytes);
            long before = cpu.flags.read();
            cpu.flags.pop(image, poppable, bytes);
            cpu.stack.commit();
            if (((before ^ cpu.flags.read()) & ~QUIET) == 0) {
                cpu.branch(false, end, mask);
                return;
            }
            cpu.debug.updateStepping();
            cpu.updateMode();
            cpu.continueAt(end);
        }

        @Override
        public boolean addressesStack() {
            return true;
        }
    }
}
