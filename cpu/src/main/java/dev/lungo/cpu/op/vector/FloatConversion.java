package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.cpu.fp.Binary16;
import dev.lungo.cpu.fp.Binary32;
import dev.lungo.cpu.fp.Binary64;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.host.Raw;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.RegisterKind;
import dev.lungo.isa.Width;
import org.jspecify.annotations.Nullable;

/**
 * Conversions between integers and floating-point numbers, and among the latter. SDM 2A, "CVTDQ2PD"
 * to "CVTTSS2SI"; SDM 2C, "VCVTPH2PS", "VCVTPS2PH".
 */
public final class FloatConversion {
    private static final long LOW = 0xFFFF_FFFFL;

    private FloatConversion() {}

    /** Of one element: half-precision numbers are zero-extended, all others sign-extended. */
    @FunctionalInterface
    private interface Conversion {
        long apply(FloatEnv env, long element);
    }

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            // Packed. The columns are the bytes of a source's and of a result's element.
            case CVTDQ2PS, CVTPI2PS -> new Packed(form, 4, 4, (env, x) -> Binary32.fromInteger(env, x));
            case CVTDQ2PD, CVTPI2PD -> new Packed(form, 4, 8, (env, x) -> Binary64.fromInteger(env, x));
            case CVTPS2DQ, CVTPS2PI -> new Packed(form, 4, 4, (env, x) -> Binary32.toInt32(env, (int) x, env.rounding));
            case CVTTPS2DQ, CVTTPS2PI ->
                    new Packed(form, 4, 4, (env, x) -> Binary32.toInt32(env, (int) x, FloatEnv.TOWARD_ZERO));
            case CVTPD2DQ, CVTPD2PI -> new Packed(form, 8, 4, (env, x) -> Binary64.toInt32(env, x, env.rounding));
            case CVTTPD2DQ, CVTTPD2PI ->
                    new Packed(form, 8, 4, (env, x) -> Binary64.toInt32(env, x, FloatEnv.TOWARD_ZERO));
            case CVTPS2PD  -> new Packed(form, 4, 8, (env, x) -> Binary32.toBinary64(env, (int) x));
            case CVTPD2PS  -> new Packed(form, 8, 4, Binary64::toBinary32);
            case VCVTPH2PS -> new Packed(form, 2, 4, (env, x) -> Binary16.toBinary32(env, (int) x));
            case VCVTPS2PH -> toHalf(form);
            // Scalar.
            case CVTSS2SD  -> FloatShapes.scalar64(form, (env, _, b) -> Binary32.toBinary64(env, (int) b));
            case CVTSD2SS  -> new ToSingle(form);
            case CVTSI2SS  -> new FromGeneral(form, true);
            case CVTSI2SD  -> new FromGeneral(form, false);
            case CVTSS2SI  -> new ToGeneral(form, true, false);
            case CVTSD2SI  -> new ToGeneral(form, false, false);
            case CVTTSS2SI -> new ToGeneral(form, true, true);
            case CVTTSD2SI -> new ToGeneral(form, false, true);
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    private static VectorOp toHalf(Form form) {
        int control = form.immediate();
        return new Packed(form, 4, 2, (env, x) -> Binary16.fromBinary32(env, (int) x, control));
    }

    /** As many elements as the narrower of source and destination holds; zeros above the result. */
    private static final class Packed extends VectorOp {
        private final long to;
        private final @Nullable Address address;
        private final Source b;
        private final int count;
        private final int from;
        private final int into;
        private final int written;
        private final int cleared;
        private final boolean mmx;
        private final long result;
        private final Conversion conversion;

        Packed(Form form, int from, int into, Conversion conversion) {
            this.from = from;
            this.into = into;
            this.conversion = conversion;
            int operands = form.bytes(0) / into;
            count = Math.min(operands, form.bytes(1) / from);
            written = count * into;
            mmx = form.uses(RegisterKind.MMX);
            result = form.at.state(Source.result());
            if (form.isMemory(0)) {
                to = 0;
                address = form.address(0);
                b = Source.register(form.register(1));
                cleared = 0;
            } else {
                to = form.to();
                address = null;
                b = form.source(1);
                boolean keepsUpper = form.mnemonic == Mnemonic.CVTPI2PS;
                cleared = form.vex ? State.VECTOR_BYTES : keepsUpper ? written : form.bytes();
            }
        }

