package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import dev.lungo.isa.Rflags;

/**
 * The six status flags, kept so that setting them is cheap and any of them is read without knowing
 * what set them.
 *
 * <p>{@code RESULT} is the last result, sign-extended to 64 bits: ZF is its being zero, SF its
 * sign, PF the parity of its low byte. {@code AUX} is the vector of carries out of each bit,
 * shifted so that the carry out of the operand's top bit is bit 63: CF is bit 63, OF is bit 63 xor
 * bit 62, AF is bit 3 (kept in place). Two corrections let the flags hold combinations that no
 * result has, such as POPF can load: SF is xored with bit 0, and the byte that PF is taken from
 * with bits 15:8.
 */
public final class Flags {
    private static final long CARRY = 1L << 63;
    private static final long BELOW_CARRY = 1L << 62;
    private static final long AUXILIARY = 1L << 3;

    private Flags() {}

    // Setting. The carries of a sum are ((a & b) | ((a | b) & ~sum)), those of a difference
    // ((~a & b) | ((~a | b) & difference)): each bit's majority function.

    public static void add64(long state, long a, long b, long sum) {
        set(state, sum, ((a & b) | ((a | b) & ~sum)) & (CARRY | BELOW_CARRY | AUXILIARY));
    }

    public static void sub64(long state, long a, long b, long difference) {
        set(
                state,
                difference,
                ((~a & b) | ((~a | b) & difference)) & (CARRY | BELOW_CARRY | AUXILIARY));
    }

    /** Operands and sum as 32-bit integers. */
    public static void add32(long state, int a, int b, int sum) {
        int carries = (a & b) | ((a | b) & ~sum);
        set(state, sum, top(carries, 32));
    }

    public static void sub32(long state, int a, int b, int difference) {
        int carries = (~a & b) | ((~a | b) & difference);
        set(state, difference, top(carries, 32));
    }

    /** For any width; operands and sum need not be truncated. */
    public static void add(long state, int bits, long a, long b, long sum) {
        set(state, extend(sum, bits), top((a & b) | ((a | b) & ~sum), bits));
    }

    public static void sub(long state, int bits, long a, long b, long difference) {
        set(state, extend(difference, bits), top((~a & b) | ((~a | b) & difference), bits));
    }

    /** AND, OR, XOR, TEST: CF and OF are cleared; AF, which is undefined, too. */
    public static void logic(long state, long signExtendedResult) {
        set(state, signExtendedResult, 0);
    }

    /** INC and DEC: as add or sub of one, but CF stays. */
    public static void addKeepingCarry(long state, int bits, long a, long sum) {
        long aux = top((a & 1) | ((a | 1) & ~sum), bits);
        keepCarry(state, extend(sum, bits), aux);
    }

    public static void subKeepingCarry(long state, int bits, long a, long difference) {
        long aux = top((~a & 1) | ((~a | 1) & difference), bits);
        keepCarry(state, extend(difference, bits), aux);
    }

    private static void keepCarry(long state, long result, long aux) {
        // OF is the difference of the two top carries: when CF is put back to what it was, the
        // carry below it must be turned with it.
        long turn = (aux ^ Raw.getLong(state + State.FLAGS_AUX)) & CARRY;
        set(state, result, aux ^ turn ^ (turn >>> 1));
    }

    /** ZF, SF and PF from a result, with CF, OF and AF as given. */
    public static void set(long state, int bits, long result, boolean cf, boolean of, boolean af) {
        set(
                state,
                extend(result, bits),
                (cf ? CARRY : 0) | (cf != of ? BELOW_CARRY : 0) | (af ? AUXILIARY : 0));
    }

    private static void set(long state, long result, long aux) {
        Raw.putLong(state + State.FLAGS_RESULT, result);
        Raw.putLong(state + State.FLAGS_AUX, aux);
    }

    private static long top(long carries, int bits) {
        return (carries << (64 - bits)) & (CARRY | BELOW_CARRY) | carries & AUXILIARY;
    }

    private static long extend(long value, int bits) {
        return value << (64 - bits) >> (64 - bits);
    }

