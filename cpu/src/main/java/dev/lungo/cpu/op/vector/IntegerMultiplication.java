package dev.lungo.cpu.op.vector;

import static dev.lungo.cpu.op.vector.Packed.BYTES;
import static dev.lungo.cpu.op.vector.Packed.DWORDS;
import static dev.lungo.cpu.op.vector.Packed.WORDS;

import dev.lungo.host.Raw;

/**
 * Products of packed integers, and sums over neighbours. SDM 2B, "PMADDUBSW" to "PMULUDQ",
 * "PSADBW", "MPSADBW", "PHMINPOSUW".
 */
public final class IntegerMultiplication {
    private static final long LOW = 0xFFFF_FFFFL;

    private IntegerMultiplication() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case PMULLW    -> form.binary(WORDS.each((x, y) -> x * y));
            case PMULHW    -> form.binary(WORDS.each((x, y) -> x * y >> 16));
            case PMULHUW   -> form.binary(WORDS.eachUnsigned((x, y) -> x * y >>> 16));
            case PMULHRSW  -> form.binary(WORDS.each((x, y) -> (x * y >> 14) + 1 >> 1));
            case PMULLD    -> form.binary(DWORDS.each((x, y) -> x * y));
            case PMULUDQ   -> form.binary((a, b) -> (a & LOW) * (b & LOW));
            case PMULDQ    -> form.binary((a, b) -> (long) (int) a * (int) b);
            case PMADDWD   -> form.binary(IntegerMultiplication::multiplyAddWords);
            case PMADDUBSW -> form.binary(IntegerMultiplication::multiplyAddBytes);
            case PSADBW    -> form.binary(IntegerMultiplication::sumOfDifferences);
            case MPSADBW   -> form.lanes(sums(form.immediate()), sums(form.immediate() >> 3));
            case PHMINPOSUW -> form.unaryLanes((to, _, b, _) -> minimumAndPosition(to, b));
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    private static long multiplyAddWords(long a, long b) {
        int low = (short) a * (short) b + (short) (a >> 16) * (short) (b >> 16);
        int high = (short) (a >> 32) * (short) (b >> 32) + (short) (a >> 48) * (short) (b >> 48);
        return low & LOW | (long) high << 32;
    }

    /** Unsigned bytes of a by signed bytes of b, sums of two saturated to words. */
    private static long multiplyAddBytes(long a, long b) {
        long result = 0;
        for (int i = 0; i < 64; i += 16) {
            int sum =
                    (int) (a >>> i & 0xFF) * (byte) (b >>> i)
                            + (int) (a >>> i + 8 & 0xFF) * (byte) (b >>> i + 8);
            int word = Math.clamp(sum, Short.MIN_VALUE, Short.MAX_VALUE);
            result |= (word & 0xFFFFL) << i;
        }
        return result;
    }

    private static long sumOfDifferences(long a, long b) {
        long differences =
                BYTES.subtractUnsignedSaturated(a, b) | BYTES.subtractUnsignedSaturated(b, a);
        long sum = 0;
        for (int i = 0; i < 64; i += 8) {
            sum += differences >>> i & 0xFF;
        }
        return sum;
    }

    /**
     * Eight sums of four differences each, between one block of four bytes in b and eight that
     * overlap in a.
     *
     * @param select bits 1:0 which block of b, bit 2 where in a the first begins
     */
    private static LaneFunction sums(int select) {
        int block = (select & 3) * 4;
        int from = (select >> 2 & 1) * 4;
        return (to, a, b, _) -> {
            for (int i = 0; i < 8; i++) {
                int sum = 0;
                for (int j = 0; j < 4; j++) {
                    int x = Raw.getByte(a + from + i + j);
                    int y = Raw.getByte(b + block + j);
                    sum += Math.abs(x - y);
                }
                Raw.putShort(to + 2L * i, sum);
            }
        };
    }

    private static void minimumAndPosition(long to, long b) {
        int least = Raw.getShort(b);
        int position = 0;
        for (int i = 1; i < 8; i++) {
            int word = Raw.getShort(b + 2L * i);
            if (word < least) {
                least = word;
                position = i;
            }
        }
        Raw.putLong(to, least | position << 16);
        Raw.putLong(to + 8, 0);
    }
}
