package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Processor;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Dr6;
import dev.lungo.isa.Dr7;
import dev.lungo.isa.ExceptionVector;
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

    /**
     * The checks that reads and writes share: DR4 and DR5 are DR6 and DR7 unless CR4.DE is set, and
     * DR7.GD guards them all.
     *
     * @return the register that is meant
     */
    private static int debugRegister(Processor cpu, int number) {
        boolean alias = number == 4 || number == 5;
        if (alias && (cpu.system.cr4 & Cr4.DE) != 0) {
            throw SystemOp.undefined(cpu);
        }
        SystemOp.requireCpl0(cpu);
        if ((cpu.system.debug[7] & Dr7.GD) != 0) {
            cpu.system.debug[6] |= Dr6.BD;
            throw cpu.fault(ExceptionVector.DB, 0);
        }
        return alias ? number + 2 : number;
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
            int register = debugRegister(cpu, number);
            cpu.intercept(instruction, 0);
            destination.set(cpu, cpu.system.debug[register]);
        }
    }

    private static final class WriteDebug extends Op.Serializing {
        private static final long DR7_WRITABLE = 0xFFFF_23FFL;

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
            int register = debugRegister(cpu, number);
            long value = source.get(cpu);
            cpu.intercept(instruction, value);
            if (register >= 6 && value >>> 32 != 0) {
                throw SystemOp.generalProtection(cpu);
            }
            cpu.system.debug[register] =
                    switch (register) {
                        case 6 -> value & Dr6.WRITABLE | Dr6.FIXED;
                        case 7 -> value & DR7_WRITABLE | Dr7.FIXED;
                        default -> value;
                    };
            cpu.debug.updateStepping();
        }
    }
}
