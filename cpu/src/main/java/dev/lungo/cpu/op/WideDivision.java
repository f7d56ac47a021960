package dev.lungo.cpu.op;

import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;

/** RDX:RAX by a 64-bit divisor. */
final class WideDivision {
    private WideDivision() {}

    /**
     * Divides, or raises #DE.
     *
     * @param a the absolute address of RAX, low half and quotient
     * @param d that of RDX, high half and remainder
     */
    static void divide(Processor cpu, long a, long d, long divisor, boolean signed) {
        long low = Raw.getLong(a);
        long high = Raw.getLong(d);
        boolean negativeDividend = signed && high < 0;
        boolean negativeDivisor = signed && divisor < 0;
        if (negativeDividend) {
            high = ~high + (low == 0 ? 1 : 0);
            low = -low;
        }
        long m = negativeDivisor ? -divisor : divisor;
        if (Long.compareUnsigned(high, m) >= 0) {
            throw cpu.fault(ExceptionVector.DE, 0);
        }
        long quotient;
        long remainder;
        if (high == 0) {
            quotient = Long.divideUnsigned(low, m);
            remainder = Long.remainderUnsigned(low, m);
        } else {
            quotient = 0;
            remainder = high;
            for (int bit = 63; bit >= 0; bit--) {
                boolean carry = remainder < 0;
                remainder = remainder << 1 | low >>> bit & 1;
                if (carry || Long.compareUnsigned(remainder, m) >= 0) {
                    remainder -= m;
                    quotient |= 1L << bit;
                }
            }
        }
        boolean negative = negativeDividend != negativeDivisor;
        if (signed && (negative ? quotient < 0 && quotient != Long.MIN_VALUE : quotient < 0)) {
            throw cpu.fault(ExceptionVector.DE, 0);
        }
        Raw.putLong(a, negative ? -quotient : quotient);
        Raw.putLong(d, negativeDividend ? -remainder : remainder);
    }
}
