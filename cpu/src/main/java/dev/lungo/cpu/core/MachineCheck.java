package dev.lungo.cpu.core;

import dev.lungo.isa.Msr;

/**
 * The machine-check MSRs. SDM 3B, "Machine-Check MSRs".
 *
 * <p>There are a few banks, as every processor has, and nothing ever goes wrong in them. Left out:
 * CMCI, and machine checks that the host has.
 */
final class MachineCheck {
    private static final int BANKS = 4;
    private static final int REGISTERS = 4 * BANKS;

    /** MCG_CAP: IA32_MCG_CTL is there. */
    private static final long CTL_PRESENT = 1 << 8;

    // Registers of a bank.
    private static final int CTL = 0;
    private static final int STATUS = 1;

    private long globalControl = -1;
    private long globalStatus;
    private final long[] banks = new long[REGISTERS];

    /** RESET#. */
    void reset() {
        globalControl = -1;
        globalStatus = 0;
        java.util.Arrays.fill(banks, 0);
    }

    static long capabilities() {
        return BANKS | CTL_PRESENT;
    }

    long globalStatus() {
        return globalStatus;
    }

    /** RIPV, EIPV and MCIP; returns false for what is a #GP. */
    boolean setGlobalStatus(long value) {
        if ((value & ~7L) != 0) {
            return false;
        }
        globalStatus = value;
        return true;
    }

    long globalControl() {
        return globalControl;
    }

    boolean setGlobalControl(long value) {
        if (!allOrNothing(value)) {
            return false;
        }
        globalControl = value;
        return true;
    }

    static boolean isBank(int msr) {
        return msr >= Msr.IA32_MC0_CTL && msr < Msr.IA32_MC0_CTL + REGISTERS;
    }

    long bank(int msr) {
        return banks[msr - Msr.IA32_MC0_CTL];
    }

    boolean setBank(int msr, long value) {
        int register = msr & 3;
        if (register == CTL && !allOrNothing(value) || register == STATUS && value != 0) {
            return false;
        }
        banks[msr - Msr.IA32_MC0_CTL] = value;
        return true;
    }

    private static boolean allOrNothing(long value) {
        return value == 0 || value == -1;
    }
}
