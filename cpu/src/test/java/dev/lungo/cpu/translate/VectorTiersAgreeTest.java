package dev.lungo.cpu.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.Rig;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Rflags;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Each form of each vector instruction does the same translated as interpreted. */
class VectorTiersAgreeTest {
    private static final int ROUNDS = Integer.getInteger("lungo.vectorRounds", 1);
    private static final long SEED = Long.getLong("lungo.seed", 1);
    private static final int ONLY = Integer.getInteger("lungo.vectorProgram", -1);
    private static final int INSTRUCTIONS = Integer.getInteger("lungo.vectorInstructions", 8);
    private static final int ITERATIONS = 50;
    private static final int VECTORS = 16;

    /** Beyond code, stack and tables. */
    private static final long DATA = 0x10_0000;

    private static final int LOG_BYTES = 0x8000;
    private static final int DATA_BYTES = VectorPrograms.LOG + LOG_BYTES;

    /** x87, SSE and AVX. */
    private static final long XCR0 = 7;

    /** Zeros, ones, infinities, quiet and signalling NaNs, denormals, and what overflows. */
    private static final double[] SPECIAL = {
        0.0,
        -0.0,
        1.0,
        -1.5,
        2147483648.0,
        -9.3e18,
        1e-310,
        4.9e-324,
        1.7e308,
        1e-30,
        65504.0,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.NaN
    };

    private static final float[] SPECIAL_FLOATS = {
        0f,
        -0f,
        1f,
        -2.5f,
        0x1p31f,
        0x1p-140f,
        Float.MIN_VALUE,
        Float.MAX_VALUE,
        0x1p-24f,
        65504f,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN
    };

    private static final int[] X87_STATE = {
        State.FCW,
        State.FSW,
        State.FTW,
        State.FOP,
        State.FIP,
        State.FIP + 4,
        State.FDP,
        State.FDP + 4,
        State.FCS,
        State.FDS
    };

    @Test
    void onEveryForm() {
        VectorPrograms programs = new VectorPrograms(new Random(SEED), true);
        int count = programs.count(INSTRUCTIONS) * ROUNDS;
        compare(count, true, () -> programs.bytes(DATA, INSTRUCTIONS, ITERATIONS));
    }

    @Test
    void onEveryFormOf32Bits() {
        VectorPrograms programs = new VectorPrograms(new Random(SEED), false);
        int count = programs.count(INSTRUCTIONS) * ROUNDS;
        compare(count, false, () -> programs.bytes(DATA, INSTRUCTIONS, ITERATIONS));
    }

    @Test
    void onX87() {
        X87Programs programs = new X87Programs(new Random(SEED));
        int count = X87Programs.COUNT * ROUNDS;
        compare(count, true, () -> programs.bytes(DATA, INSTRUCTIONS, ITERATIONS));
    }

    private static void compare(int count, boolean is64, Supplier<byte[]> programs) {
        try (Rig interpreted = Rig.inBlocks();
                Rig translated = Rig.inBlocks(Rig.Tier.NATIVE)) {
            for (int i = 0; i < count; i++) {
                byte[] program = programs.get();
                if (ONLY >= 0 && i != ONLY) {
                    continue;
                }
                String expected = run(interpreted, is64, program, i);
                String actual = run(translated, is64, program, i);
                assertThat(differences(expected, actual))
                        .as("program %d: %s", i, HexFormat.of().formatHex(program))
                        .isEmpty();
            }
        }
    }

    private static List<String> differences(String expected, String actual) {
        Set<String> ours = new LinkedHashSet<>(actual.lines().toList());
        Set<String> theirs = new LinkedHashSet<>(expected.lines().toList());
        List<String> all = new ArrayList<>();
        theirs.stream().filter(each -> !ours.contains(each)).forEach(each -> all.add("- " + each));
        ours.stream().filter(each -> !theirs.contains(each)).forEach(each -> all.add("+ " + each));
        return all;
    }

    private static String run(Rig rig, boolean is64, byte[] program, long seed) {
        rig.cpu.code.clear();
        rig.cpu.reset();
        Random random = new Random(seed);
        for (long at = 0; at < VectorPrograms.LOG; at += 8) {
            rig.put64(DATA + at, operand(random));
        }
        for (long at = VectorPrograms.LOG; at < DATA_BYTES; at += 8) {
            rig.put64(DATA + at, 0);
        }
        for (int vector = 0; vector < 32; vector++) {
            rig.bytes(Rig.handler(vector), 0xF4);
        }
        (is64 ? rig.longMode(0) : rig.protectedMode(0)).handlers();
        rig.cpu.system.cr4 |= Cr4.OSFXSR | Cr4.OSXMMEXCPT | Cr4.OSXSAVE;
        rig.cpu.system.xcr0 = XCR0;
        rig.cpu.updateMode();
        for (int i = 0; i < program.length; i++) {
            rig.bytes(Rig.CODE + i, program[i]);
        }
        TiersAgreeTest.fillRegisters(rig, random);
        rig.run();
        return state(rig);
    }

    private static long operand(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextLong();
            case 1 -> Double.doubleToRawLongBits(SPECIAL[random.nextInt(SPECIAL.length)]);
            case 2, 3 -> Double.doubleToRawLongBits((random.nextDouble() - 0.5) * 1000);
            case 4 ->
                    pair(
                            SPECIAL_FLOATS[random.nextInt(SPECIAL_FLOATS.length)],
                            SPECIAL_FLOATS[random.nextInt(SPECIAL_FLOATS.length)]);
            case 5, 6 -> pair((random.nextFloat() - 0.5f) * 100, random.nextFloat() * 1e6f);
            default -> random.nextInt(256) | (long) random.nextInt(65536) << 32;
        };
    }

    private static long pair(float low, float high) {
        return Float.floatToRawIntBits(low) & 0xFFFF_FFFFL
                | (long) Float.floatToRawIntBits(high) << 32;
    }

    private static String state(Rig rig) {
        StringBuilder all = new StringBuilder();
        all.append("rip %x%n".formatted(rig.cpu.rip()));
        all.append("rflags %x%n".formatted(Flags.rflags(rig.cpu.state) & ~Rflags.AF));
        all.append("mxcsr %x%n".formatted(Raw.getInt(rig.cpu.state + State.MXCSR)));
        long fpu = rig.cpu.state;
        for (int register = 0; register < 8; register++) {
            long cell = fpu + State.X87 + 16L * register;
            all.append(
                    "R%d %x %x%n".formatted(register, Raw.getLong(cell), Raw.getShort(cell + 8)));
        }
        for (int at : X87_STATE) {
            all.append("x87 %d: %x%n".formatted(at, Raw.getInt(fpu + at)));
        }
        for (int register = 0; register < VECTORS; register++) {
            all.append("r%d %x%n".formatted(register, rig.register(register)));
        }
        for (long at = DATA; at < DATA + DATA_BYTES; at += 32) {
            long a = rig.get64(at);
            long b = rig.get64(at + 8);
            long c = rig.get64(at + 16);
            long d = rig.get64(at + 24);
            if ((a | b | c | d) != 0) {
                all.append(Long.toHexString(at)).append(": ");
                all.append(Long.toHexString(a)).append(' ').append(Long.toHexString(b)).append(' ');
                all.append(Long.toHexString(c)).append(' ').append(Long.toHexString(d));
                all.append('\n');
            }
        }
        return all.toString();
    }
}
