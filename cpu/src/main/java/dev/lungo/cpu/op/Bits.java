package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Processor;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Rflags;
import dev.lungo.isa.Width;

/** Single bits, bit counts and bit fields; SETcc. SDM 2. */
public final class Bits {
    private Bits() {}

    public static Op lower(Lowering at, Instruction i) {
        Mnemonic op = i.mnemonic();
        return switch (op) {
            case BT, BTS, BTR, BTC -> test(at, i);
            case BSF, BSR, TZCNT, LZCNT, POPCNT ->
                    new Count(op, at.place(i.operand(0)), at.place(i.operand(1)));
            case BLSI, BLSR, BLSMSK ->
                    new LowestSet(op, at.place(i.operand(0)), at.place(i.operand(1)));
            case ANDN, BEXTR, BZHI, PDEP, PEXT ->
                    new Field(
                            op,
                            at.place(i.operand(0)),
                            at.place(i.operand(1)),
                            at.place(i.operand(2)));
            case CRC32 -> new Crc32(at.place(i.operand(0)), at.place(i.operand(1)));
            default -> new SetIf(Conditions.of(op, "SET"), at.place(i.operand(0)));
        };
    }

    private static Op test(Lowering at, Instruction i) {
        Place to = at.place(i.operand(0));
        Place bit = at.place(i.operand(1), to.width);
        boolean string = to.isMemory() && i.operand(1) instanceof Operand.Register;
        return string
                ? new TestInString(i.mnemonic(), to.address(), to.width, bit)
                : new Test(i.mnemonic(), to, bit);
    }

    /** What becomes of the operand, {@code mask} having the tested bit alone. */
    private static long change(Mnemonic op, long value, long mask) {
        return switch (op) {
            case BTS -> value | mask;
            case BTR -> value & ~mask;
            case BTC -> value ^ mask;
            default -> value;
        };
    }

    /** The bit number counts modulo the operand's width. */
    private static final class Test extends Op {
        private final Mnemonic op;
        private final Place to;
        private final Place bit;

        Test(Mnemonic op, Place to, Place bit) {
            this.op = op;
            this.to = to;
            this.bit = bit;
        }

        @Override
        public void execute(Processor cpu) {
            long mask = 1L << (bit.get(cpu) & to.width.bits() - 1);
            long value;
            if (op == Mnemonic.BT) {
                value = to.get(cpu);
            } else {
                value = to.getForUpdate(cpu);
                to.update(cpu, change(op, value, mask));
            }
            Flags.setCarry(cpu.state, (value & mask) != 0);
        }
    }

    /** The bit number, signed, reaches beyond the operand. */
    private static final class TestInString extends Op {
        private final Mnemonic op;
        private final Address address;
        private final Width width;
        private final Place bit;

        TestInString(Mnemonic op, Address address, Width width, Place bit) {
            this.op = op;
            this.address = address;
            this.width = width;
            this.bit = bit;
        }

        @Override
        public void execute(Processor cpu) {
            long number = width.signExtend(bit.get(cpu));
            int bytes = width.bytes();
            long more = Math.floorDiv(number, (long) width.bits()) * bytes;
            long mask = 1L << (number & width.bits() - 1);
            boolean store = op != Mnemonic.BT;
            long linear = address.linear(cpu, more, bytes, store);
            long value;
            if (store) {
                do {
                    value = cpu.mmu.loadForUpdate(linear, bytes);
                } while (!cpu.mmu.compareAndStore(linear, bytes, value, change(op, value, mask)));
            } else {
                value = cpu.mmu.load(linear, bytes);
            }
            Flags.setCarry(cpu.state, (value & mask) != 0);
        }
    }

    /**
     * BSF and BSR of zero leave the destination as it is, as hardware does. Flags that the manual
     * calls undefined follow the result.
     */
    private static final class Count extends Op {
        private final Mnemonic op;
        private final Place to;
        private final Place from;

        Count(Mnemonic op, Place to, Place from) {
            this.op = op;
            this.to = to;
            this.from = from;
        }

