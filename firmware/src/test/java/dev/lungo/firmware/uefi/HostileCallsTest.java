package dev.lungo.firmware.uefi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the guest gives a function, it gets an answer, and the host goes on. */
class HostileCallsTest {
    /** What is likely to be taken for something: nothing, sizes, ends of memory, all ones. */
    private static final long[] NASTY = {
        0,
        1,
        2,
        7,
        8,
        0x10,
        0xFFF,
        0x1000,
        0x7FFF_FFFF,
        0x8000_0000L,
        0xFFFF_FFFFL,
        1L << 32,
        Rig.RAM - 1,
        Rig.RAM - 8,
        Rig.RAM,
        Rig.RAM + 1,
        0x7FFF_FFFF_FFFF_F000L,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1,
        -2,
        -4096,
        0xF_0000,
        Rig.SCRATCH,
        Rig.SCRATCH + 1,
        Rig.SCRATCH + 0x1000
    };

    @Test
    void everyFunctionAnswersWhateverItsArgumentsAre() {
        Random random = new Random(20);
        Rig rig = new Rig();
        List<Long> functions = rig.allFunctions();
        assertThat(functions).hasSizeGreaterThan(150);

        for (int round = 0; round < 60; round++) {
            rig = round % 20 == 0 ? new Rig() : rig;
            for (long function : functions) {
                try {
                    rig.call(function, arguments(random, rig));
                } catch (Rig.Endless _) {
                    rig = new Rig(); // it waits for what the guest could still do
                }
            }
        }
    }

    /** The first is often an interface, so that members get beyond looking for theirs. */
    private static long[] arguments(Random random, Rig rig) {
        long[] arguments = new long[8];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] =
                    random.nextInt(8) == 0
                            ? random.nextLong()
                            : NASTY[random.nextInt(NASTY.length)];
        }
        if (random.nextBoolean()) {
            arguments[0] = Rig.RAM - 0x30_0000 + random.nextInt(0x30_0000 / 32) * 32L;
        }
        byte[] noise = new byte[256];
        random.nextBytes(noise);
        rig.memory.write(Rig.SCRATCH, noise);
        rig.memory.putLong(Rig.SCRATCH + 8, NASTY[random.nextInt(NASTY.length)]);
        return arguments;
    }
}
