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

    /** Opcodes of the instructions that programs hardly use, and processors fail at. */
    private static final int[] SYSTEM = {
        0x0F00, 0x0F01, 0x0F01, 0x0FAE, 0x0FAE, 0x0FC7, 0x0F20, 0x0F21, 0x0F22, 0x0F22, 0x0F23,
        0x0F30, 0x0F32, 0x0F05, 0x0F07, 0x0F34, 0x0F35, 0xCF, 0xCF, 0xCA, 0xCB, 0xC8, 0x8E, 0x8C,
        0x0FB2, 0x0FB4, 0x0FB5, 0xC4, 0xC5, 0x62, 0x0F09, 0x0FA2, 0x0F31, 0xCD, 0xF1, 0xCC, 0xCE,
        0xFA, 0xFB, 0x9D, 0x9C, 0xE4, 0xE7, 0xEC, 0xEF, 0x6C, 0x6F, 0x0F02, 0x0F03, 0x0F06, 0x07,
        0x17, 0x1F, 0x0FA1, 0x0FA9, 0x60, 0x61, 0xC9, 0xFF, 0x0F33, 0x0FBA, 0x0FC3, 0x63, 0xD9, 0xDD
    };

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
        switch (random.nextInt(6)) {
            case 0 -> system(out, random);
            case 1 -> far(out, random);
            default -> any(out, random);
        }
    }

    private static void system(ByteArrayOutputStream out, Random random) {
        if (random.nextInt(4) == 0) {
            out.write(random.nextBoolean() ? 0x66 : 0x48);
        }
        int opcode = SYSTEM[random.nextInt(SYSTEM.length)];
        if (opcode > 0xFF) {
            out.write(opcode >> 8);
        }
        out.write(opcode);
        out.write(random.nextInt(3) == 0 ? 0xC0 | random.nextInt() : random.nextInt(0x40));
    }

    /** CALL, JMP or INT through what may be a gate. */
    private static void far(ByteArrayOutputStream out, Random random) {
        if (random.nextInt(4) == 0) {
            out.write(0xCD);
            out.write(random.nextInt());
            return;
        }
        out.write(random.nextBoolean() ? 0x9A : 0xEA);
        int offset = (int) GuestTables.CODE + random.nextInt(0x40);
        out.write(offset);
        out.write(offset >> 8);
        if (random.nextBoolean()) { // a 32-bit offset
            out.write(0);
            out.write(0);
        }
        int selector = GuestTables.selector(random);
        out.write(selector);
        out.write(selector >> 8);
    }

    private static void any(ByteArrayOutputStream out, Random random) {
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
