package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.Segments;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.RegisterKind;
import dev.lungo.isa.Width;

/** Moves to and from segment registers: LDS to LSS, and the forms of MOV, PUSH and POP. */
public final class SegmentLoads {
    private SegmentLoads() {}

    public static Op lower(Lowering at, Instruction instruction) {
        int segment =
                switch (instruction.mnemonic()) {
                    case LES -> Segments.ES;
                    case LSS -> Segments.SS;
                    case LDS -> Segments.DS;
                    case LFS -> Segments.FS;
                    case LGS -> Segments.GS;
                    default ->
                            throw new IllegalArgumentException(
                                    "not of this family: " + instruction);
                };
        Place to = at.place(instruction.operand(0));
        Address pointer = at.address((Operand.Memory) instruction.operand(1));
        return new LoadPointer(segment, to, pointer);
    }

    private static boolean isSegment(Operand operand) {
        return operand instanceof Operand.Register register
                && register.kind() == RegisterKind.SEGMENT;
    }

    private static int number(Operand operand) {
        return ((Operand.Register) operand).number();
    }

    /** MOV with a segment register as one of its operands. */
    static Op lowerMove(Lowering at, Instruction instruction) {
        Operand to = instruction.operand(0);
        Operand from = instruction.operand(1);
        if (isSegment(to)) {
            return new Load(number(to), at.place(from, Width.WORD));
        }
        Width width = to instanceof Operand.Memory ? Width.WORD : Width.ofBytes(to.bytes());
        return new Store(number(from), at.place(to, width));
    }

    /** PUSH and POP of a segment register. */
    static Op lowerPushPop(Lowering at, Instruction instruction) {
        int segment = number(instruction.operand(0));
        int bytes = instruction.operandBytes();
        return instruction.mnemonic() == Mnemonic.PUSH
                ? new Push(segment, bytes)
                : new Pop(segment, bytes);
    }

    /** What is left to do when a segment register has been loaded: the mode may have changed. */
    private static void loaded(Processor cpu, int segment) {
        if (!cpu.is64() && segment < Segments.FS) {
            cpu.updateMode();
        }
        if (segment == Segments.SS) {
            cpu.debug.stackSegmentLoaded();
        }
    }

    private static final class LoadPointer extends Op.Serializing {
        private final int segment;
        private final Place to;
        private final Address pointer;

        LoadPointer(int segment, Place to, Address pointer) {
            this.segment = segment;
            this.to = to;
            this.pointer = pointer;
        }

        @Override
        protected void perform(Processor cpu) {
            int bytes = to.width.bytes();
            long offset = cpu.mmu.load(pointer.forLoad(cpu, bytes), bytes);
            int selector = cpu.mmu.load16(pointer.linear(cpu, bytes, 2, false));
            cpu.loader.load(segment, selector);
            to.set(cpu, offset);
            if (!cpu.is64() && segment < Segments.FS) {
                cpu.updateMode();
            }
        }
    }

    private static final class Load extends Op.Serializing {
        private final int segment;
        private final Place from;

        Load(int segment, Place from) {
            this.segment = segment;
            this.from = from;
        }

        @Override
        protected void perform(Processor cpu) {
            cpu.loader.load(segment, (int) from.get(cpu));
            loaded(cpu, segment);
        }
    }

    private static final class Store extends Op {
        private final int segment;
        private final Place to;

        Store(int segment, Place to) {
            this.segment = segment;
            this.to = to;
        }

        @Override
        public void execute(Processor cpu) {
            to.set(cpu, cpu.segments.selector[segment]);
        }
    }

    /** Writes two bytes where the operand size is 4, as recent Intel processors do. */
    private static final class Push extends Op {
        private final int segment;
        private final int bytes;

        Push(int segment, int bytes) {
            this.segment = segment;
            this.bytes = bytes;
        }

        @Override
        public void execute(Processor cpu) {
            int written = bytes == 4 ? 2 : bytes;
            cpu.stack.current();
            cpu.stack.skip(written - bytes);
            cpu.stack.push(cpu.segments.selector[segment], written);
            cpu.stack.commit();
        }

        @Override
        public boolean addressesStack() {
            return true;
        }
    }

    private static final class Pop extends Op.Serializing {
        private final int segment;
        private final int bytes;

        Pop(int segment, int bytes) {
            this.segment = segment;
            this.bytes = bytes;
        }

        @Override
        protected void perform(Processor cpu) {
            cpu.stack.current();
            int selector = (int) cpu.stack.pop(2);
            cpu.stack.skip(bytes - 2);
            cpu.loader.load(segment, selector);
            cpu.stack.commit();
            loaded(cpu, segment);
        }

        @Override
        public boolean addressesStack() {
            return true;
        }
    }
}
