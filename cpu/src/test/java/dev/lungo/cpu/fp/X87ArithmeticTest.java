package dev.lungo.cpu.fp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.host.ExecutableMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * x87's arithmetic against the host's own: results, exceptions and condition codes, with every
 * precision, rounding mode and set of masks.
 */
@EnabledIf("hostRunsOurCode")
class X87ArithmeticTest {
    private static final int CASES = Boolean.getBoolean("lungo.long") ? 2_000_000 : 60_000;

    static boolean hostRunsOurCode() {
        return ExecutableMemory.isSupported();
    }

    /** Where operands come from, and where the result goes. */
    enum Kind {
        REGISTER,
        PUSH_SECOND,
        LOAD_32,
        LOAD_64,
        LOAD_INTEGER_16,
        LOAD_INTEGER_32,
        LOAD_INTEGER_64,
        LOAD_DECIMAL,
        STORE_16,
        STORE_32,
        STORE_64,
        STORE_DECIMAL,
        CONDITION,
        STATUS
    }

    @FunctionalInterface
    interface Software {
        long apply(FloatEnv env, int aSe, long aSig, int bSe, long bSig);
    }

    @FunctionalInterface
    interface InRegister {
        void apply(FloatEnv env, int aSe, long aSig, int bSe, long bSig);
    }

    record Operation(String name, Kind kind, Software software, String code) {
        @Override
        public String toString() {
            return name;
        }
    }

