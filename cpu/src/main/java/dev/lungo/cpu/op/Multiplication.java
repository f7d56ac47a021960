package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Width;

/**
 * MUL, IMUL, DIV, IDIV and MULX. SDM 2. Of the flags that the manual leaves undefined, products set
 * SF, ZF and PF by the low half and clear AF, and quotients leave all as they were.
 */
public final class Multiplication {
    private static final int RAX = 0;
    private static final int RDX = 2;

    private Multiplication() {}

    public static Op lower(Lowering at, Instruction i) {
        return switch (i.mnemonic()) {
            case MUL -> new Multiply(at.place(i.operand(0)), false);
            case DIV -> new Divide(at.place(i.operand(0)), false);
            case IDIV -> new Divide(at.place(i.operand(0)), true);
            case MULX ->
                    new MultiplyExtended(
                            at.place(i.operand(0)), at.place(i.operand(1)), at.place(i.operand(2)));
            case IMUL ->
                    switch (i.operands().size()) {
                        case 1 -> new Multiply(at.place(i.operand(0)), true);
                        case 2 -> product(at, i, 0, 1);
                        default -> product(at, i, 1, 2);
                    };
            default -> throw new IllegalArgumentException("no product: " + i.mnemonic());
        };
    }

    private static Op product(Lowering at, Instruction i, int a, int b) {
        Place to = at.place(i.operand(0));
        return new MultiplyTruncated(
                to, at.place(i.operand(a), to.width), at.place(i.operand(b), to.width));
    }

    private static long high(boolean signed, long a, long b) {
        return signed ? Math.multiplyHigh(a, b) : Math.unsignedMultiplyHigh(a, b);
    }

    /** CF and OF together: the product does not fit. */
    private static void flags(long state, int bits, long low, boolean overflow) {
        Flags.set(state, bits, low, overflow, overflow, false);
    }

    /** rDX:rAX, or AX, as the double-width product of rAX and the operand. */
    private static final class Multiply extends Op {
        private final Place operand;
        private final boolean signed;

        Multiply(Place operand, boolean signed) {
            this.operand = operand;
            this.signed = signed;
        }

        @Override
        public void execute(Processor cpu) {
            Width width = operand.width;
            int bits = width.bits();
            long a = cpu.state + State.gpr(RAX);
            long d = cpu.state + State.gpr(RDX);
            long b = operand.get(cpu);
            long x = width.truncate(Raw.getLong(a));
            if (width == Width.QWORD) {
                long low = x * b;
                long high = high(signed, x, b);
                Raw.putLong(a, low);
                Raw.putLong(d, high);
                flags(cpu.state, 64, low, signed ? high != low >> 63 : high != 0);
                return;
            }
            long product = signed ? width.signExtend(x) * width.signExtend(b) : x * b;
            boolean overflow =
                    signed ? product != width.signExtend(product) : product >>> bits != 0;
            switch (width) {
                case BYTE -> Raw.putShort(a, (int) product);
                case WORD -> {
                    Raw.putShort(a, (int) product);
                    Raw.putShort(d, (int) (product >> 16));
                }
                case DWORD, QWORD -> {
                    Raw.putLong(a, product & 0xFFFF_FFFFL);
                    Raw.putLong(d, product >>> 32);
                }
            }
            flags(cpu.state, bits, product, overflow);
        }
    }

    /** IMUL with two or three operands. */
    private static final class MultiplyTruncated extends Op {
        private final Place to;
        private final Place left;
        private final Place right;

        MultiplyTruncated(Place to, Place left, Place right) {
            this.to = to;
            this.left = left;
            this.right = right;
        }

        @Override
        public void execute(Processor cpu) {
            Width width = to.width;
            long a = width.signExtend(left.get(cpu));
            long b = width.signExtend(right.get(cpu));
            long product = a * b;
            boolean overflow =
                    width == Width.QWORD
                            ? Math.multiplyHigh(a, b) != product >> 63
                            : product != width.signExtend(product);
            to.set(cpu, product);
            flags(cpu.state, width.bits(), product, overflow);
        }
    }

    /** The high half last, so that it stays where both are one register. */
    private static final class MultiplyExtended extends Op {
        private final Place highTo;
        private final Place lowTo;
        private final Place from;

        MultiplyExtended(Place highTo, Place lowTo, Place from) {
            this.highTo = highTo;
            this.lowTo = lowTo;
            this.from = from;
        }

        @Override
        public void execute(Processor cpu) {
            Width width = from.width;
            long b = from.get(cpu);
            long a = width.truncate(Raw.getLong(cpu.state + State.gpr(RDX)));
            long high = width == Width.QWORD ? Math.unsignedMultiplyHigh(a, b) : a * b >>> 32;
            lowTo.set(cpu, a * b);
            highTo.set(cpu, high);
        }
    }

    private static final class Divide extends Op {
        private final Place operand;
        private final boolean signed;

        Divide(Place operand, boolean signed) {
            this.operand = operand;
            this.signed = signed;
        }

        @Override
        public void execute(Processor cpu) {
            Width width = operand.width;
            int bits = width.bits();
            long a = cpu.state + State.gpr(RAX);
            long d = cpu.state + State.gpr(RDX);
            long divisor = operand.get(cpu);
            if (divisor == 0) {
                throw cpu.fault(ExceptionVector.DE, 0);
            }
            if (width == Width.QWORD) {
                WideDivision.divide(cpu, a, d, divisor, signed);
                return;
            }
            long dividend =
                    switch (width) {
                        case BYTE -> Raw.getShort(a);
                        case WORD -> (long) Raw.getShort(d) << 16 | Raw.getShort(a);
                        case DWORD, QWORD -> Raw.getLong(d) << 32 | Raw.getInt(a) & 0xFFFF_FFFFL;
                    };
            long quotient;
            long remainder;
            boolean overflow;
            if (signed) {
                long n = dividend << 64 - 2 * bits >> 64 - 2 * bits;
                long m = width.signExtend(divisor);
                quotient = n / m;
                remainder = n % m;
                overflow = quotient != width.signExtend(quotient) || n == Long.MIN_VALUE && m == -1;
            } else {
                quotient = Long.divideUnsigned(dividend, divisor);
                remainder = Long.remainderUnsigned(dividend, divisor);
                overflow = quotient >>> bits != 0;
            }
            if (overflow) {
                throw cpu.fault(ExceptionVector.DE, 0);
            }
            switch (width) {
                case BYTE -> Raw.putShort(a, (int) (quotient & 0xFF | remainder << 8));
                case WORD -> {
                    Raw.putShort(a, (int) quotient);
                    Raw.putShort(d, (int) remainder);
                }
                case DWORD, QWORD -> {
                    Raw.putLong(a, quotient & 0xFFFF_FFFFL);
                    Raw.putLong(d, remainder & 0xFFFF_FFFFL);
                }
            }
        }
    }
}
