package dev.lungo.cpu.op.vector;

import static dev.lungo.cpu.op.vector.Packed.DWORDS;
import static dev.lungo.cpu.op.vector.Packed.WORDS;

import dev.lungo.host.Raw;
import java.util.function.LongBinaryOperator;

/**
 * Shifts of packed integers: all by one count, from an immediate or the low 64 bits of the source,
 * each by its own (AVX2), and of whole lanes by bytes. SDM 2B, "PSLLW/PSLLD/PSLLQ" to "PSRLDQ"; SDM
 * 2C, "VPSLLVD", "VPSRAVD", "VPSRLVD".
 */
public final class VectorShifts {
    private static final long LOW = 0xFFFF_FFFFL;

    private VectorShifts() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case PSLLW -> byCount(form, WORDS::shiftLeft);
            case PSLLD -> byCount(form, DWORDS::shiftLeft);
            case PSLLQ -> byCount(form, VectorShifts::left);
            case PSRLW -> byCount(form, WORDS::shiftRight);
            case PSRLD -> byCount(form, DWORDS::shiftRight);
            case PSRLQ -> byCount(form, VectorShifts::right);
            case PSRAW -> byCount(form, WORDS::shiftRightSigned);
            case PSRAD -> byCount(form, DWORDS::shiftRightSigned);
            case PSLLDQ -> ofLane(form, -Math.min(form.immediate(), 16));
            case PSRLDQ -> ofLane(form, Math.min(form.immediate(), 16));
            case VPSLLVD -> form.binary(byOwnCount(DWORDS::shiftLeft));
            case VPSRLVD -> form.binary(byOwnCount(DWORDS::shiftRight));
            case VPSRAVD -> form.binary(byOwnCount(DWORDS::shiftRightSigned));
            case VPSLLVQ -> form.binary(VectorShifts::left);
            case VPSRLVQ -> form.binary(VectorShifts::right);
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    private static long left(long a, long count) {
        return Long.compareUnsigned(count, 64) >= 0 ? 0 : a << count;
    }

    private static long right(long a, long count) {
        return Long.compareUnsigned(count, 64) >= 0 ? 0 : a >>> count;
    }

    private static VectorOp byCount(Form form, LongBinaryOperator shift) {
        if (form.hasImmediate()) {
            int count = form.immediate();
            return new Shapes.Lanewise(
                    form, form.to(), toBeShifted(form), (_, b) -> shift.applyAsLong(b, count));
        }
        return new Shapes.ByScalar(form, shift);
    }

    /** Operand 0 of a legacy form, 1 of a VEX one. */
    private static Source toBeShifted(Form form) {
        return Source.register(form.first());
    }

    /** The low lane's count counts for it alone, and the high lane's, which is moved down first. */
    private static LongBinaryOperator byOwnCount(LongBinaryOperator shift) {
        return (a, b) ->
                shift.applyAsLong(a & LOW, b & LOW) & LOW
                        | shift.applyAsLong(a & ~LOW, b >>> 32) & ~LOW;
    }

    /** To the right by so many bytes, or to the left if negative; zeros move in. */
    private static VectorOp ofLane(Form form, int shift) {
        LaneFunction function =
                (to, _, b, bytes) -> {
                    for (int i = 0; i < bytes; i++) {
                        int from = i + shift;
                        Raw.putByte(to + i, from >= 0 && from < bytes ? Raw.getByte(b + from) : 0);
                    }
                };
        return new Shapes.Lanes(form, form.to(), toBeShifted(form), function, function);
    }
}
