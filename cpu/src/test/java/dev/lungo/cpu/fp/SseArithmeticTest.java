package dev.lungo.cpu.fp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.host.ExecutableMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation on SSE's formats against the host's own instruction. */
@EnabledIf("hostRunsOurCode")
class SseArithmeticTest {
    private static final int CASES = Boolean.getBoolean("lungo.long") ? 2_000_000 : 100_000;

    static boolean hostRunsOurCode() {
        return ExecutableMemory.isSupported();
    }

    /** What an operation takes from XMM0, XMM1 and XMM2, or in the case of integers from RAX. */
    enum Source {
        SINGLES,
        DOUBLES,
        HALVES,
        INTEGER
    }

    enum Result {
        XMM0_32,
        XMM0_64,
        XMM0_16,
        EAX,
        RAX,
        STATUS
    }

    @FunctionalInterface
    interface Software {
        long apply(FloatEnv env, long a, long b, long c);
    }

    record Operation(String name, Source source, Result result, Software software, String code) {
        @Override
        public String toString() {
            return name;
        }
    }

    @SuppressWarnings("UnusedMethod") // JUnit calls it by name
    private static List<Operation> operations() {
        var all = new ArrayList<Operation>();
        // spotless:off
        all.add(d("addsd", (e, a, b, _) -> Binary64.add(e, a, b), "F2 0F 58 C1"));
        all.add(d("subsd", (e, a, b, _) -> Binary64.subtract(e, a, b), "F2 0F 5C C1"));
        all.add(d("mulsd", (e, a, b, _) -> Binary64.multiply(e, a, b), "F2 0F 59 C1"));
        all.add(d("divsd", (e, a, b, _) -> Binary64.divide(e, a, b), "F2 0F 5E C1"));
        all.add(d("minsd", (e, a, b, _) -> Binary64.minimum(e, a, b), "F2 0F 5D C1"));
        all.add(d("maxsd", (e, a, b, _) -> Binary64.maximum(e, a, b), "F2 0F 5F C1"));
        all.add(d("sqrtsd", (e, _, b, _) -> Binary64.squareRoot(e, b), "F2 0F 51 C1"));
        all.add(s("addss", (e, a, b, _) -> Binary32.add(e, (int) a, (int) b), "F3 0F 58 C1"));
        all.add(s("subss", (e, a, b, _) -> Binary32.subtract(e, (int) a, (int) b), "F3 0F 5C C1"));
        all.add(s("mulss", (e, a, b, _) -> Binary32.multiply(e, (int) a, (int) b), "F3 0F 59 C1"));
        all.add(s("divss", (e, a, b, _) -> Binary32.divide(e, (int) a, (int) b), "F3 0F 5E C1"));
        all.add(s("minss", (e, a, b, _) -> Binary32.minimum(e, (int) a, (int) b), "F3 0F 5D C1"));
        all.add(s("maxss", (e, a, b, _) -> Binary32.maximum(e, (int) a, (int) b), "F3 0F 5F C1"));
        all.add(s("sqrtss", (e, _, b, _) -> Binary32.squareRoot(e, (int) b), "F3 0F 51 C1"));

        // The operands by number: 132 is 1 × 3 + 2.
        all.add(d("vfmadd132sd", (e, a, b, c) -> Binary64.fusedMultiplyAdd(e, a, c, b, false, false), "C4 E2 F1 99 C2"));
        all.add(d("vfmadd213sd", (e, a, b, c) -> Binary64.fusedMultiplyAdd(e, b, a, c, false, false), "C4 E2 F1 A9 C2"));
        all.add(d("vfmadd231sd", (e, a, b, c) -> Binary64.fusedMultiplyAdd(e, b, c, a, false, false), "C4 E2 F1 B9 C2"));
        all.add(d("vfmsub132sd", (e, a, b, c) -> Binary64.fusedMultiplyAdd(e, a, c, b, false, true), "C4 E2 F1 9B C2"));
        all.add(d("vfnmadd132sd", (e, a, b, c) -> Binary64.fusedMultiplyAdd(e, a, c, b, true, false), "C4 E2 F1 9D C2"));
        all.add(d("vfnmsub231sd", (e, a, b, c) -> Binary64.fusedMultiplyAdd(e, b, c, a, true, true), "C4 E2 F1 BF C2"));
        all.add(s("vfmadd132ss", (e, a, b, c) -> Binary32.fusedMultiplyAdd(e, (int) a, (int) c, (int) b, false, false), "C4 E2 71 99 C2"));
        all.add(s("vfmsub213ss", (e, a, b, c) -> Binary32.fusedMultiplyAdd(e, (int) b, (int) a, (int) c, false, true), "C4 E2 71 AB C2"));
        all.add(s("vfnmadd231ss", (e, a, b, c) -> Binary32.fusedMultiplyAdd(e, (int) b, (int) c, (int) a, true, false), "C4 E2 71 BD C2"));
        all.add(s("vfnmsub213ss", (e, a, b, c) -> Binary32.fusedMultiplyAdd(e, (int) b, (int) a, (int) c, true, true), "C4 E2 71 AF C2"));

        add(all, "comisd", Source.DOUBLES, Result.STATUS, (e, a, b, _) -> Comparison.statusFlags(Binary64.compare(e, a, b, true)), "66 0F 2F C1");
        add(all, "ucomisd", Source.DOUBLES, Result.STATUS, (e, a, b, _) -> Comparison.statusFlags(Binary64.compare(e, a, b, false)), "66 0F 2E C1");
        add(all, "comiss", Source.SINGLES, Result.STATUS, (e, a, b, _) -> Comparison.statusFlags(Binary32.compare(e, (int) a, (int) b, true)), "0F 2F C1");
        add(all, "ucomiss", Source.SINGLES, Result.STATUS, (e, a, b, _) -> Comparison.statusFlags(Binary32.compare(e, (int) a, (int) b, false)), "0F 2E C1");
        for (int i = 0; i < 32; i++) {
            int predicate = i;
            add(all, "vcmpsd " + i, Source.DOUBLES, Result.XMM0_64, (e, a, b, _) -> Binary64.test(e, a, b, predicate) ? -1 : 0, "C5 FB C2 C1 %02X".formatted(i));
            add(all, "vcmpss " + i, Source.SINGLES, Result.XMM0_32, (e, a, b, _) -> Binary32.test(e, (int) a, (int) b, predicate) ? -1 : 0, "C5 FA C2 C1 %02X".formatted(i));
        }

        add(all, "cvtsi2sd r32", Source.INTEGER, Result.XMM0_64, (e, a, _, _) -> Binary64.fromInteger(e, low(a)), "F2 0F 2A C0");
        add(all, "cvtsi2sd r64", Source.INTEGER, Result.XMM0_64, (e, a, _, _) -> Binary64.fromInteger(e, a), "F2 48 0F 2A C0");
        add(all, "cvtsi2ss r32", Source.INTEGER, Result.XMM0_32, (e, a, _, _) -> Binary32.fromInteger(e, low(a)), "F3 0F 2A C0");
        add(all, "cvtsi2ss r64", Source.INTEGER, Result.XMM0_32, (e, a, _, _) -> Binary32.fromInteger(e, a), "F3 48 0F 2A C0");
        add(all, "cvtsd2si r32", Source.DOUBLES, Result.EAX, (e, a, _, _) -> Binary64.toInt32(e, a, e.rounding), "F2 0F 2D C0");
        add(all, "cvttsd2si r32", Source.DOUBLES, Result.EAX, (e, a, _, _) -> Binary64.toInt32(e, a, FloatEnv.TOWARD_ZERO), "F2 0F 2C C0");
        add(all, "cvtsd2si r64", Source.DOUBLES, Result.RAX, (e, a, _, _) -> Binary64.toInt64(e, a, e.rounding), "F2 48 0F 2D C0");
        add(all, "cvttsd2si r64", Source.DOUBLES, Result.RAX, (e, a, _, _) -> Binary64.toInt64(e, a, FloatEnv.TOWARD_ZERO), "F2 48 0F 2C C0");
        add(all, "cvtss2si r32", Source.SINGLES, Result.EAX, (e, a, _, _) -> Binary32.toInt32(e, (int) a, e.rounding), "F3 0F 2D C0");
        add(all, "cvttss2si r32", Source.SINGLES, Result.EAX, (e, a, _, _) -> Binary32.toInt32(e, (int) a, FloatEnv.TOWARD_ZERO), "F3 0F 2C C0");
        add(all, "cvtss2si r64", Source.SINGLES, Result.RAX, (e, a, _, _) -> Binary32.toInt64(e, (int) a, e.rounding), "F3 48 0F 2D C0");
        add(all, "cvttss2si r64", Source.SINGLES, Result.RAX, (e, a, _, _) -> Binary32.toInt64(e, (int) a, FloatEnv.TOWARD_ZERO), "F3 48 0F 2C C0");
        add(all, "cvtsd2ss", Source.DOUBLES, Result.XMM0_32, (e, a, _, _) -> Binary64.toBinary32(e, a), "F2 0F 5A C0");
        add(all, "cvtss2sd", Source.SINGLES, Result.XMM0_64, (e, a, _, _) -> Binary32.toBinary64(e, (int) a), "F3 0F 5A C0");
        add(all, "vcvtph2ps", Source.HALVES, Result.XMM0_32, (e, a, _, _) -> Binary16.toBinary32(e, (int) a), "C4 E2 79 13 C0");
        for (int i : new int[] {0, 1, 2, 3, 4}) {
            add(all, "vcvtps2ph " + i, Source.SINGLES, Result.XMM0_16, (e, a, _, _) -> Binary16.fromBinary32(e, (int) a, i), "C4 E3 79 1D C0 %02X".formatted(i));
        }
        for (int i : new int[] {0, 1, 2, 3, 4, 8, 9, 10, 11, 12}) {
            add(all, "roundsd " + i, Source.DOUBLES, Result.XMM0_64, (e, a, _, _) -> Binary64.roundToIntegral(e, a, i), "66 0F 3A 0B C0 %02X".formatted(i));
            add(all, "roundss " + i, Source.SINGLES, Result.XMM0_32, (e, a, _, _) -> Binary32.roundToIntegral(e, (int) a, i), "66 0F 3A 0A C0 %02X".formatted(i));
        }
        // spotless:on
        return all;
    }

