package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Width;

/**
 * The integer instructions that add, subtract, compare and combine bits.
 *
 * <p>{@link Alu} has the meaning; the classes here are shapes: where operands come from and where
 * the result goes.
 */
public final class Arithmetic {
    private Arithmetic() {}

    public static Op lower(Lowering at, Instruction i) {
        return switch (i.mnemonic()) {
            case ADD, OR, ADC, SBB, AND, SUB, XOR, CMP, TEST -> binary(at, i);
            case INC, DEC, NEG, NOT -> unary(at, i);
            case ADCX -> new AddWithOneFlag(at.place(i.operand(0)), at.place(i.operand(1)), false);
            case ADOX -> new AddWithOneFlag(at.place(i.operand(0)), at.place(i.operand(1)), true);
            case XADD -> new ExchangeAdd(at.place(i.operand(0)), at.place(i.operand(1)));
            case CMPXCHG -> CompareExchange.lower(at, i);
            case CMPXCHG8B, CMPXCHG16B -> CompareExchange.lowerPair(at, i);
            default -> throw new IllegalArgumentException("not arithmetic: " + i.mnemonic());
        };
    }

    private static Op binary(Lowering at, Instruction i) {
        Alu op = Alu.valueOf(i.mnemonic().name());
        Operand to = i.operand(0);
        Operand from = i.operand(1);
        if (to instanceof Operand.Register register && from.bytes() <= 8 && register.bytes() >= 4) {
            long destination = at.register(register);
            boolean wide = register.bytes() == 8;
            if (from instanceof Operand.Memory memory) {
                Address address = at.address(memory);
                return wide
                        ? new FromMemory64(op, destination, address)
                        : new FromMemory32(op, destination, address);
            }
            long source = at.cell(from);
            return wide ? quad(op, destination, source) : dual(op, destination, source);
        }
        if (to instanceof Operand.Memory memory && op.discards()) {
            Address address = at.address(memory);
            long source = at.cell(from);
            switch (Width.ofBytes(memory.bytes())) {
                case BYTE -> {
                    return new CompareMemory8(op, address, source);
                }
                case DWORD -> {
                    return new CompareMemory32(op, address, source);
                }
                case QWORD -> {
                    return new CompareMemory64(op, address, source);
                }
                case WORD -> {}
            }
        }
        if (to.bytes() == 1
                && !(to instanceof Operand.Memory)
                && !(from instanceof Operand.Memory)) {
            long destination = at.cell(to);
            long source = at.cell(from);
            return switch (op) {
                case CMP -> new Cmp8(destination, source);
                case TEST -> new Test8(destination, source);
                case ADD, OR, ADC, SBB, AND, SUB, XOR -> new Generic8(op, destination, source);
            };
        }
        Place destination = at.place(to);
        Place source = at.place(from, destination.width);
        return op.discards()
                ? new Compare(op, destination, source)
                : new Update(op, destination, source);
    }

    private static Op unary(Lowering at, Instruction i) {
        Place place = at.place(i.operand(0));
        if (!place.isMemory()) {
            long cell = at.cell(i.operand(0));
            if (i.mnemonic() == Mnemonic.INC || i.mnemonic() == Mnemonic.DEC) {
                int delta = i.mnemonic() == Mnemonic.INC ? 1 : -1;
                switch (place.width) {
                    case DWORD -> {
                        return new Step32(cell, delta);
                    }
                    case QWORD -> {
                        return new Step64(cell, delta);
                    }
                    case BYTE, WORD -> {}
                }
            }
        }
        return new Unary(i.mnemonic(), place);
    }

    // Register with register or constant, 32 and 64 bits: the hot forms.

    private static Op quad(Alu op, long to, long from) {
        return switch (op) {
            case ADD -> new Add64(to, from);
            case SUB -> new Sub64(to, from);
            case CMP -> new Cmp64(to, from);
            case AND -> new And64(to, from);
            case TEST -> new Test64(to, from);
            case XOR -> new Xor64(to, from);
            case OR -> new Or64(to, from);
            case ADC, SBB -> new Generic64(op, to, from);
        };
    }

