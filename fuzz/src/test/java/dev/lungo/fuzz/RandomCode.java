package dev.lungo.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.Random;

/**
 * Inputs for {@link ProcessorFuzz} with more prefixes and escapes than random bytes have: else
 * nearly all instructions would be those of the one-byte map.
 */
final class RandomCode {
    private static final int[] PREFIXES = {0x66, 0xF2, 0xF3, 0x67, 0xF0, 0x2E, 0x64, 0x40};
    private static final int HEADER_BYTES = 10;

    private RandomCode() {}

    static byte[] input(Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        some(out, random, HEADER_BYTES);
        int changes = random.nextInt(3) == 0 ? random.nextInt(8) : 0;
        out.write(changes);
        for (int i = 0; i < changes; i++) {
            int offset = random.nextInt(random.nextBoolean() ? 0x80 : 0x1000);
            out.write(offset);
            out.write(offset >> 8 | random.nextInt(16) << 4);
            out.write(random.nextInt());
        }
        for (int i = 0; i < 12; i++) {
            instruction(out, random);
        }
        return out.toByteArray();
    }

    private static void instruction(ByteArrayOutputStream out, Random random) {
        while (random.nextInt(3) == 0) {
            int prefix = PREFIXES[random.nextInt(PREFIXES.length)];
            out.write(prefix == 0x40 ? prefix + random.nextInt(16) : prefix);
        }
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> out.write(0x0F);
            case 3 -> {
                out.write(0x0F);
                out.write(random.nextBoolean() ? 0x38 : 0x3A);
            }
            case 4 -> {
                out.write(0xC4);
                out.write(0xE0 | 1 + random.nextInt(3));
                out.write(random.nextInt() | (random.nextBoolean() ? 0x78 : 0));
            }
            case 5 -> {
                out.write(0xC5);
                out.write(0xC0 | random.nextInt() | (random.nextBoolean() ? 0x78 : 0));
            }
            default -> {}
        }
        some(out, random, 2 + random.nextInt(4));
    }

    private static void some(ByteArrayOutputStream out, Random random, int count) {
        for (int i = 0; i < count; i++) {
            out.write(random.nextInt());
        }
    }
}
