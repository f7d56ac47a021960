package dev.lungo.cpu.op.vector;

import static dev.lungo.cpu.op.vector.Packed.BYTES;
import static dev.lungo.cpu.op.vector.Packed.DWORDS;
import static dev.lungo.cpu.op.vector.Packed.WORDS;

import dev.lungo.host.Raw;
import java.util.function.IntBinaryOperator;

/**
 * Sums, differences, comparisons, extremes and averages of packed integers. SDM 2B, "PADDB" to
 * "PSUBUSW".
 */
public final class IntegerArithmetic {
    private IntegerArithmetic() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case PADDB   -> form.binary(BYTES::add);
            case PADDW   -> form.binary(WORDS::add);
            case PADDD   -> form.binary(DWORDS::add);
            case PADDQ   -> form.binary(Long::sum);
            case PSUBB   -> form.binary(BYTES::subtract);
            case PSUBW   -> form.binary(WORDS::subtract);
            case PSUBD   -> form.binary(DWORDS::subtract);
            case PSUBQ   -> form.binary((a, b) -> a - b);
            case PADDSB  -> form.binary(BYTES::addSignedSaturated);
            case PADDSW  -> form.binary(WORDS::addSignedSaturated);
            case PADDUSB -> form.binary(BYTES::addUnsignedSaturated);
            case PADDUSW -> form.binary(WORDS::addUnsignedSaturated);
            case PSUBSB  -> form.binary(BYTES::subtractSignedSaturated);
            case PSUBSW  -> form.binary(WORDS::subtractSignedSaturated);
            case PSUBUSB -> form.binary(BYTES::subtractUnsignedSaturated);
            case PSUBUSW -> form.binary(WORDS::subtractUnsignedSaturated);
            case PCMPEQB -> form.binary(BYTES::equal);
            case PCMPEQW -> form.binary(WORDS::equal);
            case PCMPEQD -> form.binary(DWORDS::equal);
            case PCMPEQQ -> form.binary((a, b) -> a == b ? -1 : 0);
            case PCMPGTB -> form.binary(BYTES::greater);
            case PCMPGTW -> form.binary(WORDS::greater);
            case PCMPGTD -> form.binary(DWORDS::greater);
            case PCMPGTQ -> form.binary((a, b) -> a > b ? -1 : 0);
            case PMINUB  -> form.binary(BYTES::minimumUnsigned);
            case PMINUW  -> form.binary(WORDS::minimumUnsigned);
            case PMINUD  -> form.binary(DWORDS::minimumUnsigned);
            case PMINSB  -> form.binary(BYTES::minimumSigned);
            case PMINSW  -> form.binary(WORDS::minimumSigned);
            case PMINSD  -> form.binary(DWORDS::minimumSigned);
            case PMAXUB  -> form.binary(BYTES::maximumUnsigned);
            case PMAXUW  -> form.binary(WORDS::maximumUnsigned);
            case PMAXUD  -> form.binary(DWORDS::maximumUnsigned);
            case PMAXSB  -> form.binary(BYTES::maximumSigned);
            case PMAXSW  -> form.binary(WORDS::maximumSigned);
            case PMAXSD  -> form.binary(DWORDS::maximumSigned);
            case PAVGB   -> form.binary(BYTES::average);
            case PAVGW   -> form.binary(WORDS::average);
            case PABSB   -> form.unary(BYTES::absolute);
            case PABSW   -> form.unary(WORDS::absolute);
            case PABSD   -> form.unary(DWORDS::absolute);
            case PSIGNB  -> form.binary(BYTES::sign);
            case PSIGNW  -> form.binary(WORDS::sign);
            case PSIGND  -> form.binary(DWORDS::sign);
            case PHADDW  -> form.lanes(horizontalWords(Integer::sum));
            case PHSUBW  -> form.lanes(horizontalWords((x, y) -> x - y));
            case PHADDSW -> form.lanes(horizontalWords((x, y) -> saturated(x + y)));
            case PHSUBSW -> form.lanes(horizontalWords((x, y) -> saturated(x - y)));
            case PHADDD  -> form.lanes(horizontalDwords(Integer::sum));
            case PHSUBD  -> form.lanes(horizontalDwords((x, y) -> x - y));
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    private static int saturated(int x) {
        return Math.clamp(x, Short.MIN_VALUE, Short.MAX_VALUE);
    }

    /** Pairs of neighbours: those of a make the lower half, those of b the upper. */
    private static LaneFunction horizontalWords(IntBinaryOperator function) {
        return (to, a, b, bytes) -> {
            for (int i = 0; i < bytes; i += 4) {
                Raw.putShort(
                        to + i / 2,
                        function.applyAsInt(
                                (short) Raw.getShort(a + i), (short) Raw.getShort(a + i + 2)));
                Raw.putShort(
                        to + bytes / 2 + i / 2,
                        function.applyAsInt(
                                (short) Raw.getShort(b + i), (short) Raw.getShort(b + i + 2)));
            }
        };
    }

    private static LaneFunction horizontalDwords(IntBinaryOperator function) {
        return (to, a, b, bytes) -> {
            for (int i = 0; i < bytes; i += 8) {
                Raw.putInt(
                        to + i / 2, function.applyAsInt(Raw.getInt(a + i), Raw.getInt(a + i + 4)));
                Raw.putInt(
                        to + bytes / 2 + i / 2,
                        function.applyAsInt(Raw.getInt(b + i), Raw.getInt(b + i + 4)));
            }
        };
    }
}
