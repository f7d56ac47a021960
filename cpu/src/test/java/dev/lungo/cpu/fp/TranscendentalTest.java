package dev.lungo.cpu.fp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.host.ExecutableMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** x87's transcendental functions against the host's: to a unit of the last place. */
@EnabledIf("hostRunsOurCode")
class TranscendentalTest {
    private static final int CASES = Boolean.getBoolean("lungo.long") ? 1_000_000 : 30_000;

    static boolean hostRunsOurCode() {
        return ExecutableMemory.isSupported();
    }

    @FunctionalInterface
    interface Software {
        void apply(FloatEnv env, int aSe, long aSig, int bSe, long bSig);
    }

    /**
     * @param results 2 where the second result replaces the operand and the first is pushed
     * @param pops whether the result is in what was ST(1)
     * @param low the least exponent of ordinary operands
     * @param high the greatest
     */
    record Function(
            String name,
            Software software,
            String code,
            int results,
            boolean pops,
            int low,
            int high) {
        @Override
        public String toString() {
            return name;
        }
    }

    @SuppressWarnings("UnusedMethod") // JUnit calls it by name
    private static List<Function> functions() {
        var all = new ArrayList<Function>();
        // spotless:off
        all.add(new Function("f2xm1", (e, a, as, _, _) -> ExtendedLogarithm.powerLessOne(e, a, as), "D9 F0", 1, false, -70, -1));
        all.add(new Function("fyl2x", ExtendedLogarithm::logarithm, "D9 F1", 1, true, -70, 70));
        all.add(new Function("fyl2xp1", ExtendedLogarithm::logarithmOfNextToOne, "D9 F9", 1, true, -70, -3));
        all.add(new Function("fpatan", ExtendedTrigonometry::arcTangent, "D9 F3", 1, true, -70, 70));
        all.add(new Function("fsin", (e, a, as, _, _) -> ExtendedTrigonometry.sine(e, a, as), "D9 FE", 1, false, -40, 62));
        all.add(new Function("fcos", (e, a, as, _, _) -> ExtendedTrigonometry.cosine(e, a, as), "D9 FF", 1, false, -40, 62));
        all.add(new Function("fsincos", (e, a, as, _, _) -> ExtendedTrigonometry.sineAndCosine(e, a, as), "D9 FB", 2, false, -40, 62));
        all.add(new Function("fptan", (e, a, as, _, _) -> ExtendedTrigonometry.tangent(e, a, as), "D9 F2", 2, false, -40, 62));
        // spotless:on
        return all;
    }

    @ParameterizedTest
    @MethodSource("functions")
    void resultsAreWithinAUnitOfTheLastPlace(Function function) {
        var operands = new Operands(function.name.hashCode());
        var env = new FloatEnv();
        var a = new ExtendedOperand();
        var b = new ExtendedOperand();

        try (var host = new HostFpu(function.code)) {
            for (int i = 0; i < CASES; i++) {
                operand(operands, function, a);
                operands.near(a, b);
                if (operands.oneIn(2)) {
                    operand(operands, function, b);
                }
                int control = 0x37F | operands.below(4) << 10;
                host.x87(control, 0, 0b11);
                host.st(0, a.signExponent, a.significand);
                host.st(1, b.signExponent, b.significand);
                env.setControlWord(control);
                env.flags = 0;
                env.condition = 0;

                host.run();
                function.software.apply(
                        env, a.signExponent, a.significand, b.signExponent, b.significand);

                int compared = FloatEnv.IE | FloatEnv.ZE | FloatEnv.DE;
                int hostRaised = host.statusWord() & FloatEnv.ALL;
                boolean outOfRange = (host.statusWord() & ExtendedComparison.C2) != 0;
                boolean agrees =
                        (env.condition != 0) == outOfRange
                                && (env.flags & compared) == (hostRaised & compared)
                                && (outOfRange || isClose(function, env, host));
                if (!agrees) {
                    assertThat(software(function, env))
                            .as("case %d: %s of %s, %s under %x", i, function, a, b, control)
                            .isEqualTo(hardware(function, host));
                }
            }
        }
    }

    private static void operand(Operands operands, Function function, ExtendedOperand operand) {
        if (operands.oneIn(8)) {
            operands.number(operand);
            boolean undefined =
                    (function.name.equals("f2xm1") || function.name.equals("fyl2xp1"))
                            && !Extended.special(operand.signExponent, operand.significand)
                            && Extended.exponentField(operand.signExponent)
                                    > Extended.BIAS + function.high;
            if (!undefined) {
                return;
            }
        }
        int exponent = function.low + operands.below(function.high - function.low + 1);
        if (operands.oneIn(2)) {
            exponent = Math.clamp(operands.below(6) - 4, function.low, function.high);
        }
        operand.signExponent = (operands.oneIn(2) ? Extended.SIGN : 0) | (Extended.BIAS + exponent);
        operand.significand = Extended.INTEGER_BIT | operands.fraction(63);
    }

    private static boolean isClose(Function function, FloatEnv env, HostFpu host) {
        return isClose(
                        env.signExponent,
                        env.significand,
                        host.stSignExponent(0),
                        host.stSignificand(0))
                && (function.results == 1
                        || isClose(
                                env.secondSignExponent,
                                env.secondSignificand,
                                host.stSignExponent(1),
                                host.stSignificand(1)));
    }

    /** Equal, or neighbours among all numbers of this format. */
    private static boolean isClose(int se, long sig, int expectedSe, long expectedSig) {
        if (((se ^ expectedSe) & Extended.SIGN) != 0) {
            return false;
        }
        // Numbers of one sign in their order: each exponent but the least adds 2^63 of them.
        int binades =
                Math.max(Extended.exponentField(se), 1)
                        - Math.max(Extended.exponentField(expectedSe), 1);
        if (Math.abs(binades) > 1) {
            return false;
        }
        long apart = sig - expectedSig + ((long) binades << 63);
        return apart >= -1 && apart <= 1;
    }

    private static String software(Function function, FloatEnv env) {
        String second = "; %x:%x".formatted(env.secondSignExponent, env.secondSignificand);
        return "flags %x C2 %x: %x:%x%s"
                .formatted(
                        env.flags,
                        env.condition,
                        env.signExponent,
                        env.significand,
                        function.results == 2 ? second : "");
    }

    private static String hardware(Function function, HostFpu host) {
        String second = "; %x:%x".formatted(host.stSignExponent(1), host.stSignificand(1));
        return "flags %x C2 %x: %x:%x%s"
                .formatted(
                        host.statusWord() & FloatEnv.ALL,
                        host.statusWord() & ExtendedComparison.C2,
                        host.stSignExponent(0),
                        host.stSignificand(0),
                        function.results == 2 ? second : "");
    }
}
