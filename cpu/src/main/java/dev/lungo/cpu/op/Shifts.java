package dev.lungo.cpu.op;

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
 * Shifts and rotates. SDM 2. The count is taken modulo 32, or 64 for 64-bit operands; a count of
 * zero leaves the flags alone. AF, undefined, is cleared by shifts; OF, undefined for counts other
 * than one, is computed as for one.
 */
public final class Shifts {
    private Shifts() {}

    public static Op lower(Lowering at, Instruction i) {
        Place to = at.place(i.operand(0));
        return switch (i.mnemonic()) {
            case SHLX, SHRX, SARX, RORX ->
                    new WithoutFlags(
                            i.mnemonic(), to, at.place(i.operand(1)), at.place(i.operand(2)));
            case SHLD, SHRD ->
                    new DoubleShift(
                            i.mnemonic() == Mnemonic.SHLD,
                            to,
                            at.place(i.operand(1)),
                            at.cell(i.operand(2)));
            case SHL, SHR, SAR -> shift(at, i, to);
            default -> new Rotate(i.mnemonic(), to, at.cell(i.operand(1)));
        };
    }

    private static Op shift(Lowering at, Instruction i, Place to) {
        if (i.operand(1) instanceof Operand.Immediate immediate && !to.isMemory()) {
            int count = (int) immediate.value() & countMask(to.width);
            long cell = at.cell(i.operand(0));
            if (count != 0 && to.width == Width.QWORD) {
                return new ShiftBy64(i.mnemonic(), cell, count);
            }
            if (count != 0 && to.width == Width.DWORD) {
                return new ShiftBy32(i.mnemonic(), cell, count);
            }
        }
        return new Shift(i.mnemonic(), to, at.cell(i.operand(1)));
    }

    private static int countMask(Width width) {
        return width == Width.QWORD ? 63 : 31;
    }

    /** A register by a constant that is not zero. */
    private static final class ShiftBy64 extends Op {
        private final Mnemonic op;
        private final long cell;
        private final int count;

        ShiftBy64(Mnemonic op, long cell, int count) {
            this.op = op;
            this.cell = cell;
            this.count = count;
        }

        @Override
        public void execute(Processor cpu) {
            long a = Raw.getLong(cell);
            long result;
            boolean carry;
            boolean overflow;
            if (op == Mnemonic.SHL) {
                result = a << count;
                carry = (a << count - 1) < 0;
                overflow = carry != result < 0;
            } else {
                result = op == Mnemonic.SHR ? a >>> count : a >> count;
                carry = (a >>> count - 1 & 1) != 0;
                overflow = op == Mnemonic.SHR && a < 0;
            }
            Raw.putLong(cell, result);
            Flags.set(cpu.state, 64, result, carry, overflow, false);
        }
    }

    private static final class ShiftBy32 extends Op {
        private final Mnemonic op;
        private final long cell;
        private final int count;

        ShiftBy32(Mnemonic op, long cell, int count) {
            this.op = op;
            this.cell = cell;
            this.count = count;
        }

        @Override
        public void execute(Processor cpu) {
            int a = Raw.getInt(cell);
            int result;
            boolean carry;
            boolean overflow;
            if (op == Mnemonic.SHL) {
                result = a << count;
                carry = (a << count - 1) < 0;
                overflow = carry != result < 0;
            } else {
                result = op == Mnemonic.SHR ? a >>> count : a >> count;
                carry = (a >>> count - 1 & 1) != 0;
                overflow = op == Mnemonic.SHR && a < 0;
            }
            Raw.putLong(cell, result & 0xFFFF_FFFFL);
            Flags.set(cpu.state, 32, result, carry, overflow, false);
        }
    }

    /** SHL, SHR, SAR of anything by anything. */
    private static final class Shift extends Op {
        private final Mnemonic op;
        private final Place to;
        private final long count;

        Shift(Mnemonic op, Place to, long count) {
            this.op = op;
            this.to = to;
            this.count = count;
        }

        @Override
        public void execute(Processor cpu) {
            Width width = to.width;
            int bits = width.bits();
            int by = Raw.getByte(count) & countMask(width);
            long a = to.getForUpdate(cpu);
            if (by == 0) {
                to.update(cpu, a);
                return;
            }
            long result;
            boolean carry;
            boolean overflow;
            if (op == Mnemonic.SHL) {
                result = a << by;
                carry = by <= bits && (a >>> bits - by & 1) != 0;
                overflow = carry != ((result & width.signBit()) != 0);
            } else {
                long wide = op == Mnemonic.SAR ? width.signExtend(a) : a;
                result = wide >> by;
                if (op == Mnemonic.SHR) {
                    result = a >>> by;
                    overflow = (a & width.signBit()) != 0;
                } else {
                    overflow = false;
                }
                carry = ((op == Mnemonic.SAR ? wide >> by - 1 : a >>> by - 1) & 1) != 0;
            }
            to.update(cpu, result);
            Flags.set(cpu.state, bits, result, carry, overflow, false);
        }
    }

