package dev.lungo.metal.core;

import dev.lungo.isa.Msr;

/**
 * The local APIC's interrupt command register. AMD-V has no exit for a SIPI, and its exit for INIT
 * does not tell who is meant: so who sends them is asked. SDM 3A, "Interrupt Command Register
 * (ICR)". All other registers stay the processor's own.
 */
public final class Apic {
    private static final int X2APIC = 1 << 10;
    private static final long BASE = 0x000F_FFFF_FFFF_F000L;
    private static final int BOOT_PROCESSOR = 1 << 8;
    private static final int TPR = 0x80;
    private static final int EOI = 0xB0;
    private static final int LDR = 0xD0;
    private static final int DFR = 0xE0;
    private static final int SVR = 0xF0;
    private static final int ISR = 0x100;
    public static final int ICR_LOW = 0x300;
    public static final int ICR_HIGH = 0x310;
    private static final int TIMER_INITIAL = 0x380;
    private static final int ID = 0x20;

    private static final int INIT = 5;
    private static final int SIPI = 6;
    private static final int NMI = 4 << 8;
    private static final int ASSERT = 1 << 14;
    private static final int DELIVERING = 1 << 12;
    private static final int MOST_IN_SERVICE = 256;

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

    /** Whether this is the one that INIT sends to the reset vector. */
    public static boolean isBootProcessor() {
        return (Bare.rdmsr(Msr.IA32_APIC_BASE) & BOOT_PROCESSOR) != 0;
    }

    /** Notes the processor's logical destination, which others cannot read. */
    static void noteLogical(Processor processor) {
        if (!isX2()) {
            processor.logicalId = Bare.get32(base() + LDR);
            processor.logicalFormat = Bare.get32(base() + DFR);
        }
    }

    /** A store to one of its registers. */
    static void note(Processor processor, int offset, int value) {
        if (offset == LDR) {
            processor.logicalId = value;
        } else if (offset == DFR) {
            processor.logicalFormat = value;
        }
    }

    /** In the guest's stead, for an interrupt that it does not get. */
    static void endOfInterrupt(int vector) {
        if (isX2()) {
            if ((Bare.rdmsr(Msr.IA32_X2APIC_ISR0 + (vector >>> 5)) >>> (vector & 31) & 1) != 0) {
                Bare.wrmsr(Msr.IA32_X2APIC_EOI, 0);
            }
        } else if ((Bare.get32(base() + ISR + (vector >>> 5) * 16L) >>> (vector & 31) & 1) != 0) {
            Bare.put32(base() + EOI, 0);
        }
    }

    /** True if the command has been done, and is not to reach the APIC. */
    public static boolean commandX2(Processor from, long value) {
        return isX2() && command(from, (int) value, (int) (value >>> 32), true);
    }

    /** A write to the low half of the xAPIC's register. */
    public static boolean command(Processor from, int low) {
        return command(from, low, Bare.get32(base() + ICR_HIGH) >>> 24, false);
    }

    private static boolean command(Processor from, int low, int destination, boolean x2) {
        int mode = low >>> 8 & 7;
        if (mode != INIT && mode != SIPI) {
            return false;
        }
        if (mode == INIT && (low & ASSERT) == 0) {
            return true; // INIT level de-assert: only synchronises arbitration, long ago
        }
        for (int i = 0; i < Processors.count(); i++) {
            Processor other = Processors.get(i);
            boolean meant =
                    ApicDestination.includes(
                            low,
                            destination,
                            x2,
                            other.vcpu.apicId,
                            other.logicalId,
                            other.logicalFormat,
                            other == from);
            if (meant) {
                deliver(other, mode, low & 0xFF);
            }
        }
        return true;
    }

    private static void deliver(Processor to, int mode, int vector) {
        if (mode == INIT) {
            if (to.absent) {
                sendInit(to.vcpu.apicId);
            } else {
                Processors.sendInit(to);
            }
        } else if (to.absent) {
            sendSipi(to.vcpu.apicId, vector);
        } else {
            Processors.sendSipi(to, vector);
        }
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

    /**
     * What INIT does to it: disabled by software, which masks the LVT, no timer, nothing in
     * service, no logical destination. SDM 3A, "Local APIC State After It Receives an INIT-Deassert
     * IPI". What is in the IRR stays there.
     */
    public static void reset(Processor processor) {
        if (isX2()) {
            Bare.wrmsr(Msr.IA32_X2APIC_TPR, 0);
            Bare.wrmsr(Msr.IA32_X2APIC + 0x38, 0);
            for (int i = 0; i < MOST_IN_SERVICE && isX2InService(); i++) {
                Bare.wrmsr(Msr.IA32_X2APIC_EOI, 0);
            }
            Bare.wrmsr(Msr.IA32_X2APIC_SIVR, 0xFF);
            return;
        }
        long base = base();
        Bare.put32(base + TPR, 0);
        Bare.put32(base + TIMER_INITIAL, 0);
        for (int i = 0; i < MOST_IN_SERVICE && isInService(base); i++) {
            Bare.put32(base + EOI, 0);
        }
        Bare.put32(base + SVR, 0xFF);
        Bare.put32(base + LDR, 0);
        Bare.put32(base + DFR, -1);
        processor.logicalId = 0;
        processor.logicalFormat = -1;
    }

    private static boolean isInService(long base) {
        int any = 0;
        for (int i = 0; i < 8; i++) {
            any |= Bare.get32(base + ISR + i * 16L);
        }
        return any != 0;
    }

    private static boolean isX2InService() {
        long any = 0;
        for (int i = 0; i < 8; i++) {
            any |= Bare.rdmsr(Msr.IA32_X2APIC + 0x10 + i);
        }
        return any != 0;
    }
}