    private static Op dual(Alu op, long to, long from) {
        return switch (op) {
            case ADD -> new Add32(to, from);
            case SUB -> new Sub32(to, from);
            case CMP -> new Cmp32(to, from);
            case AND -> new And32(to, from);
            case TEST -> new Test32(to, from);
            case XOR -> new Xor32(to, from);
            case OR -> new Or32(to, from);
            case ADC, SBB -> new Generic32(op, to, from);
        };
    }

    abstract static class Cells extends Op {
        final long to;
        final long from;

        Cells(long to, long from) {
            this.to = to;
            this.from = from;
        }
    }

    static final class Add64 extends Cells {
        Add64(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            long a = Raw.getLong(to);
            long b = Raw.getLong(from);
            Raw.putLong(to, a + b);
            Flags.add64(cpu.state, a, b, a + b);
        }
    }

    static final class Sub64 extends Cells {
        Sub64(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            long a = Raw.getLong(to);
            long b = Raw.getLong(from);
            Raw.putLong(to, a - b);
            Flags.sub64(cpu.state, a, b, a - b);
        }
    }

    static final class Cmp64 extends Cells {
        Cmp64(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            long a = Raw.getLong(to);
            long b = Raw.getLong(from);
            Flags.sub64(cpu.state, a, b, a - b);
        }
    }

    private static final class And64 extends Cells {
        And64(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            long result = Raw.getLong(to) & Raw.getLong(from);
            Raw.putLong(to, result);
            Flags.logic(cpu.state, result);
        }
    }

    static final class Test64 extends Cells {
        Test64(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            Flags.logic(cpu.state, Raw.getLong(to) & Raw.getLong(from));
        }
    }

    private static final class Xor64 extends Cells {
        Xor64(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            long result = Raw.getLong(to) ^ Raw.getLong(from);
            Raw.putLong(to, result);
            Flags.logic(cpu.state, result);
        }
    }

    private static final class Or64 extends Cells {
        Or64(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            long result = Raw.getLong(to) | Raw.getLong(from);
            Raw.putLong(to, result);
            Flags.logic(cpu.state, result);
        }
    }

    private static final class Generic64 extends Cells {
        private final Alu op;

        Generic64(Alu op, long to, long from) {
            super(to, from);
            this.op = op;
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putLong(to, op.apply(cpu.state, 64, Raw.getLong(to), Raw.getLong(from)));
        }
    }

    private static final class Add32 extends Cells {
        Add32(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            int a = Raw.getInt(to);
            int b = Raw.getInt(from);
            Raw.putLong(to, a + b & 0xFFFF_FFFFL);
            Flags.add32(cpu.state, a, b, a + b);
        }
    }

    static final class Sub32 extends Cells {
        Sub32(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            int a = Raw.getInt(to);
            int b = Raw.getInt(from);
            Raw.putLong(to, a - b & 0xFFFF_FFFFL);
            Flags.sub32(cpu.state, a, b, a - b);
        }
    }

    static final class Cmp32 extends Cells {
        Cmp32(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            int a = Raw.getInt(to);
            int b = Raw.getInt(from);
            Flags.sub32(cpu.state, a, b, a - b);
        }
    }

    private static final class And32 extends Cells {
        And32(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            int result = Raw.getInt(to) & Raw.getInt(from);
            Raw.putLong(to, result & 0xFFFF_FFFFL);
            Flags.logic(cpu.state, result);
        }
    }

    static final class Test32 extends Cells {
        Test32(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            Flags.logic(cpu.state, Raw.getInt(to) & Raw.getInt(from));
        }
    }

    private static final class Xor32 extends Cells {
        Xor32(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            int result = Raw.getInt(to) ^ Raw.getInt(from);
            Raw.putLong(to, result & 0xFFFF_FFFFL);
            Flags.logic(cpu.state, result);
        }
    }

    private static final class Or32 extends Cells {
        Or32(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            int result = Raw.getInt(to) | Raw.getInt(from);
            Raw.putLong(to, result & 0xFFFF_FFFFL);
            Flags.logic(cpu.state, result);
        }
    }