    /** ROL, ROR, RCL, RCR: only CF and OF change. */
    private static final class Rotate extends Op {
        private final Mnemonic op;
        private final Place to;
        private final long count;

        Rotate(Mnemonic op, Place to, long count) {
            this.op = op;
            this.to = to;
            this.count = count;
        }

        @Override
        public void execute(Processor cpu) {
            Width width = to.width;
            int bits = width.bits();
            int by = Raw.getByte(count) & countMask(width);
            long a = to.getForUpdate(cpu);
            if (by == 0) {
                to.update(cpu, a);
                return;
            }
            boolean carry = Flags.cf(cpu.state);
            long result;
            switch (op) {
                case ROL -> {
                    result = rotateLeft(a, by % bits, bits);
                    carry = (result & 1) != 0;
                }
                case ROR -> {
                    result = rotateLeft(a, (bits - by % bits) % bits, bits);
                    carry = (result & width.signBit()) != 0;
                }
                default -> {
                    result = a;
                    int turns = by % (bits + 1);
                    if (op == Mnemonic.RCR) {
                        turns = (bits + 1 - turns) % (bits + 1);
                    }
                    for (; turns > 0; turns--) {
                        boolean out = (result & width.signBit()) != 0;
                        result = width.truncate(result << 1) | (carry ? 1 : 0);
                        carry = out;
                    }
                }
            }
            to.update(cpu, result);
            boolean top = (result & width.signBit()) != 0;
            boolean left = op == Mnemonic.ROL || op == Mnemonic.RCL;
            boolean below = (result & width.signBit() >>> 1) != 0;
            Flags.setCarry(cpu.state, carry);
            Flags.setOverflow(cpu.state, top != (left ? carry : below));
        }

        private static long rotateLeft(long a, int by, int bits) {
            if (by == 0) {
                return a;
            }
            return (a << by | a >>> bits - by) & -1L >>> 64 - bits;
        }
    }

    private static final class DoubleShift extends Op {
        private final boolean left;
        private final Place to;
        private final Place from;
        private final long count;

        DoubleShift(boolean left, Place to, Place from, long count) {
            this.left = left;
            this.to = to;
            this.from = from;
            this.count = count;
        }

        @Override
        public void execute(Processor cpu) {
            Width width = to.width;
            int bits = width.bits();
            int by = Raw.getByte(count) & countMask(width);
            long a = to.getForUpdate(cpu);
            if (by == 0) {
                to.update(cpu, a);
                return;
            }
            long b = from.get(cpu);
            if (by > bits) { // 16-bit operands alone; undefined, and shifted on from the source
                by -= bits;
                long swap = a;
                a = b;
                b = swap;
            }
            long result;
            boolean carry;
            if (left) {
                result = by == bits ? b : a << by | b >>> bits - by;
                carry = (a >>> bits - by & 1) != 0;
            } else {
                result = by == bits ? b : a >>> by | b << bits - by;
                carry = (a >>> by - 1 & 1) != 0;
            }
            boolean signChange = ((result ^ a) & width.signBit()) != 0;
            to.update(cpu, result);
            Flags.set(cpu.state, bits, result, carry, signChange, false);
        }
    }

    /** SHLX, SHRX, SARX, RORX. */
    private static final class WithoutFlags extends Op {
        private final Mnemonic op;
        private final Place to;
        private final Place from;
        private final Place count;

        WithoutFlags(Mnemonic op, Place to, Place from, Place count) {
            this.op = op;
            this.to = to;
            this.from = from;
            this.count = count;
        }

        @Override
        public void execute(Processor cpu) {
            long a = from.get(cpu);
            int by = (int) count.get(cpu) & countMask(to.width);
            to.set(
                    cpu,
                    switch (op) {
                        case SHLX -> a << by;
                        case SHRX -> a >>> by;
                        case SARX -> to.width.signExtend(a) >> by;
                        default ->
                                to.width == Width.QWORD
                                        ? Long.rotateRight(a, by)
                                        : Integer.rotateRight((int) a, by);
                    });
        }
    }
}