        @Override
        public void execute(Processor cpu) {
            long source = b.fetch(cpu);
            long linear = 0;
            if (address != null) {
                linear = address.forStore(cpu, written);
                cpu.mmu.probeStore(linear, written);
            }
            FloatEnv env = Mxcsr.open(cpu);
            for (int i = 0; i < count; i++) {
                long at = source + (long) i * from;
                long element =
                        switch (from) {
                            case 2 -> Raw.getShort(at);
                            case 4 -> Raw.getInt(at);
                            default -> Raw.getLong(at);
                        };
                long value = conversion.apply(env, element);
                switch (into) {
                    case 2 -> Raw.putShort(result + 2L * i, (int) value);
                    case 4 -> Raw.putInt(result + 4L * i, (int) value);
                    default -> Raw.putLong(result + 8L * i, value);
                }
            }
            if (mmx) { // before a SIMD exception, unlike all else that the instruction does
                cpu.fpu.enterMmx();
            }
            Mxcsr.close(cpu, env);
            if (address != null) {
                cpu.mmu.copyOut(linear, written, result);
                return;
            }
            Shapes.copy(result, to, written);
            for (int i = written; i < cleared; i += 8) {
                Raw.putLong(to + i, 0);
            }
        }
    }

    /** CVTSD2SS: the result is narrower than the source, and the rest of the first source stays. */
    private static final class ToSingle extends VectorOp {
        private final long to;
        private final long a;
        private final Source b;
        private final boolean vex;

        ToSingle(Form form) {
            to = form.to();
            a = form.first();
            b = form.second();
            vex = form.vex;
        }

        @Override
        public void execute(Processor cpu) {
            long second = Raw.getLong(b.fetch(cpu));
            FloatEnv env = Mxcsr.open(cpu);
            int value = Binary64.toBinary32(env, second);
            Mxcsr.close(cpu, env);
            store(to, a, value & LOW | Raw.getLong(a) & ~LOW, vex);
        }
    }

    private static void store(long to, long a, long low, boolean vex) {
        if (vex) {
            Raw.putLong(to + 8, Raw.getLong(a + 8));
            VectorOp.clear(to, 16);
        }
        Raw.putLong(to, low);
    }

    private static final class FromGeneral extends VectorOp {
        private final long to;
        private final long a;
        private final Place b;
        private final boolean single;
        private final boolean vex;

        FromGeneral(Form form, boolean single) {
            to = form.to();
            a = form.first();
            b = form.at.place(form.operand(form.secondIndex()));
            this.single = single;
            vex = form.vex;
        }

        @Override
        public void execute(Processor cpu) {
            long integer = b.width.signExtend(b.get(cpu));
            FloatEnv env = Mxcsr.open(cpu);
            long value =
                    single
                            ? Binary32.fromInteger(env, integer) & LOW | Raw.getLong(a) & ~LOW
                            : Binary64.fromInteger(env, integer);
            Mxcsr.close(cpu, env);
            store(to, a, value, vex);
        }
    }

    private static final class ToGeneral extends VectorOp {
        private final Place to;
        private final Source b;
        private final boolean single;
        private final boolean truncates;

        ToGeneral(Form form, boolean single, boolean truncates) {
            to = form.at.place(form.operand(0));
            b = form.source(1);
            this.single = single;
            this.truncates = truncates;
        }

        @Override
        public void execute(Processor cpu) {
            long x = Raw.getLong(b.fetch(cpu));
            FloatEnv env = Mxcsr.open(cpu);
            int rounding = truncates ? FloatEnv.TOWARD_ZERO : env.rounding;
            boolean quad = to.width == Width.QWORD;
            long value;
            if (single) {
                value =
                        quad
                                ? Binary32.toInt64(env, (int) x, rounding)
                                : Binary32.toInt32(env, (int) x, rounding);
            } else {
                value =
                        quad
                                ? Binary64.toInt64(env, x, rounding)
                                : Binary64.toInt32(env, x, rounding);
            }
            Mxcsr.close(cpu, env);
            to.set(cpu, value);
        }
    }
}
