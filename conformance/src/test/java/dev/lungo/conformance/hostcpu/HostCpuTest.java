package dev.lungo.conformance.hostcpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.host.ExecutableMemory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * User-mode instructions, side by side with the host's processor.
 *
 * <p>By default a million cases; {@code -Dhostcpu.cases=10000000} makes it ten, {@code
 * -Dhostcpu.seed} another choice, and {@code -Dhostcpu.only} a regular expression for mnemonics.
 */
class HostCpuTest {
    private static final int STATES = 32;

    @ParameterizedTest(name = "translated: {0}")
    @ValueSource(booleans = {false, true})
    void everyUserModeInstructionDoesWhatItDoesOnTheHost(boolean translates) {
        assumeTrue(ExecutableMemory.isSupported(), "the host runs no x86-64 code under Linux");
        long cases = Long.getLong("hostcpu.cases", 1_000_000);
        long seed = Long.getLong("hostcpu.seed", 1);
        String only = System.getProperty("hostcpu.only", ".*");

        try (var sides = new SideBySide(seed, translates)) {
            run(sides, cases, only);
            System.out.println(sides.summary());

            assertThat(sides.reports()).isEmpty();
        }
    }

    private static void run(SideBySide sides, long cases, String only) {
        List<Form> forms =
                Form.all(each -> UserMode.isIndependent(each) && each.name().matches(only));
        while (sides.compared() < cases) {
            for (Form form : forms) {
                sides.run(form, 1, STATES);
            }
        }
        sides.flush();
    }

    /** The same, from a command line: cases, mnemonics, and "native" or not. */
    public static void main(String[] arguments) {
        try (var sides =
                new SideBySide(Long.getLong("hostcpu.seed", 1), arguments[2].equals("native"))) {
            long start = System.nanoTime();
            run(sides, Long.parseLong(arguments[0]), arguments[1]);
            sides.reports().forEach(System.out::println);
            System.out.println(sides.summary());
            System.out.println((System.nanoTime() - start) / 1_000_000 + " ms");
        }
    }
}
