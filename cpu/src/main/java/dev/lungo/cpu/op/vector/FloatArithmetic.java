package dev.lungo.cpu.op.vector;

import static dev.lungo.cpu.op.vector.FloatShapes.packed32;
import static dev.lungo.cpu.op.vector.FloatShapes.packed64;
import static dev.lungo.cpu.op.vector.FloatShapes.scalar32;
import static dev.lungo.cpu.op.vector.FloatShapes.scalar64;
import static dev.lungo.cpu.op.vector.FloatShapes.unary32;
import static dev.lungo.cpu.op.vector.FloatShapes.unary64;

import dev.lungo.cpu.fp.Approximation;
import dev.lungo.cpu.fp.Binary32;
import dev.lungo.cpu.fp.Binary64;

/**
 * Sums, products, quotients, roots, extremes and rounding of floating-point numbers. SDM 2A,
 * "ADDPS" to "DIVSD"; SDM 2B, "MAXPD" to "MULSS", "RCPPS", "ROUNDPD", "RSQRTPS", "SQRTPD", "SUBPD".
 */
public final class FloatArithmetic {
    private FloatArithmetic() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case ADDPS  -> packed32(form, Binary32::add);
            case ADDPD  -> packed64(form, Binary64::add);
            case ADDSS  -> scalar32(form, Binary32::add);
            case ADDSD  -> scalar64(form, Binary64::add);
            case SUBPS  -> packed32(form, Binary32::subtract);
            case SUBPD  -> packed64(form, Binary64::subtract);
            case SUBSS  -> scalar32(form, Binary32::subtract);
            case SUBSD  -> scalar64(form, Binary64::subtract);
            case MULPS  -> packed32(form, Binary32::multiply);
            case MULPD  -> packed64(form, Binary64::multiply);
            case MULSS  -> scalar32(form, Binary32::multiply);
            case MULSD  -> scalar64(form, Binary64::multiply);
            case DIVPS  -> packed32(form, Binary32::divide);
            case DIVPD  -> packed64(form, Binary64::divide);
            case DIVSS  -> scalar32(form, Binary32::divide);
            case DIVSD  -> scalar64(form, Binary64::divide);
            case MINPS  -> packed32(form, Binary32::minimum);
            case MINPD  -> packed64(form, Binary64::minimum);
            case MINSS  -> scalar32(form, Binary32::minimum);
            case MINSD  -> scalar64(form, Binary64::minimum);
            case MAXPS  -> packed32(form, Binary32::maximum);
            case MAXPD  -> packed64(form, Binary64::maximum);
            case MAXSS  -> scalar32(form, Binary32::maximum);
            case MAXSD  -> scalar64(form, Binary64::maximum);
            case SQRTPS -> unary32(form, (env, _, b) -> Binary32.squareRoot(env, b));
            case SQRTPD -> unary64(form, (env, _, b) -> Binary64.squareRoot(env, b));
            case SQRTSS -> scalar32(form, (env, _, b) -> Binary32.squareRoot(env, b));
            case SQRTSD -> scalar64(form, (env, _, b) -> Binary64.squareRoot(env, b));
            case RCPPS   -> unary32(form, (_, _, b) -> Approximation.reciprocal(b));
            case RCPSS   -> scalar32(form, (_, _, b) -> Approximation.reciprocal(b));
            case RSQRTPS -> unary32(form, (_, _, b) -> Approximation.reciprocalSquareRoot(b));
            case RSQRTSS -> scalar32(form, (_, _, b) -> Approximation.reciprocalSquareRoot(b));
            case ROUNDPS -> unary32(form, roundSingle(form.immediate()));
            case ROUNDPD -> unary64(form, roundDouble(form.immediate()));
            case ROUNDSS -> scalar32(form, roundSingle(form.immediate()));
            case ROUNDSD -> scalar64(form, roundDouble(form.immediate()));
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    private static FloatShapes.Function32 roundSingle(int control) {
        return (env, _, b) -> Binary32.roundToIntegral(env, b, control);
    }

    private static FloatShapes.Function64 roundDouble(int control) {
        return (env, _, b) -> Binary64.roundToIntegral(env, b, control);
    }
}