    private static final class Generic32 extends Cells {
        private final Alu op;

        Generic32(Alu op, long to, long from) {
            super(to, from);
            this.op = op;
        }

        @Override
        public void execute(Processor cpu) {
            long result = op.apply(cpu.state, 32, Raw.getInt(to), Raw.getInt(from));
            Raw.putLong(to, result & 0xFFFF_FFFFL);
        }
    }

    static final class Cmp8 extends Cells {
        Cmp8(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            int a = Raw.getByte(to);
            int b = Raw.getByte(from);
            Flags.sub(cpu.state, 8, a, b, a - b);
        }
    }

    static final class Test8 extends Cells {
        Test8(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            Flags.logic(cpu.state, (byte) (Raw.getByte(to) & Raw.getByte(from)));
        }
    }

    private static final class Generic8 extends Cells {
        private final Alu op;

        Generic8(Alu op, long to, long from) {
            super(to, from);
            this.op = op;
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putByte(to, (int) op.apply(cpu.state, 8, Raw.getByte(to), Raw.getByte(from)));
        }
    }

    /** INC and DEC of a register. */
    private static final class Step32 extends Op {
        private final long cell;
        private final int delta;

        Step32(long cell, int delta) {
            this.cell = cell;
            this.delta = delta;
        }

        @Override
        public void execute(Processor cpu) {
            int old = Raw.getInt(cell);
            Raw.putLong(cell, old + delta & 0xFFFF_FFFFL);
            Alu.step(cpu.state, 32, old, delta);
        }
    }

    private static final class Step64 extends Op {
        private final long cell;
        private final int delta;

        Step64(long cell, int delta) {
            this.cell = cell;
            this.delta = delta;
        }

        @Override
        public void execute(Processor cpu) {
            long old = Raw.getLong(cell);
            Raw.putLong(cell, old + delta);
            Alu.step(cpu.state, 64, old, delta);
        }
    }

    /** Register with memory. */
    private static final class FromMemory64 extends Op {
        private final Alu op;
        private final long to;
        private final Address address;

        FromMemory64(Alu op, long to, Address address) {
            this.op = op;
            this.to = to;
            this.address = address;
        }

        @Override
        public void execute(Processor cpu) {
            long b = cpu.mmu.load64(address.forLoad(cpu, 8));
            long result = op.apply(cpu.state, 64, Raw.getLong(to), b);
            if (!op.discards()) {
                Raw.putLong(to, result);
            }
        }
    }

    private static final class FromMemory32 extends Op {
        private final Alu op;
        private final long to;
        private final Address address;

        FromMemory32(Alu op, long to, Address address) {
            this.op = op;
            this.to = to;
            this.address = address;
        }

        @Override
        public void execute(Processor cpu) {
            int b = cpu.mmu.load32(address.forLoad(cpu, 4));
            long result = op.apply(cpu.state, 32, Raw.getInt(to), b);
            if (!op.discards()) {
                Raw.putLong(to, result & 0xFFFF_FFFFL);
            }
        }
    }

    // CMP and TEST of memory.

    private static final class CompareMemory8 extends Op {
        private final Alu op;
        private final Address address;
        private final long from;

        CompareMemory8(Alu op, Address address, long from) {
            this.op = op;
            this.address = address;
            this.from = from;
        }

        @Override
        public void execute(Processor cpu) {
            int a = cpu.mmu.load8(address.forLoad(cpu, 1));
            int b = Raw.getByte(from);
            if (op == Alu.CMP) {
                Flags.sub(cpu.state, 8, a, b, a - b);
            } else {
                Flags.logic(cpu.state, (byte) (a & b));
            }
        }
    }

    private static final class CompareMemory32 extends Op {
        private final Alu op;
        private final Address address;
        private final long from;

        CompareMemory32(Alu op, Address address, long from) {
            this.op = op;
            this.address = address;
            this.from = from;
        }