    @SuppressWarnings("UnusedMethod") // JUnit calls it by name
    private static List<Operation> operations() {
        var all = new ArrayList<Operation>();
        // spotless:off
        register(all, "fadd", ExtendedArithmetic::add, "D8 C1");
        register(all, "fsub", ExtendedArithmetic::subtract, "D8 E1");
        register(all, "fsubr", (e, a, as, b, bs) -> ExtendedArithmetic.subtract(e, b, bs, a, as), "D8 E9");
        register(all, "fmul", ExtendedArithmetic::multiply, "D8 C9");
        register(all, "fdiv", ExtendedArithmetic::divide, "D8 F1");
        register(all, "fdivr", (e, a, as, b, bs) -> ExtendedArithmetic.divide(e, b, bs, a, as), "D8 F9");
        register(all, "fsqrt", (e, a, as, _, _) -> ExtendedArithmetic.squareRoot(e, a, as), "D9 FA");
        register(all, "frndint", (e, a, as, _, _) -> ExtendedScaling.roundToIntegral(e, a, as), "D9 FC");
        register(all, "fscale", ExtendedScaling::scale, "D9 FD");
        register(all, "fprem", ExtendedRemainder::truncating, "D9 F8");
        register(all, "fprem1", ExtendedRemainder::nearest, "D9 F5");
        all.add(new Operation("fxtract", Kind.PUSH_SECOND, result((e, a, as, _, _) -> ExtendedScaling.extract(e, a, as)), "D9 F4"));

        add(all, "fcom", Kind.CONDITION, (e, a, as, b, bs) -> ExtendedComparison.conditions(ExtendedComparison.compare(e, a, as, b, bs, true)), "D8 D1");
        add(all, "fucom", Kind.CONDITION, (e, a, as, b, bs) -> ExtendedComparison.conditions(ExtendedComparison.compare(e, a, as, b, bs, false)), "DD E1");
        add(all, "ftst", Kind.CONDITION, (e, a, as, _, _) -> ExtendedComparison.conditions(ExtendedComparison.compare(e, a, as, 0, 0, true)), "D9 E4");
        add(all, "fxam", Kind.CONDITION, (_, a, as, _, _) -> ExtendedComparison.examine(a, as, false), "D9 E5");
        add(all, "fcomi", Kind.STATUS, (e, a, as, b, bs) -> Comparison.statusFlags(ExtendedComparison.compare(e, a, as, b, bs, true)), "DB F1");
        add(all, "fucomi", Kind.STATUS, (e, a, as, b, bs) -> Comparison.statusFlags(ExtendedComparison.compare(e, a, as, b, bs, false)), "DB E9");

        add(all, "fld m32", Kind.LOAD_32, (e, _, as, _, _) -> load(() -> ExtendedConversion.fromBinary32(e, (int) as)), "D9 03");
        add(all, "fld m64", Kind.LOAD_64, (e, _, as, _, _) -> load(() -> ExtendedConversion.fromBinary64(e, as)), "DD 03");
        add(all, "fild m16", Kind.LOAD_INTEGER_16, (e, _, as, _, _) -> load(() -> ExtendedConversion.fromInteger(e, low16(as))), "DF 03");
        add(all, "fild m32", Kind.LOAD_INTEGER_32, (e, _, as, _, _) -> load(() -> ExtendedConversion.fromInteger(e, low32(as))), "DB 03");
        add(all, "fild m64", Kind.LOAD_INTEGER_64, (e, _, as, _, _) -> load(() -> ExtendedConversion.fromInteger(e, as)), "DF 2B");
        add(all, "fbld", Kind.LOAD_DECIMAL, (e, a, as, _, _) -> load(() -> PackedDecimal.load(e, a, as)), "DF 23");

        constant(all, "fld1", ExtendedConstants.ONE, "D9 E8");
        constant(all, "fldl2t", ExtendedConstants.LOG2_OF_10, "D9 E9");
        constant(all, "fldl2e", ExtendedConstants.LOG2_OF_E, "D9 EA");
        constant(all, "fldpi", ExtendedConstants.PI, "D9 EB");
        constant(all, "fldlg2", ExtendedConstants.LOG10_OF_2, "D9 EC");
        constant(all, "fldln2", ExtendedConstants.LN_OF_2, "D9 ED");
        constant(all, "fldz", ExtendedConstants.ZERO, "D9 EE");

        add(all, "fst m32", Kind.STORE_32, (e, a, as, _, _) -> ExtendedConversion.toBinary32(e, a, as), "D9 13");
        add(all, "fst m64", Kind.STORE_64, (e, a, as, _, _) -> ExtendedConversion.toBinary64(e, a, as), "DD 13");
        add(all, "fist m16", Kind.STORE_16, (e, a, as, _, _) -> ExtendedConversion.toInteger(e, a, as, 16, e.rounding), "DF 13");
        add(all, "fist m32", Kind.STORE_32, (e, a, as, _, _) -> ExtendedConversion.toInteger(e, a, as, 32, e.rounding), "DB 13");
        add(all, "fistp m64", Kind.STORE_64, (e, a, as, _, _) -> ExtendedConversion.toInteger(e, a, as, 64, e.rounding), "DF 3B");
        add(all, "fisttp m16", Kind.STORE_16, (e, a, as, _, _) -> ExtendedConversion.toInteger(e, a, as, 16, FloatEnv.TOWARD_ZERO), "DF 0B");
        add(all, "fisttp m32", Kind.STORE_32, (e, a, as, _, _) -> ExtendedConversion.toInteger(e, a, as, 32, FloatEnv.TOWARD_ZERO), "DB 0B");
        add(all, "fisttp m64", Kind.STORE_64, (e, a, as, _, _) -> ExtendedConversion.toInteger(e, a, as, 64, FloatEnv.TOWARD_ZERO), "DD 0B");
        all.add(new Operation("fbstp", Kind.STORE_DECIMAL, result((e, a, as, _, _) -> PackedDecimal.store(e, a, as)), "DF 33"));
        // spotless:on
        return all;
    }

    private static void register(
            List<Operation> all, String name, InRegister software, String code) {
        all.add(new Operation(name, Kind.REGISTER, result(software), code));
    }

    private static void add(
            List<Operation> all, String name, Kind kind, Software software, String code) {
        all.add(new Operation(name, kind, software, code));
    }

    private static void constant(
            List<Operation> all, String name, ExtendedConstants constant, String code) {
        add(all, name, Kind.LOAD_32, (env, _, _, _, _) -> load(() -> constant.load(env)), code);
    }

