package dev.lungo.conformance.engines;

import static dev.lungo.isa.Mnemonic.HLT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.VmExit;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random programs in ring 3, on the software processor and KVM, compared where each ends: some
 * hundred thousand instructions apart, since a step at a time takes KVM ten microseconds. {@code
 * -Dlungo.userInstructions} says how many in all.
 */
class UserProgramsTest {
    private static final long INSTRUCTIONS = Long.getLong("lungo.userInstructions", 100_000_000);
    private static final int LENGTH = 100;
    private static final int ROUNDS = 1000;
    private static final int UD = 6;
    private static final int BYTES = 4096;

    @Test
    void programsInRing3EndAlikeOnSoftAndKvm() {
        try (Bench soft = new Bench(Way.NATIVE);
                Bench kvm = new Bench(Way.KVM)) {
            for (long seed = 0; seed * LENGTH * ROUNDS < INSTRUCTIONS; seed++) {
                CpuRegisters expected = run(soft, seed);
                CpuRegisters actual = run(kvm, seed);

                assertThat(actual.gpr).as("registers of program %d", seed).isEqualTo(expected.gpr);
                assertThat(actual.rip).isEqualTo(expected.rip);
                assertThat(data(kvm)).as("memory of program %d", seed).isEqualTo(data(soft));
            }
        }
    }

    private static byte[] data(Bench bench) {
        byte[] bytes = new byte[BYTES];
        bench.memory.read(Bench.DATA, bytes, 0, BYTES);
        return bytes;
    }

    private static CpuRegisters run(Bench bench, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        UserProgram program = new UserProgram(random, LENGTH);
        byte[] data = new byte[BYTES];
        random.nextBytes(data);
        long[] values = random.longs(16).toArray();
        bench.longMode(3).handle(UD, a -> a.op(HLT));
        bench.memory.write(Bench.DATA, data);
        bench.code(a -> program.write(a, ROUNDS));
        bench.with(registers -> {
            for (int i = 0; i < 16; i++) {
                if (i != Bench.RSP) {
                    registers.gpr[i] = values[i];
                }
            }
            registers.gpr[5] = Bench.DATA; // RBP
        });

        VmExit exit = bench.run();

        assertThat(exit).isInstanceOf(VmExit.Halt.class);
        return bench.registers();
    }
}