    private static int low(long value) {
        return (int) value;
    }

    private static Operation d(String name, Software software, String code) {
        return new Operation(name, Source.DOUBLES, Result.XMM0_64, software, code);
    }

    private static Operation s(String name, Software software, String code) {
        return new Operation(name, Source.SINGLES, Result.XMM0_32, software, code);
    }

    private static void add(
            List<Operation> all,
            String name,
            Source source,
            Result result,
            Software software,
            String code) {
        all.add(new Operation(name, source, result, software, code));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void resultAndExceptionsAreThoseOfTheHost(Operation operation) {
        var operands = new Operands(operation.name.hashCode());
        var env = new FloatEnv();
        int cases = operation.name.matches(".* [0-9]+") ? CASES / 5 : CASES; // one of many alike

        try (var host = new HostFpu(operation.code)) {
            for (int i = 0; i < cases; i++) {
                long a = operand(operands, operation.source, 0);
                long b = operand(operands, operation.source, a);
                long c = third(operands, operation.source, a, b);
                int mxcsr = mxcsr(operands);
                host.mxcsr(mxcsr);
                host.xmm(0, a, 0);
                host.xmm(1, b, 0);
                host.xmm(2, c, 0);
                host.rax(a);
                env.setMxcsr(mxcsr);

                host.run();
                long actual = operation.software.apply(env, a, b, c);

                long expected = result(host, operation.result);
                if (truncate(actual, operation.result) != expected || env.mxcsr() != host.mxcsr()) {
                    assertThat(
                                    "%x, MXCSR %x"
                                            .formatted(
                                                    truncate(actual, operation.result),
                                                    env.mxcsr()))
                            .as("case %d: %s of %x, %x, %x under %x", i, operation, a, b, c, mxcsr)
                            .isEqualTo("%x, MXCSR %x".formatted(expected, host.mxcsr()));
                }
            }
        }
    }

    private static int mxcsr(Operands operands) {
        int sticky = operands.oneIn(3) ? operands.below(64) : operands.oneIn(2) ? 0x20 : 0;
        int rounding = operands.oneIn(2) ? 0 : operands.below(4);
        int flush = operands.oneIn(2) ? 0 : operands.below(4);
        return 0x1F80 | sticky | rounding << 13 | (flush & 1) << 15 | (flush & 2) << 5;
    }

    private static long operand(Operands operands, Source source, long other) {
        InterchangeFormat format = format(source);
        if (source == Source.INTEGER) {
            return operands.integer();
        }
        if (other != 0 && operands.oneIn(10)) {
            // The product will be next to the smallest normal number, the quotient to one.
            long smallest = 1L << format.fractionBits();
            long partner = InterchangeArithmetic.divide(new FloatEnv(), format, smallest, other);
            return partner + operands.below(4);
        }
        return other == 0 ? operands.number(format) : operands.near(format, other);
    }

    /** An addend, often so near the product of the others that they cancel. */
    private static long third(Operands operands, Source source, long a, long b) {
        InterchangeFormat format = format(source);
        if (operands.oneIn(2)) {
            var env = new FloatEnv();
            env.rounding = operands.below(4);
            return operands.near(format, InterchangeArithmetic.multiply(env, format, a, b));
        }
        return operand(operands, source, a);
    }

    private static InterchangeFormat format(Source source) {
        return switch (source) {
            case SINGLES -> InterchangeFormat.SINGLE;
            case DOUBLES, INTEGER -> InterchangeFormat.DOUBLE;
            case HALVES -> InterchangeFormat.HALF;
        };
    }

    private static long result(HostFpu host, Result result) {
        return switch (result) {
            case XMM0_64, XMM0_32, XMM0_16 -> truncate(host.xmmLow(0), result);
            case EAX, RAX -> truncate(host.rax(), result);
            case STATUS -> truncate(host.rflags(), result);
        };
    }

    private static long truncate(long value, Result result) {
        return switch (result) {
            case XMM0_64, RAX -> value;
            case XMM0_32, EAX -> value & 0xFFFF_FFFFL;
            case XMM0_16 -> value & 0xFFFF;
            case STATUS -> value & 0x45; // ZF, PF, CF
        };
    }
}