    private static Software result(InRegister software) {
        return (env, aSe, aSig, bSe, bSig) -> {
            software.apply(env, aSe, aSig, bSe, bSig);
            return 0;
        };
    }

    private static long load(Runnable load) {
        load.run();
        return 0;
    }

    private static short low16(long value) {
        return (short) value;
    }

    private static int low32(long value) {
        return (int) value;
    }

    @ParameterizedTest
    @MethodSource("operations")
    void resultExceptionsAndConditionsAreThoseOfTheHost(Operation operation) {
        var operands = new Operands(operation.name.hashCode());
        var env = new FloatEnv();
        var a = new ExtendedOperand();
        var b = new ExtendedOperand();
        long untouched = 0x5A5A_A5A5_5AA5_A55AL;

        try (var host = new HostFpu(operation.code)) {
            for (int i = 0; i < CASES; i++) {
                first(operands, operation.kind, a);
                operands.near(a, b);
                int control = controlWord(operands);
                host.x87(control, 0, 0b11);
                host.st(0, a.signExponent, a.significand);
                host.st(1, b.signExponent, b.significand);
                boolean load = isLoad(operation.kind);
                host.memory(0, load ? a.significand : untouched);
                host.memory(8, load ? a.signExponent : untouched);
                env.setControlWord(control);
                env.flags = 0;
                env.condition = 0;
                env.roundedUp = false;

                host.run();
                long actual =
                        operation.software.apply(
                                env, a.signExponent, a.significand, b.signExponent, b.significand);

                String expected = hostOutcome(host, operation.kind);
                String got = outcome(env, operation.kind, actual, a, untouched);
                if (!got.equals(expected)) {
                    assertThat(got)
                            .as("case %d: %s of %s, %s under %x", i, operation, a, b, control)
                            .isEqualTo(expected);
                }
            }
        }
    }

    private static boolean isLoad(Kind kind) {
        return switch (kind) {
            case LOAD_32,
                    LOAD_64,
                    LOAD_INTEGER_16,
                    LOAD_INTEGER_32,
                    LOAD_INTEGER_64,
                    LOAD_DECIMAL ->
                    true;
            case REGISTER,
                    PUSH_SECOND,
                    STORE_16,
                    STORE_32,
                    STORE_64,
                    STORE_DECIMAL,
                    CONDITION,
                    STATUS ->
                    false;
        };
    }

    private static void first(Operands operands, Kind kind, ExtendedOperand a) {
        switch (kind) {
            case REGISTER, PUSH_SECOND, CONDITION, STATUS, STORE_DECIMAL -> operands.number(a);
            case STORE_16, STORE_32, STORE_64 -> {
                if (operands.oneIn(3)) {
                    operands.number(a);
                } else {
                    int reach = operands.oneIn(2) ? 70 : 1200;
                    a.signExponent =
                            (operands.oneIn(2) ? Extended.SIGN : 0)
                                    | (Extended.BIAS - reach + operands.below(2 * reach));
                    a.significand = Extended.INTEGER_BIT | operands.fraction(63);
                }
            }
            case LOAD_32 -> a.significand = operands.number(InterchangeFormat.SINGLE);
            case LOAD_64 -> a.significand = operands.number(InterchangeFormat.DOUBLE);
            case LOAD_INTEGER_16, LOAD_INTEGER_32, LOAD_INTEGER_64 ->
                    a.significand = operands.integer();
            case LOAD_DECIMAL -> {
                a.signExponent = operands.oneIn(2) ? Extended.SIGN : 0;
                a.signExponent |= operands.below(10) << 4 | operands.below(10);
                a.significand = 0;
                for (int i = operands.below(17); i > 0; i--) {
                    a.significand = a.significand << 4 | operands.below(10);
                }
            }
        }
    }

    private static int controlWord(Operands operands) {
        int precision = operands.oneIn(2) ? 3 : new int[] {0, 2, 3}[operands.below(3)];
        int masks = operands.oneIn(2) ? FloatEnv.ALL : operands.below(64);
        return 0x40 | masks | precision << 8 | operands.below(4) << 10;
    }

