package dev.lungo.machine;

/**
 * The registers of a local APIC. Their numbers are the offset in the page over 16, and the MSR less
 * 800h. SDM 3A, "Local APIC Register Address Map" (table 11-1) and "Local APIC Register Address Map
 * Supported by x2APIC" (table 11-6).
 */
final class ApicRegisters {
    static final int ID = 0x02;
    static final int VERSION = 0x03;
    static final int TPR = 0x08;
    static final int APR = 0x09;
    static final int PPR = 0x0A;
    static final int EOI = 0x0B;
    static final int RRD = 0x0C;
    static final int LDR = 0x0D;
    static final int DFR = 0x0E;
    static final int SVR = 0x0F;
    static final int ISR_0 = 0x10;
    static final int ISR_7 = 0x17;
    static final int TMR_0 = 0x18;
    static final int TMR_7 = 0x1F;
    static final int IRR_0 = 0x20;
    static final int IRR_7 = 0x27;
    static final int ESR = 0x28;
    static final int ICR_LOW = 0x30;
    static final int ICR_HIGH = 0x31;
    static final int LVT_TIMER = 0x32;
    static final int LVT_LINT0 = 0x35;
    static final int LVT_LINT1 = 0x36;
    static final int LVT_ERROR = 0x37;
    static final int INITIAL_COUNT = 0x38;
    static final int CURRENT_COUNT = 0x39;
    static final int DIVIDE_CONFIGURATION = 0x3E;

    /** Of x2APIC mode only. */
    static final int SELF_IPI = 0x3F;

    /** What can be written of LVT entries: timer, thermal, performance, LINT0, LINT1, error. */
    static final int[] LVT_WRITABLE = {0x700FF, 0x107FF, 0x107FF, 0x1A7FF, 0x1A7FF, 0x100FF};

    /** What may be written to them as it was read: delivery status and remote IRR. */
    private static final int LVT_READ_ONLY = 1 << 12 | 1 << 14;

    private static final long ICR_RESERVED = 0xFFF3_2000L;

    private ApicRegisters() {}

    static boolean isIsr(int register) {
        return register >= ISR_0 && register <= ISR_7;
    }

    static boolean isTmr(int register) {
        return register >= TMR_0 && register <= TMR_7;
    }

    static boolean isIrr(int register) {
        return register >= IRR_0 && register <= IRR_7;
    }

    static boolean isLvt(int register) {
        return register >= LVT_TIMER && register <= LVT_ERROR;
    }

    static boolean isReadableMsr(int register) {
        return switch (register) {
            case ID, VERSION, TPR, PPR, LDR, SVR, ESR, ICR_LOW -> true;
            case INITIAL_COUNT, CURRENT_COUNT, DIVIDE_CONFIGURATION -> true;
            default -> isIsr(register) || isTmr(register) || isIrr(register) || isLvt(register);
        };
    }

    static boolean isWritableMsr(int register) {
        return switch (register) {
            case TPR, EOI, SVR, ESR, ICR_LOW, SELF_IPI -> true;
            case INITIAL_COUNT, DIVIDE_CONFIGURATION -> true;
            default -> isLvt(register);
        };
    }

    /** The bits that must be written as zero to an MSR that can be written. */
    static long reservedBits(int register) {
        return switch (register) {
            case TPR, SELF_IPI -> ~0xFFL;
            case EOI, ESR -> -1;
            case SVR -> ~0x3FFL;
            case ICR_LOW -> ICR_RESERVED;
            case INITIAL_COUNT -> ~0xFFFF_FFFFL;
            case DIVIDE_CONFIGURATION -> ~0b1011L;
            default -> ~(long) (LVT_WRITABLE[register - LVT_TIMER] | LVT_READ_ONLY);
        };
    }
}
