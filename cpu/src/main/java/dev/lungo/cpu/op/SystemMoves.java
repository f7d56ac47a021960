package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Processor;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;
import dev.lungo.isa.RegisterKind;

/**
 * MOV to and from control and debug registers. SDM 2B, "MOV—Move to/from Control Registers" and
 * "MOV—Move to/from Debug Registers"; SDM 3B, "Debug Registers".
 */
final class SystemMoves {
    private SystemMoves() {}

    static Op lower(Lowering at, Instruction instruction) {
        Operand to = instruction.operand(0);
        Operand from = instruction.operand(1);
        if (to instanceof Operand.Register register && isSystem(register)) {
            Place source = at.place(from);
            return register.kind() == RegisterKind.CONTROL
                    ? new WriteControl(instruction, register.number(), source)
                    : new WriteDebug(instruction, register.number(), source);
        }
        Place destination = at.place(to);
        if (from instanceof Operand.Register register && isSystem(register)) {
            return register.kind() == RegisterKind.CONTROL
                    ? new ReadControl(instruction, register.number(), destination)
                    : new ReadDebug(instruction, register.number(), destination);
        }
        throw new IllegalArgumentException("not a system register's: " + instruction);
    }

    private static boolean isSystem(Operand.Register register) {
        return register.kind() == RegisterKind.CONTROL || register.kind() == RegisterKind.DEBUG;
    }

    private static final class ReadControl extends Op {
        private final Instruction instruction;
        private final int number;
        private final Place destination;

        ReadControl(Instruction instruction, int number, Place destination) {
            this.instruction = instruction;
            this.number = number;
            this.destination = destination;
        }

        @Override
        public void execute(Processor cpu) {
            SystemOp.requireCpl0(cpu);
            cpu.intercept(instruction, 0);
            destination.set(cpu, cpu.control.read(number));
        }
    }

    private static final class WriteControl extends Op.Serializing {
        private final Instruction instruction;
        private final int number;
        private final Place source;

        WriteControl(Instruction instruction, int number, Place source) {
            this.instruction = instruction;
            this.number = number;
            this.source = source;
        }

        @Override
        protected void perform(Processor cpu) {
            SystemOp.requireCpl0(cpu);
            long value = source.get(cpu);
            cpu.intercept(instruction, value);
            cpu.control.write(number, value);
        }
    }

    private static final class ReadDebug extends Op {
        private final Instruction instruction;
        private final int number;
        private final Place destination;

        ReadDebug(Instruction instruction, int number, Place destination) {
            this.instruction = instruction;
            this.number = number;
            this.destination = destination;
        }

        @Override
        public void execute(Processor cpu) {
            int register = cpu.debug.checkAccess(number);
            cpu.intercept(instruction, 0);
            destination.set(cpu, cpu.debug.read(register));
        }
    }

    private static final class WriteDebug extends Op.Serializing {
        private final Instruction instruction;
        private final int number;
        private final Place source;

        WriteDebug(Instruction instruction, int number, Place source) {
            this.instruction = instruction;
            this.number = number;
            this.source = source;
        }

        @Override
        protected void perform(Processor cpu) {
            int register = cpu.debug.checkAccess(number);
            long value = source.get(cpu);
            cpu.intercept(instruction, value);
            cpu.debug.write(register, value);
        }
    }
}