    private static String hostOutcome(HostFpu host, Kind kind) {
        int status = host.statusWord();
        int conditions = status & 0x4700;
        int top = status >> 11 & 7;
        String flags = "flags %x conditions %x".formatted(status & 0x3F, conditions);
        return switch (kind) {
            case REGISTER ->
                    "%x:%x %s".formatted(host.stSignExponent(0), host.stSignificand(0), flags);
            case PUSH_SECOND ->
                    "%x:%x %x:%x %s"
                            .formatted(
                                    host.stSignExponent(0),
                                    host.stSignificand(0),
                                    top == 7 ? host.stSignExponent(1) : 0,
                                    top == 7 ? host.stSignificand(1) : 0,
                                    flags);
            case LOAD_32,
                    LOAD_64,
                    LOAD_INTEGER_16,
                    LOAD_INTEGER_32,
                    LOAD_INTEGER_64,
                    LOAD_DECIMAL ->
                    top == 7
                            ? "%x:%x %s"
                                    .formatted(host.stSignExponent(0), host.stSignificand(0), flags)
                            : "nothing " + flags;
            case STORE_16, STORE_32, STORE_64 -> "%x %s".formatted(host.memory(0), flags);
            case STORE_DECIMAL ->
                    "%x:%x %s".formatted(host.memory(8) & 0xFFFF, host.memory(0), flags);
            case CONDITION -> flags;
            case STATUS -> "%x %s".formatted(host.rflags() & 0x45, flags);
        };
    }

    private static String outcome(
            FloatEnv env, Kind kind, long value, ExtendedOperand a, long untouched) {
        int raised = env.recorded(env.flags);
        // An unmasked DE stops operations, but neither loads nor comparisons.
        int stopping =
                isLoad(kind) || kind == Kind.CONDITION
                        ? FloatEnv.IE | FloatEnv.ZE
                        : FloatEnv.PRE_COMPUTATION;
        boolean stopped = (env.unmasked(raised) & stopping) != 0;
        boolean notStored = (env.unmasked(raised) & ~FloatEnv.PE) != 0;
        int up = env.roundedUp && !stopped ? ExtendedComparison.C1 : 0;
        int conditions = stopped ? 0 : env.condition | up;
        if (kind == Kind.CONDITION) {
            conditions = (int) value;
        }
        String flags = "flags %x conditions %x".formatted(raised, conditions);
        return switch (kind) {
            case REGISTER ->
                    stopped
                            ? "%s %s".formatted(a, flags)
                            : "%x:%x %s".formatted(env.signExponent, env.significand, flags);
            case PUSH_SECOND ->
                    stopped
                            ? "%s 0:0 %s".formatted(a, flags)
                            : "%x:%x %x:%x %s"
                                    .formatted(
                                            env.signExponent,
                                            env.significand,
                                            env.secondSignExponent,
                                            env.secondSignificand,
                                            flags);
            case LOAD_32,
                    LOAD_64,
                    LOAD_INTEGER_16,
                    LOAD_INTEGER_32,
                    LOAD_INTEGER_64,
                    LOAD_DECIMAL ->
                    stopped
                            ? "nothing " + flags
                            : "%x:%x %s".formatted(env.signExponent, env.significand, flags);
            case STORE_16 -> "%x %s".formatted(merge(notStored, value, untouched, 16), flags);
            case STORE_32 -> "%x %s".formatted(merge(notStored, value, untouched, 32), flags);
            case STORE_64 -> "%x %s".formatted(merge(notStored, value, untouched, 64), flags);
            case STORE_DECIMAL ->
                    notStored
                            ? "%x:%x %s".formatted(untouched & 0xFFFF, untouched, flags)
                            : "%x:%x %s".formatted(env.signExponent, env.significand, flags);
            case CONDITION -> flags;
            case STATUS -> "%x %s".formatted(value, flags);
        };
    }

    private static long merge(boolean notStored, long value, long untouched, int bits) {
        long mask = -1L >>> -bits;
        return notStored ? untouched : (value & mask) | (untouched & ~mask);
    }
}
