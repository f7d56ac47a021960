package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Rflags;

/**
 * The string comparisons of SSE4.2. SDM 2B, "Imm8 Control Byte Operation for PCMPESTRI / PCMPESTRM
 * / PCMPISTRI / PCMPISTRM" and the four instructions.
 */
public final class StringComparison {
    private StringComparison() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case PCMPESTRI -> new Compare(form, true, true);
            case PCMPESTRM -> new Compare(form, true, false);
            case PCMPISTRI -> new Compare(form, false, true);
            case PCMPISTRM -> new Compare(form, false, false);
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    private static final class Compare extends VectorOp {
        // Aggregation operations.
        private static final int EQUAL_ANY = 0;
        private static final int RANGES = 1;
        private static final int EQUAL_EACH = 2;

        private final long first;
        private final Source second;
        private final boolean explicit;
        private final boolean wideLengths;
        private final boolean index;
        private final boolean vex;
        private final int control;

        /** Bytes in an element, and elements in a string. */
        private final int width;

        private final int count;

        Compare(Form form, boolean explicit, boolean index) {
            first = form.to();
            second = form.source(1, false);
            this.explicit = explicit;
            wideLengths = form.instruction.operandBytes() == 8;
            this.index = index;
            vex = form.vex;
            control = form.immediate();
            width = (control & 1) + 1;
            count = 16 / width;
        }

        @Override
        public void execute(Processor cpu) {
            long b = second.fetch(cpu);
            int length1 = explicit ? explicitLength(cpu, 0) : implicitLength(first);
            int length2 = explicit ? explicitLength(cpu, 2) : implicitLength(b);
            int result = polarity(aggregate(b, length1, length2), length2);
            if (index) {
                putIndex(cpu, result);
            } else {
                putMask(cpu, result);
            }
            Flags.setStatus(
                    cpu.state,
                    (result != 0 ? Rflags.CF : 0)
                            | (length2 < count ? Rflags.ZF : 0)
                            | (length1 < count ? Rflags.SF : 0)
                            | ((result & 1) != 0 ? Rflags.OF : 0));
        }

        /** The magnitude of EAX or EDX (RAX or RDX), no more than a string can have. */
        private int explicitLength(Processor cpu, int register) {
            long at = cpu.state + State.gpr(register);
            long value = wideLengths ? Raw.getLong(at) : Raw.getInt(at);
            return value > count || value < -count ? count : (int) Math.abs(value);
        }

        private int implicitLength(long at) {
            for (int i = 0; i < count; i++) {
                if (element(at, i) == 0) {
                    return i;
                }
            }
            return count;
        }

        private int element(long at, int i) {
            boolean signed = (control & 2) != 0;
            if (width == 1) {
                int value = Raw.getByte(at + i);
                return signed ? (byte) value : value;
            }
            int value = Raw.getShort(at + 2L * i);
            return signed ? (short) value : value;
        }

        /** A bit for each element of the second string. */
        private int aggregate(long b, int length1, int length2) {
            int result = 0;
            for (int j = 0; j < count; j++) {
                boolean holds =
                        switch (control >> 2 & 3) {
                            case EQUAL_ANY -> j < length2 && any(element(b, j), length1);
                            case RANGES -> j < length2 && inRange(element(b, j), length1);
                            case EQUAL_EACH ->
                                    j < length1 && j < length2
                                            ? element(first, j) == element(b, j)
                                            : j >= length1 && j >= length2;
                            default -> beginsAt(b, j, length1, length2);
                        };
                result |= holds ? 1 << j : 0;
            }
            return result;
        }

        private boolean any(int value, int length1) {
            for (int i = 0; i < length1; i++) {
                if (element(first, i) == value) {
                    return true;
                }
            }
            return false;
        }

        private boolean inRange(int value, int length1) {
            for (int i = 0; i + 1 < length1; i += 2) {
                if (value >= element(first, i) && value <= element(first, i + 1)) {
                    return true;
                }
            }
            return false;
        }

        /** Whether the first string, as far as the register reaches, stands there in the second. */
        private boolean beginsAt(long b, int j, int length1, int length2) {
            for (int i = 0; i < length1 && j + i < count; i++) {
                if (j + i >= length2 || element(first, i) != element(b, j + i)) {
                    return false;
                }
            }
            return true;
        }

        private int polarity(int result, int length2) {
            int all = (1 << count) - 1;
            return switch (control >> 4 & 3) {
                case 1 -> result ^ all;
                case 3 -> result ^ ((1 << length2) - 1);
                default -> result;
            };
        }

        private void putIndex(Processor cpu, int result) {
            boolean mostSignificant = (control & 1 << 6) != 0;
            int value =
                    result == 0
                            ? count
                            : mostSignificant
                                    ? 31 - Integer.numberOfLeadingZeros(result)
                                    : Integer.numberOfTrailingZeros(result);
            Raw.putLong(cpu.state + State.gpr(1), value);
        }

        private void putMask(Processor cpu, int result) {
            long to = cpu.state + State.vector(0);
            boolean expand = (control & 1 << 6) != 0;
            Raw.putLong(to, expand ? 0 : result);
            Raw.putLong(to + 8, 0);
            for (int i = 0; expand && i < 16; i++) {
                Raw.putByte(to + i, -(result >> i / width & 1));
            }
            if (vex) {
                clear(to, 16);
            }
        }
    }
}