    /** CF alone. */
    public static void setCarry(long state, boolean carry) {
        long aux = Raw.getLong(state + State.FLAGS_AUX);
        if (aux < 0 != carry) { // OF, the difference of the two top bits, stays
            Raw.putLong(state + State.FLAGS_AUX, aux ^ CARRY ^ BELOW_CARRY);
        }
    }

    /** OF alone. */
    public static void setOverflow(long state, boolean overflow) {
        long aux = Raw.getLong(state + State.FLAGS_AUX);
        if (overflow(aux) != overflow) {
            Raw.putLong(state + State.FLAGS_AUX, aux ^ BELOW_CARRY);
        }
    }

    /** ZF alone. */
    public static void setZero(long state, boolean zero) {
        setStatus(state, status(state) & ~Rflags.ZF | (zero ? Rflags.ZF : 0));
    }

    // Reading.

    public static boolean cf(long state) {
        return Raw.getLong(state + State.FLAGS_AUX) < 0;
    }

    public static boolean zf(long state) {
        return Raw.getLong(state + State.FLAGS_RESULT) == 0;
    }

    public static boolean sf(long state) {
        return sign(Raw.getLong(state + State.FLAGS_RESULT), Raw.getLong(state + State.FLAGS_AUX));
    }

    public static boolean of(long state) {
        return overflow(Raw.getLong(state + State.FLAGS_AUX));
    }

    public static boolean af(long state) {
        return (Raw.getLong(state + State.FLAGS_AUX) & AUXILIARY) != 0;
    }

    public static boolean pf(long state) {
        long parity = Raw.getLong(state + State.FLAGS_AUX) >>> 8;
        parity ^= Raw.getLong(state + State.FLAGS_RESULT);
        return (Long.bitCount(parity & 0xFF) & 1) == 0;
    }

    private static boolean sign(long result, long aux) {
        return (result ^ (aux << 63)) < 0;
    }

    private static boolean overflow(long aux) {
        return (aux ^ (aux << 1)) < 0;
    }

    /** SF differs from OF: signed less. */
    public static boolean less(long state) {
        long result = Raw.getLong(state + State.FLAGS_RESULT);
        long aux = Raw.getLong(state + State.FLAGS_AUX);
        return (result ^ (aux << 63) ^ aux ^ (aux << 1)) < 0;
    }

    /** The condition with this encoding, 0 to 15. SDM 1, "EFLAGS Condition Codes" (table B-1). */
    public static boolean condition(long state, int code) {
        boolean holds =
                switch (code >> 1) {
                    case 0 -> of(state);
                    case 1 -> cf(state);
                    case 2 -> zf(state);
                    case 3 -> cf(state) || zf(state);
                    case 4 -> sf(state);
                    case 5 -> pf(state);
                    case 6 -> less(state);
                    default -> zf(state) || less(state);
                };
        return holds ^ ((code & 1) != 0);
    }

    /** All of RFLAGS, as PUSHF would store it. */
    public static long rflags(long state) {
        return Raw.getLong(state + State.RFLAGS) | status(state);
    }

    /** The six status flags in their places. */
    public static long status(long state) {
        return (cf(state) ? Rflags.CF : 0)
                | (pf(state) ? Rflags.PF : 0)
                | (af(state) ? Rflags.AF : 0)
                | (zf(state) ? Rflags.ZF : 0)
                | (sf(state) ? Rflags.SF : 0)
                | (of(state) ? Rflags.OF : 0);
    }

    /** Sets the six status flags from their places in RFLAGS. */
    public static void setStatus(long state, long rflags) {
        boolean zf = (rflags & Rflags.ZF) != 0;
        boolean sf = (rflags & Rflags.SF) != 0;
        boolean pf = (rflags & Rflags.PF) != 0;
        boolean cf = (rflags & Rflags.CF) != 0;
        boolean of = (rflags & Rflags.OF) != 0;
        // A result of 0 or 1 has sign 0; parity of 0 is even, of 1 odd.
        long result = zf ? 0 : 1;
        boolean evenParity = zf;
        long aux = (cf ? CARRY : 0) | (cf != of ? BELOW_CARRY : 0);
        aux |= (rflags & Rflags.AF) != 0 ? AUXILIARY : 0;
        aux |= sf ? 1 : 0;
        aux |= pf != evenParity ? 1 << 8 : 0;
        set(state, result, aux);
    }
}
