package dev.lungo.conformance.hostcpu;

import dev.lungo.host.Raw;
import dev.lungo.isa.Rflags;
import java.util.SplittableRandom;

/** Register contents at random, those with which something is special more often than not. */
final class Values {
    private static final long[] INTEGERS = {
        0,
        1,
        -1,
        2,
        0x7F,
        0x80,
        0xFF,
        0x7FFF,
        0x8000,
        0xFFFF,
        0x7FFF_FFFFL,
        0x8000_0000L,
        0xFFFF_FFFFL,
        0x1_0000_0000L,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    // Zero, one, largest and smallest normal, largest and smallest denormal, infinity, quiet and
    // signalling NaN, the integers at the edges of int and long.
    private static final int[] SINGLES = {
        0,
        0x3F80_0000,
        0x7F7F_FFFF,
        0x0080_0000,
        0x007F_FFFF,
        1,
        0x7F80_0000,
        0x7FC0_0000,
        0x7F80_0001,
        0x7FA1_2345,
        0x4F00_0000,
        0x4EFF_FFFF,
        0x5F00_0000,
        0x3F00_0000,
        0x3F80_0001,
    };
    private static final long[] DOUBLES = {
        0,
        0x3FF0_0000_0000_0000L,
        0x7FEF_FFFF_FFFF_FFFFL,
        0x0010_0000_0000_0000L,
        0x000F_FFFF_FFFF_FFFFL,
        1,
        0x7FF0_0000_0000_0000L,
        0x7FF8_0000_0000_0000L,
        0x7FF0_0000_0000_0001L,
        0x7FF4_1234_5678_9ABCL,
        0x41E0_0000_0000_0000L,
        0x41DF_FFFF_FFC0_0000L,
        0x43E0_0000_0000_0000L,
        0x47EF_FFFF_E000_0000L,
        0x3690_0000_0000_0000L,
        0x3FE0_0000_0000_0000L,
    };

    private final SplittableRandom random;

    Values(SplittableRandom random) {
        this.random = random;
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    int below(int n) {
        return random.nextInt(n);
    }

    long integer() {
        return switch (random.nextInt(4)) {
            case 0 -> INTEGERS[random.nextInt(INTEGERS.length)] + random.nextInt(3) - 1;
            case 1 -> random.nextLong() >> random.nextInt(64);
            case 2 -> random.nextLong() >>> random.nextInt(64);
            default -> random.nextLong();
        };
    }

    private int single() {
        int sign = random.nextInt() & 0x8000_0000;
        return switch (random.nextInt(5)) {
            case 0 -> SINGLES[random.nextInt(SINGLES.length)] | sign;
            case 1 -> Float.floatToRawIntBits((float) (random.nextInt(2000) - 1000) / 4);
            case 2 -> random.nextInt();
            // Near one another, so that sums cancel and products neither overflow nor vanish.
            case 3 -> sign | 0x3E80_0000 + random.nextInt(0x0200_0000);
            default -> sign | random.nextInt(0x0180_0000);
        };
    }

    private long wide() {
        long sign = random.nextLong() & Long.MIN_VALUE;
        return switch (random.nextInt(5)) {
            case 0 -> DOUBLES[random.nextInt(DOUBLES.length)] | sign;
            case 1 -> Double.doubleToRawLongBits((random.nextInt(2000) - 1000) / 4.0);
            case 2 -> random.nextLong();
            case 3 -> sign | 0x3FD0_0000_0000_0000L + random.nextLong(0x0040_0000_0000_0000L);
            default -> sign | random.nextLong(0x0030_0000_0000_0000L);
        };
    }

    /** Eight bytes of a vector: of integers, singles or doubles. */
    private long vectorPart(int kind) {
        return switch (kind) {
            case 0, 1 -> random.nextLong();
            case 2 -> integer();
            case 3, 4 -> single() & 0xFFFF_FFFFL | (long) single() << 32;
            case 5, 6 -> wide();
            case 7 -> smallBytes();
            default -> random.nextInt(70);
        };
    }

    /** Bytes of which some are zero and many alike, as in strings. */
    private long smallBytes() {
        long bytes = 0;
        for (int i = 0; i < 8; i++) {
            bytes = bytes << 8 | (random.nextInt(4) == 0 ? 0 : 'a' + random.nextInt(4));
        }
        return bytes;
    }

    void vectors(long at, int bytes) {
        int kind = random.nextInt(9);
        for (int i = 0; i < bytes; i += 8) {
            Raw.putLong(at + i, vectorPart(i % 32 == 0 && oneIn(4) ? random.nextInt(9) : kind));
        }
    }

    /** Mostly with all exceptions masked. */
    int mxcsr() {
        int mxcsr = 0x1F80;
        if (oneIn(2)) {
            mxcsr |= random.nextInt(4) << 13;
        }
        if (oneIn(4)) {
            mxcsr |= random.nextInt() & 0x8040;
        }
        if (oneIn(2)) {
            mxcsr |= random.nextInt(64);
        }
        if (oneIn(8)) {
            mxcsr &= ~(random.nextInt(64) << 7);
        }
        return mxcsr;
    }

    /** Fills in all of a record but what an instruction's operands ask for. */
    void record(long record) {
        for (int i = 0; i < 16; i++) {
            Raw.putLong(record + Registers.GPR + 8L * i, integer());
        }
        long flags = random.nextLong() & (Rflags.STATUS | Rflags.DF);
        if (oneIn(2)) {
            flags &= ~Rflags.DF;
        }
        Raw.putLong(record + Registers.RFLAGS, flags | Rflags.FIXED | Rflags.IF);
        vectors(record + Registers.VECTOR, Registers.VECTOR_BYTES);
        x87(record);
        Raw.putInt(record + Registers.MXCSR, mxcsr());
    }

    private void x87(long record) {
        Raw.fill(record + Registers.FXSAVE, 512, (byte) 0);
        int fcw = 0x37F;
        if (oneIn(2)) {
            int precision = new int[] {0, 2, 3}[random.nextInt(3)];
            fcw = 0x7F | precision << 8 | random.nextInt(4) << 10;
        }
        if (oneIn(8)) {
            fcw &= ~random.nextInt(64);
        }
        int fsw = random.nextInt() & 0x4700 | random.nextInt(8) << 11;
        if (oneIn(2)) {
            fsw |= random.nextInt(128) & (fcw | 0x40) & 0x7F;
        }
        Raw.putShort(record + Registers.FCW, fcw);
        Raw.putShort(record + Registers.FSW, fsw);
        Raw.putByte(record + Registers.ABRIDGED_TAGS, oneIn(2) ? 0xFF : random.nextInt(256));
        for (int i = 0; i < 8; i++) {
            extended(record + Registers.ST + 16L * i);
        }
    }

    private void extended(long at) {
        long significand = random.nextLong() | Long.MIN_VALUE;
        int exponent = 0x3FFF + random.nextInt(80) - 40;
        switch (random.nextInt(6)) {
            case 0 -> significand = random.nextInt(2000) * 0x0010_0000_0000_0001L | Long.MIN_VALUE;
            case 1 -> {
                exponent = random.nextInt(3) == 0 ? 0 : 0x7FFF;
                significand =
                        new long[] {0, Long.MIN_VALUE, -1, 0xA000_0000_0000_0001L, 1}[below(5)];
            }
            case 2 -> exponent = random.nextInt(0x8000);
            case 3 -> {
                exponent = random.nextInt(0x8000);
                significand = random.nextLong();
            }
            default -> {}
        }
        Raw.putLong(at, significand);
        Raw.putShort(at + 8, exponent | (random.nextBoolean() ? 0x8000 : 0));
    }
}
