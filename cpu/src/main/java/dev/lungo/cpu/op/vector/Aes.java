package dev.lungo.cpu.op.vector;

import dev.lungo.host.Raw;

/**
 * Rounds of the Advanced Encryption Standard. SDM 1, "Advanced Encryption Standard" and "AES Flow
 * Diagrams"; FIPS 197. Byte i of a state stands in row i % 4 and column i / 4.
 */
public final class Aes {
    private static final byte[] S_BOX = new byte[256];
    private static final byte[] INVERSE_S_BOX = new byte[256];

    static {
        // FIPS 197, "SubBytes() Transformation": the inverse in GF(2^8), then an affine map. 3
        // generates the field's multiplicative group, and F6h is its inverse.
        int x = 1;
        int inverse = 1;
        do {
            put(x, inverse);
            x = multiply(x, 3);
            inverse = multiply(inverse, 0xF6);
        } while (x != 1);
        put(0, 0);
    }

    private Aes() {}

    private static void put(int x, int inverse) {
        int doubled = inverse | inverse << 8;
        int value = inverse;
        for (int turn = 4; turn < 8; turn++) {
            value ^= doubled >> turn;
        }
        value = (value ^ 0x63) & 0xFF;
        S_BOX[x] = (byte) value;
        INVERSE_S_BOX[value] = (byte) x;
    }

    private static int multiply(int a, int b) {
        int product = 0;
        int x = a;
        for (int bits = b; bits != 0; bits >>= 1) {
            product ^= (bits & 1) != 0 ? x : 0;
            x = x << 1 ^ ((x & 0x80) != 0 ? 0x11B : 0);
        }
        return product;
    }

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case AESENC     -> form.lanes((to, a, b, _) -> encrypt(to, a, b, true));
            case AESENCLAST -> form.lanes((to, a, b, _) -> encrypt(to, a, b, false));
            case AESDEC     -> form.lanes((to, a, b, _) -> decrypt(to, a, b, true));
            case AESDECLAST -> form.lanes((to, a, b, _) -> decrypt(to, a, b, false));
            case AESIMC     -> form.unaryLanes((to, _, b, _) -> inverseMixColumns(to, b));
            case AESKEYGENASSIST -> form.unaryLanes(keyAssistance(form.immediate()));
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    private static void encrypt(long to, long a, long key, boolean mix) {
        for (int i = 0; i < 16; i++) {
            int from = i + 4 * (i & 3) & 15; // ShiftRows
            Raw.putByte(to + i, S_BOX[Raw.getByte(a + from)]);
        }
        if (mix) {
            mix(to, to, 2, 3, 1, 1);
        }
        addKey(to, key);
    }

    private static void decrypt(long to, long a, long key, boolean mix) {
        for (int i = 0; i < 16; i++) {
            int from = i - 4 * (i & 3) & 15; // InvShiftRows
            Raw.putByte(to + i, INVERSE_S_BOX[Raw.getByte(a + from)]);
        }
        if (mix) {
            inverseMixColumns(to, to);
        }
        addKey(to, key);
    }

    private static void inverseMixColumns(long to, long from) {
        mix(to, from, 14, 11, 13, 9);
    }

    /**
     * Multiplies every column by the matrix whose first row is given, the others being it, turned.
     */
    private static void mix(long to, long from, int c0, int c1, int c2, int c3) {
        for (int column = 0; column < 16; column += 4) {
            int s0 = Raw.getByte(from + column);
            int s1 = Raw.getByte(from + column + 1);
            int s2 = Raw.getByte(from + column + 2);
            int s3 = Raw.getByte(from + column + 3);
            for (int row = 0; row < 4; row++) {
                Raw.putByte(
                        to + column + row,
                        multiply(s0, c0) ^ multiply(s1, c1) ^ multiply(s2, c2) ^ multiply(s3, c3));
                int turned = s0;
                s0 = s1;
                s1 = s2;
                s2 = s3;
                s3 = turned;
            }
        }
    }

    private static void addKey(long to, long key) {
        Raw.putLong(to, Raw.getLong(to) ^ Raw.getLong(key));
        Raw.putLong(to + 8, Raw.getLong(to + 8) ^ Raw.getLong(key + 8));
    }

    /** SubWord of the odd doublewords, and RotWord of that with the round constant. */
    private static LaneFunction keyAssistance(int roundConstant) {
        return (to, _, b, _) -> {
            for (int i = 0; i < 16; i += 8) {
                int word = substitute(Raw.getInt(b + i + 4));
                Raw.putInt(to + i, word);
                Raw.putInt(to + i + 4, Integer.rotateRight(word, 8) ^ roundConstant);
            }
        };
    }

    private static int substitute(int word) {
        int result = 0;
        for (int i = 0; i < 32; i += 8) {
            result |= (S_BOX[word >> i & 0xFF] & 0xFF) << i;
        }
        return result;
    }
}