        @Override
        public void execute(Processor cpu) {
            int a = cpu.mmu.load32(address.forLoad(cpu, 4));
            int b = Raw.getInt(from);
            if (op == Alu.CMP) {
                Flags.sub32(cpu.state, a, b, a - b);
            } else {
                Flags.logic(cpu.state, a & b);
            }
        }
    }

    private static final class CompareMemory64 extends Op {
        private final Alu op;
        private final Address address;
        private final long from;

        CompareMemory64(Alu op, Address address, long from) {
            this.op = op;
            this.address = address;
            this.from = from;
        }

        @Override
        public void execute(Processor cpu) {
            long a = cpu.mmu.load64(address.forLoad(cpu, 8));
            long b = Raw.getLong(from);
            if (op == Alu.CMP) {
                Flags.sub64(cpu.state, a, b, a - b);
            } else {
                Flags.logic(cpu.state, a & b);
            }
        }
    }

    // Anything with anything.

    private static final class Update extends Op {
        private final Alu op;
        private final Place to;
        private final Place from;

        Update(Alu op, Place to, Place from) {
            this.op = op;
            this.to = to;
            this.from = from;
        }

        @Override
        public void execute(Processor cpu) {
            long b = from.get(cpu);
            long a = to.getForUpdate(cpu);
            to.update(cpu, op.apply(cpu.state, to.width.bits(), a, b));
        }
    }

    private static final class Compare extends Op {
        private final Alu op;
        private final Place left;
        private final Place right;

        Compare(Alu op, Place left, Place right) {
            this.op = op;
            this.left = left;
            this.right = right;
        }

        @Override
        public void execute(Processor cpu) {
            long a = left.get(cpu);
            op.apply(cpu.state, left.width.bits(), a, right.get(cpu));
        }
    }

    private static final class Unary extends Op {
        private final Mnemonic op;
        private final Place place;

        Unary(Mnemonic op, Place place) {
            this.op = op;
            this.place = place;
        }

        @Override
        public void execute(Processor cpu) {
            long a = place.getForUpdate(cpu);
            int bits = place.width.bits();
            switch (op) {
                case NOT -> place.update(cpu, ~a);
                case NEG -> {
                    place.update(cpu, -a);
                    Flags.sub(cpu.state, bits, 0, a, -a);
                }
                default -> {
                    int delta = op == Mnemonic.INC ? 1 : -1;
                    place.update(cpu, a + delta);
                    Alu.step(cpu.state, bits, a, delta);
                }
            }
        }
    }

    /** ADCX and ADOX: the carry goes in and out through one flag, and no other changes. */
    private static final class AddWithOneFlag extends Op {
        private final Place to;
        private final Place from;
        private final boolean throughOverflow;

        AddWithOneFlag(Place to, Place from, boolean throughOverflow) {
            this.to = to;
            this.from = from;
            this.throughOverflow = throughOverflow;
        }

        @Override
        public void execute(Processor cpu) {
            long b = from.get(cpu);
            long a = to.get(cpu);
            boolean in = throughOverflow ? Flags.of(cpu.state) : Flags.cf(cpu.state);
            long sum = a + b + (in ? 1 : 0);
            long carries = (a & b) | ((a | b) & ~sum);
            boolean out = (carries & to.width.signBit()) != 0;
            to.set(cpu, sum);
            if (throughOverflow) {
                Flags.setOverflow(cpu.state, out);
            } else {
                Flags.setCarry(cpu.state, out);
            }
        }
    }

    private static final class ExchangeAdd extends Op {
        private final Place to;
        private final Place from;

        ExchangeAdd(Place to, Place from) {
            this.to = to;
            this.from = from;
        }

        @Override
        public void execute(Processor cpu) {
            long a = to.getForUpdate(cpu);
            long b = from.get(cpu);
            if (to.isMemory()) {
                to.update(cpu, a + b);
                from.set(cpu, a);
            } else {
                from.set(cpu, a);
                to.set(cpu, a + b);
            }
            Flags.add(cpu.state, to.width.bits(), a, b, a + b);
        }
    }
}
