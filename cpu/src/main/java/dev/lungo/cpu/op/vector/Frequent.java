package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;
import org.jspecify.annotations.Nullable;

/**
 * The legacy 128-bit forms that C libraries and compilers use all the time, each with a class of
 * its own: what they do is called directly here, and not through a function that the shape calls.
 */
final class Frequent {
    private Frequent() {}

    /** The op of its own that an instruction has, or null. */
    static @Nullable VectorOp of(Form form) {
        if (form.vex || form.operandCount() < 2 || form.bytes() != 16) {
            return null;
        }
        // spotless:off
        return switch (form.mnemonic) {
            case PXOR, XORPS, XORPD   -> form.operand(0).equals(form.operand(1))
                                            ? new Zero(form) : new Xor(form);
            case PAND, ANDPS, ANDPD   -> new And(form);
            case POR, ORPS, ORPD      -> new Or(form);
            case PCMPEQB              -> new CompareBytes(form);
            case PADDD                -> new AddDwords(form);
            case PADDQ                -> new AddQwords(form);
            case PSUBB                -> new SubtractBytes(form);
            case PMINUB               -> new MinimumBytes(form);
            case PUNPCKLQDQ, UNPCKLPD -> new UnpackLow(form);
            case PSHUFD               -> new ShuffleDwords(form);
            default -> null;
        };
        // spotless:on
    }

    private static final class Zero extends VectorOp {
        private final long to;

        Zero(Form form) {
            to = form.to();
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putLong(to, 0);
            Raw.putLong(to + 8, 0);
        }
    }

    private abstract static class Binary extends VectorOp {
        final long to;
        final Source source;

        Binary(Form form) {
            to = form.to();
            source = form.source(1);
        }
    }

    private static final class Xor extends Binary {
        Xor(Form form) {
            super(form);
        }

        @Override
        public void execute(Processor cpu) {
            long b = source.fetch(cpu);
            Raw.putLong(to, Raw.getLong(to) ^ Raw.getLong(b));
            Raw.putLong(to + 8, Raw.getLong(to + 8) ^ Raw.getLong(b + 8));
        }
    }

    private static final class And extends Binary {
        And(Form form) {
            super(form);
        }

        @Override
        public void execute(Processor cpu) {
            long b = source.fetch(cpu);
            Raw.putLong(to, Raw.getLong(to) & Raw.getLong(b));
            Raw.putLong(to + 8, Raw.getLong(to + 8) & Raw.getLong(b + 8));
        }
    }

    private static final class Or extends Binary {
        Or(Form form) {
            super(form);
        }

        @Override
        public void execute(Processor cpu) {
            long b = source.fetch(cpu);
            Raw.putLong(to, Raw.getLong(to) | Raw.getLong(b));
            Raw.putLong(to + 8, Raw.getLong(to + 8) | Raw.getLong(b + 8));
        }
    }

    private static final class CompareBytes extends Binary {
        CompareBytes(Form form) {
            super(form);
        }

        @Override
        public void execute(Processor cpu) {
            long b = source.fetch(cpu);
            Raw.putLong(to, Packed.BYTES.equal(Raw.getLong(to), Raw.getLong(b)));
            Raw.putLong(to + 8, Packed.BYTES.equal(Raw.getLong(to + 8), Raw.getLong(b + 8)));
        }
    }

    private static final class AddDwords extends Binary {
        AddDwords(Form form) {
            super(form);
        }

        @Override
        public void execute(Processor cpu) {
            long b = source.fetch(cpu);
            Raw.putLong(to, Packed.DWORDS.add(Raw.getLong(to), Raw.getLong(b)));
            Raw.putLong(to + 8, Packed.DWORDS.add(Raw.getLong(to + 8), Raw.getLong(b + 8)));
        }
    }

    private static final class AddQwords extends Binary {
        AddQwords(Form form) {
            super(form);
        }

        @Override
        public void execute(Processor cpu) {
            long b = source.fetch(cpu);
            Raw.putLong(to, Raw.getLong(to) + Raw.getLong(b));
            Raw.putLong(to + 8, Raw.getLong(to + 8) + Raw.getLong(b + 8));
        }
    }

    private static final class SubtractBytes extends Binary {
        SubtractBytes(Form form) {
            super(form);
        }

        @Override
        public void execute(Processor cpu) {
            long b = source.fetch(cpu);
            Raw.putLong(to, Packed.BYTES.subtract(Raw.getLong(to), Raw.getLong(b)));
            Raw.putLong(to + 8, Packed.BYTES.subtract(Raw.getLong(to + 8), Raw.getLong(b + 8)));
        }
    }

    private static final class MinimumBytes extends Binary {
        MinimumBytes(Form form) {
            super(form);
        }

        @Override
        public void execute(Processor cpu) {
            long b = source.fetch(cpu);
            Raw.putLong(to, Packed.BYTES.minimumUnsigned(Raw.getLong(to), Raw.getLong(b)));
            Raw.putLong(
                    to + 8, Packed.BYTES.minimumUnsigned(Raw.getLong(to + 8), Raw.getLong(b + 8)));
        }
    }

    private static final class UnpackLow extends Binary {
        UnpackLow(Form form) {
            super(form);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putLong(to + 8, Raw.getLong(source.fetch(cpu)));
        }
    }

    private static final class ShuffleDwords extends Binary {
        // Where in the source the four come from, in bytes.
        private final int first;
        private final int second;
        private final int third;
        private final int fourth;

        ShuffleDwords(Form form) {
            super(form);
            int order = form.immediate();
            first = (order & 3) * 4;
            second = (order >> 2 & 3) * 4;
            third = (order >> 4 & 3) * 4;
            fourth = (order >> 6 & 3) * 4;
        }

        @Override
        public void execute(Processor cpu) {
            long b = source.fetch(cpu);
            long low = pair(b + first, b + second);
            long high = pair(b + third, b + fourth);
            Raw.putLong(to, low);
            Raw.putLong(to + 8, high);
        }

        private static long pair(long low, long high) {
            return Raw.getInt(low) & 0xFFFF_FFFFL | (long) Raw.getInt(high) << 32;
        }
    }
}
