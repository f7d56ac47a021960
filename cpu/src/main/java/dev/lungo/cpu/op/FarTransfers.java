package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Processor;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;

/**
 * Transfers that load CS, and the instructions that raise interrupts: JMP, CALL and RET far, IRET,
 * INT n, INT1, INT3, INTO, BOUND.
 */
public final class FarTransfers {
    private FarTransfers() {}

    public static Op lower(Lowering at, Instruction instruction) {
        int bytes = instruction.operandBytes();
        long mask = at.is64() ? -1 : 0xFFFF_FFFFL;
        return switch (instruction.mnemonic()) {
            case JMPF, CALLF -> transfer(at, instruction, mask);
            case RETF -> {
                boolean releases = !instruction.operands().isEmpty();
                Operand count = releases ? instruction.operand(0) : null;
                yield new Return(
                        bytes, count instanceof Operand.Immediate n ? (int) n.value() & 0xFFFF : 0);
            }
            case IRET -> new InterruptReturn(bytes, mask);
            case INT -> {
                var vector = (Operand.Immediate) instruction.operand(0);
                yield new Interrupt((int) vector.value() & 0xFF, mask);
            }
            case INT1 -> new Int1(mask);
            case INT3 -> new Trap(ExceptionVector.BP, mask);
            case INTO -> new OverflowTrap(mask);
            case BOUND -> bound(at, instruction);
            default -> throw new IllegalArgumentException("not of this family: " + instruction);
        };
    }

    private static Op transfer(Lowering at, Instruction instruction, long mask) {
        boolean call = instruction.mnemonic() == Mnemonic.CALLF;
        int bytes = instruction.operandBytes();
        return switch (instruction.operand(0)) {
            case Operand.FarPointer to -> new Direct(to.selector(), to.offset(), bytes, mask, call);
            case Operand.Memory memory -> new Indirect(at.address(memory), bytes, mask, call);
            case Operand.Register _, Operand.Immediate _, Operand.Relative _ ->
                    throw new IllegalArgumentException("no far pointer: " + instruction);
        };
    }

    /** To a pointer in the instruction. */
    private static final class Direct extends Op.Ending {
        private final int selector;
        private final long offset;
        private final int bytes;
        private final long mask;
        private final boolean call;

        Direct(int selector, long offset, int bytes, long mask, boolean call) {
            this.selector = selector;
            this.offset = offset;
            this.bytes = bytes;
            this.mask = mask;
            this.call = call;
        }

        @Override
        public void execute(Processor cpu) {
            long next = cpu.rip() + end & mask;
            if (call) {
                cpu.farJumps.call(selector, offset, bytes, next);
            } else {
                cpu.farJumps.jump(selector, offset, bytes, next);
            }
        }
    }

    /** To a pointer in memory: the offset, then the selector. */
    private static final class Indirect extends Op.Ending {
        private final Address address;
        private final int bytes;
        private final long mask;
        private final boolean call;

        Indirect(Address address, int bytes, long mask, boolean call) {
            this.address = address;
            this.bytes = bytes;
            this.mask = mask;
            this.call = call;
        }

        @Override
        public void execute(Processor cpu) {
            long offset = cpu.mmu.load(address.forLoad(cpu, bytes), bytes);
            int selector = cpu.mmu.load16(address.linear(cpu, bytes, 2, false));
            long next = cpu.rip() + end & mask;
            if (call) {
                cpu.farJumps.call(selector, offset, bytes, next);
            } else {
                cpu.farJumps.jump(selector, offset, bytes, next);
            }
        }
    }

    private static final class Return extends Op.Ending {
        private final int bytes;
        private final int release;

        Return(int bytes, int release) {
            this.bytes = bytes;
            this.release = release;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.farReturns.far(bytes, release);
        }
    }

    private static final class InterruptReturn extends Op.Ending {
        private final int bytes;
        private final long mask;

        InterruptReturn(int bytes, long mask) {
            this.bytes = bytes;
            this.mask = mask;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.interruptReturn.execute(bytes, cpu.rip() + end & mask);
        }
    }

    private static final class Interrupt extends Op.Ending {
        private final int vector;
        private final long mask;

        Interrupt(int vector, long mask) {
            this.vector = vector;
            this.mask = mask;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.events.software(vector, cpu.rip() + end & mask);
        }
    }

    private static final class Int1 extends Op.Ending {
        private final long mask;

        Int1(long mask) {
            this.mask = mask;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.events.int1(cpu.rip() + end & mask);
        }
    }

    private static final class Trap extends Op.Ending {
        private final ExceptionVector vector;
        private final long mask;

        Trap(ExceptionVector vector, long mask) {
            this.vector = vector;
            this.mask = mask;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.events.trap(vector, cpu.rip() + end & mask);
        }
    }

    private static final class OverflowTrap extends Op.Ending {
        private final long mask;

        OverflowTrap(long mask) {
            this.mask = mask;
        }

        @Override
        public void execute(Processor cpu) {
            if (Flags.of(cpu.state)) {
                cpu.events.trap(ExceptionVector.OF, cpu.rip() + end & mask);
            } else {
                cpu.continueAt(end);
            }
        }
    }

    private static Op bound(Lowering at, Instruction instruction) {
        Place index = at.place(instruction.operand(0));
        return new Bound(index, at.address((Operand.Memory) instruction.operand(1)));
    }

    /** SDM 2A, "BOUND—Check Array Index Against Bounds". */
    private static final class Bound extends Op {
        private final Place index;
        private final Address bounds;

        Bound(Place index, Address bounds) {
            this.index = index;
            this.bounds = bounds;
        }

        @Override
        public void execute(Processor cpu) {
            int bytes = index.width.bytes();
            long lower = cpu.mmu.load(bounds.forLoad(cpu, bytes), bytes);
            long upper = cpu.mmu.load(bounds.linear(cpu, bytes, bytes, false), bytes);
            long value = index.width.signExtend(index.get(cpu));
            if (value < index.width.signExtend(lower) || value > index.width.signExtend(upper)) {
                throw cpu.fault(ExceptionVector.BR, 0);
            }
        }
    }
}
