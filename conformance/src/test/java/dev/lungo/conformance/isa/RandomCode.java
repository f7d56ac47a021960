package dev.lungo.conformance.isa;

import dev.lungo.isa.CodeMode;
import java.util.random.RandomGenerator;

/**
 * Random strings of 15 bytes. Half of them begin with prefixes, and most of those that would be in
 * the large maps are put there, because purely random bytes hardly ever are.
 */
final class RandomCode {
    private static final int[] PREFIXES = {0x66, 0xF2, 0xF3, 0x67, 0xF0, 0x2E, 0x64, 0x40};

    private RandomCode() {}

    static byte[] next(RandomGenerator random, CodeMode mode) {
        byte[] code = new byte[Iced.STRING_BYTES];
        random.nextBytes(code);
        int at = 0;
        while (at < 4 && random.nextBoolean()) {
            int prefix = PREFIXES[random.nextInt(PREFIXES.length)];
            code[at++] = (byte) (prefix == 0x40 ? prefix + random.nextInt(16) : prefix);
        }
        switch (random.nextInt(8)) {
            case 0 -> code[at] = 0x0F;
            case 1 -> escape(code, at, 0x38);
            case 2 -> escape(code, at, 0x3A);
            case 3 -> threeByteVex(random, mode, code, at);
            case 4 -> twoByteVex(random, mode, code, at);
            default -> {}
        }
        return code;
    }

    private static void escape(byte[] code, int at, int second) {
        code[at] = 0x0F;
        code[at + 1] = (byte) second;
    }

    private static void threeByteVex(RandomGenerator random, CodeMode mode, byte[] code, int at) {
        code[at] = (byte) 0xC4;
        int inverted = mode == CodeMode.CODE64 ? code[at + 1] & 0xE0 : 0xC0 | (code[at + 1] & 0x20);
        code[at + 1] = (byte) (inverted | 1 + random.nextInt(3));
        unusedVvvv(random, code, at + 2);
    }

    private static void twoByteVex(RandomGenerator random, CodeMode mode, byte[] code, int at) {
        code[at] = (byte) 0xC5;
        if (mode != CodeMode.CODE64) {
            code[at + 1] |= (byte) 0xC0;
        }
        unusedVvvv(random, code, at + 1);
    }

    private static void unusedVvvv(RandomGenerator random, byte[] code, int at) {
        if (random.nextBoolean()) {
            code[at] |= 0x78;
        }
    }
}
