package dev.lungo.cpu.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.Rig;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Rflags;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Random programs leave the same behind when they are translated as when they are interpreted. */
class TiersAgreeTest {
    private static final int PROGRAMS = Integer.getInteger("lungo.programs", 1500);
    private static final long SEED = Long.getLong("lungo.seed", 1);
    private static final int INSTRUCTIONS = 24;
    private static final int ITERATIONS = 60;

    /** Beyond code, stack and tables. */
    static final long DATA = 0x10_0000;

    private static final int DATA_BYTES = 0x3000;
    private static final long HIGHEST = 0x20_0000;

    @Test
    void onRandomPrograms() {
        try (Rig interpreted = Rig.inBlocks();
                Rig translated = Rig.inBlocks(Rig.Tier.NATIVE)) {
            for (int i = 0; i < PROGRAMS; i++) {
                long seed = SEED * 1_000_003 + i;
                byte[] program =
                        new RandomProgram(new Random(seed)).bytes(DATA, INSTRUCTIONS, ITERATIONS);
                String expected = run(interpreted, program, seed);
                String actual = run(translated, program, seed);
                assertThat(differences(expected, actual))
                        .as("program %d: %s", seed, HexFormat.of().formatHex(program))
                        .isEmpty();
            }
        }
    }

    static List<String> differences(String expected, String actual) {
        Set<String> ours = new LinkedHashSet<>(actual.lines().toList());
        Set<String> theirs = new LinkedHashSet<>(expected.lines().toList());
        List<String> all = new ArrayList<>();
        theirs.stream().filter(each -> !ours.contains(each)).forEach(each -> all.add("- " + each));
        ours.stream().filter(each -> !theirs.contains(each)).forEach(each -> all.add("+ " + each));
        return all;
    }

    static String run(Rig rig, byte[] program, long seed) {
        rig.cpu.code.clear();
        rig.cpu.reset();
        prepare(rig, program, seed);
        rig.run();
        return state(rig);
    }

    /** Everything as it is before the program runs. */
    static void prepare(Rig rig, byte[] program, long seed) {
        Random random = new Random(seed);
        for (long at = Rig.CODE; at < Rig.HANDLERS + 0x1000; at += 8) {
            rig.put64(at, 0);
        }
        for (long at = DATA; at < DATA + DATA_BYTES; at += 8) {
            rig.put64(at, random.nextLong());
        }
        for (int vector = 0; vector < 32; vector++) {
            rig.bytes(Rig.handler(vector), 0xF4);
        }
        rig.longMode(0).handlers();
        rig.cpu.system.cr4 |= 1 << 9; // CR4.OSFXSR
        rig.cpu.updateMode();
        for (int i = 0; i < program.length; i++) {
            rig.bytes(Rig.CODE + i, program[i]);
        }
        fillRegisters(rig, random);
    }

    /** All but RSP, and the vector registers. */
    static void fillRegisters(Rig rig, RandomGenerator random) {
        for (int register = 0; register < 16; register++) {
            if (register != Rig.RSP) {
                long value = random.nextBoolean() ? random.nextInt(64) : random.nextLong();
                rig.register(register, value);
            }
            for (int part = 0; part < 4; part++) {
                Raw.putLong(rig.cpu.state + State.vector(register) + 8L * part, random.nextLong());
            }
        }
    }

    /** All that the program can have changed. */
    static String state(Rig rig) {
        StringBuilder all = new StringBuilder();
        all.append("rip %x%n".formatted(rig.cpu.rip()));
        long flags = Flags.rflags(rig.cpu.state) & ~Rflags.AF;
        all.append("rflags %x%n".formatted(flags));
        all.append("cr2 %x%n".formatted(rig.cpu.system.cr2));
        for (int register = 0; register < 16; register++) {
            long vector = rig.cpu.state + State.vector(register);
            all.append(
                    "r%d %x  v %x %x %x%n"
                            .formatted(
                                    register,
                                    rig.register(register),
                                    Raw.getLong(vector),
                                    Raw.getLong(vector + 8),
                                    Raw.getLong(vector + 16)));
        }
        for (long at = Rig.CODE; at < HIGHEST; at += 8) {
            long value = rig.get64(at);
            if (at >= Rig.STACK - 0x40 && at < Rig.STACK) {
                value &= ~Rflags.AF; // a fault has pushed it
            }
            if (value != 0) {
                all.append("%x: %x%n".formatted(at, value));
            }
            if (at == Rig.HANDLERS + 0xFF8) {
                at = DATA - 8;
            } else if (at == DATA + DATA_BYTES) {
                break;
            }
        }
        return all.toString();
    }
}