        @Override
        public void execute(Processor cpu) {
            long a = from.get(cpu);
            int bits = to.width.bits();
            int leading = Long.numberOfLeadingZeros(a) - (64 - bits);
            int trailing = a == 0 ? bits : Long.numberOfTrailingZeros(a);
            long state = cpu.state;
            switch (op) {
                case BSF, BSR -> {
                    if (a != 0) {
                        to.set(cpu, op == Mnemonic.BSF ? trailing : bits - 1 - leading);
                    }
                    Flags.setZero(state, a == 0);
                }
                case POPCNT -> {
                    long count = Long.bitCount(a);
                    to.set(cpu, count);
                    Flags.setStatus(state, count == 0 ? Rflags.ZF : 0);
                }
                default -> {
                    long count = op == Mnemonic.TZCNT ? trailing : leading;
                    to.set(cpu, count);
                    Flags.set(state, bits, count, a == 0, false, false);
                }
            }
        }
    }

    private static final class LowestSet extends Op {
        private final Mnemonic op;
        private final Place to;
        private final Place from;

        LowestSet(Mnemonic op, Place to, Place from) {
            this.op = op;
            this.to = to;
            this.from = from;
        }

        @Override
        public void execute(Processor cpu) {
            long a = from.get(cpu);
            long result =
                    switch (op) {
                        case BLSI -> a & -a;
                        case BLSR -> a & a - 1;
                        default -> a ^ a - 1;
                    };
            boolean carry = op == Mnemonic.BLSI ? a != 0 : a == 0;
            to.set(cpu, result);
            Flags.set(cpu.state, to.width.bits(), result, carry, false, false);
        }
    }

    private static final class Field extends Op {
        private final Mnemonic op;
        private final Place to;
        private final Place first;
        private final Place second;

        Field(Mnemonic op, Place to, Place first, Place second) {
            this.op = op;
            this.to = to;
            this.first = first;
            this.second = second;
        }

        @Override
        public void execute(Processor cpu) {
            long a = first.get(cpu);
            long b = second.get(cpu);
            int bits = to.width.bits();
            switch (op) {
                case ANDN -> finish(cpu, bits, ~a & b, false);
                case BEXTR -> {
                    int from = (int) b & 0xFF;
                    int length = (int) (b >>> 8) & 0xFF;
                    long shifted = from < bits ? a >>> from : 0;
                    finish(cpu, bits, length < 64 ? shifted & (1L << length) - 1 : shifted, false);
                }
                case BZHI -> {
                    int from = (int) b & 0xFF;
                    long kept = from < bits ? a & (1L << from) - 1 : a;
                    finish(cpu, bits, kept, from >= bits);
                }
                case PDEP -> to.set(cpu, Long.expand(a, b));
                default -> to.set(cpu, Long.compress(a, b));
            }
        }

        private void finish(Processor cpu, int bits, long result, boolean carry) {
            to.set(cpu, result);
            Flags.set(cpu.state, bits, result, carry, false, false);
        }
    }

    /** The polynomial 11EDC6F41h, bits reflected. */
    private static final class Crc32 extends Op {
        private static final int REFLECTED_POLYNOMIAL = 0x82F6_3B78;

        private final Place to;
        private final Place from;

        Crc32(Place to, Place from) {
            this.to = to;
            this.from = from;
        }

        @Override
        public void execute(Processor cpu) {
            long data = from.get(cpu);
            int crc = (int) to.get(cpu);
            for (int i = 0; i < from.width.bytes(); i++) {
                crc ^= (int) (data >>> 8 * i) & 0xFF;
                for (int bit = 0; bit < 8; bit++) {
                    crc = crc >>> 1 ^ ((crc & 1) != 0 ? REFLECTED_POLYNOMIAL : 0);
                }
            }
            to.set(cpu, crc & 0xFFFF_FFFFL);
        }
    }

    private static final class SetIf extends Op {
        private final int condition;
        private final Place to;

        SetIf(int condition, Place to) {
            this.condition = condition;
            this.to = to;
        }

        @Override
        public void execute(Processor cpu) {
            to.set(cpu, Flags.condition(cpu.state, condition) ? 1 : 0);
        }
    }
}
