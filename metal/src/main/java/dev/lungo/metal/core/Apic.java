package dev.lungo.metal.core;

import dev.lungo.isa.Msr;

/**
 * The local APIC's interrupt command register. AMD-V has no exit for a SIPI, and its exit for INIT
 * does not tell who is meant: so who sends them is asked. SDM 3A, "Interrupt Command Register
 * (ICR)". All other registers stay the processor's own.
 *
 * <p>INIT and SIPI to logical destinations are sent to none.
 */
public final class Apic {
    private static final int X2APIC = 1 << 10;
    private static final long BASE = 0x000F_FFFF_FFFF_F000L;
    private static final int TPR = 0x80;
    private static final int SVR = 0xF0;
    public static final int ICR_LOW = 0x300;
    public static final int ICR_HIGH = 0x310;
    private static final int TIMER_INITIAL = 0x380;
    private static final int ID = 0x20;

    private static final int INIT = 5;
    private static final int SIPI = 6;
    private static final int NMI = 4 << 8;
    private static final int ASSERT = 1 << 14;
    private static final int DELIVERING = 1 << 12;
    private static final int ALL = 2;
    private static final int ALL_BUT_SELF = 3;

    private Apic() {}

    public static long base() {
        return Bare.rdmsr(Msr.IA32_APIC_BASE) & BASE;
    }

    private static boolean isX2() {
        return (Bare.rdmsr(Msr.IA32_APIC_BASE) & X2APIC) != 0;
    }

    public static int id() {
        return isX2() ? (int) Bare.rdmsr(Msr.IA32_X2APIC_APICID) : Bare.get32(base() + ID) >>> 24;
    }

    /** True if the command has been done, and is not to reach the APIC. */
    public static boolean commandX2(Processor from, long value) {
        return command(from, (int) value, (int) (value >>> 32));
    }

    /** A write to the low half of the xAPIC's register. */
    public static boolean command(Processor from, int low) {
        return command(from, low, Bare.get32(base() + ICR_HIGH) >>> 24);
    }

    private static boolean command(Processor from, int low, int destination) {
        int mode = low >>> 8 & 7;
        if (mode != INIT && mode != SIPI) {
            return false;
        }
        if (mode == INIT && (low & ASSERT) == 0) {
            return true; // INIT level de-assert: only synchronises arbitration, long ago
        }
        int shorthand = low >>> 18 & 3;
        for (int i = 0; i < Processors.count(); i++) {
            Processor other = Processors.get(i);
            boolean self = other == from;
            boolean meant =
                    shorthand == ALL_BUT_SELF || shorthand == ALL
                            ? !self
                            : shorthand == 0
                                    && (low & 1 << 11) == 0
                                    && other.vcpu.apicId == destination;
            if (meant && !self) {
                if (mode == INIT) {
                    Processors.sendInit(other);
                } else {
                    Processors.sendSipi(other, low & 0xFF);
                }
            }
        }
        return true;
    }

    /** The host's own interrupts between processors. */
    public static void sendNmi(int apicId) {
        send(apicId, NMI | ASSERT);
    }

    public static void sendInit(int apicId) {
        send(apicId, INIT << 8 | ASSERT);
    }

    public static void sendSipi(int apicId, int vector) {
        send(apicId, SIPI << 8 | ASSERT | vector);
    }

    public static void sendToOthers(int command) {
        send(0, command | ALL_BUT_SELF << 18);
    }

    private static void send(int apicId, int command) {
        if (isX2()) {
            Bare.wrmsr(Msr.IA32_X2APIC + 0x30, (long) apicId << 32 | command);
            return;
        }
        long base = base();
        int high = Bare.get32(base + ICR_HIGH);
        awaitDelivery(base);
        Bare.put32(base + ICR_HIGH, apicId << 24);
        Bare.put32(base + ICR_LOW, command);
        awaitDelivery(base);
        Bare.put32(base + ICR_HIGH, high); // the guest may have written it already
    }

    private static void awaitDelivery(long base) {
        int patience = 1_000_000;
        while ((Bare.get32(base + ICR_LOW) & DELIVERING) != 0 && --patience > 0) {
            Bare.pause();
        }
    }

    /** What INIT does to it: disabled by software, which masks the LVT, and no timer. */
    public static void reset() {
        if (isX2()) {
            Bare.wrmsr(Msr.IA32_X2APIC_TPR, 0);
            Bare.wrmsr(Msr.IA32_X2APIC + 0x38, 0);
            Bare.wrmsr(Msr.IA32_X2APIC_SIVR, 0xFF);
            return;
        }
        long base = base();
        Bare.put32(base + TPR, 0);
        Bare.put32(base + TIMER_INITIAL, 0);
        Bare.put32(base + SVR, 0xFF);
    }
}
