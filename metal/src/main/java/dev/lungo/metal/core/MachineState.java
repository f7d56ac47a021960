package dev.lungo.metal.core;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Msr;
import dev.lungo.metal.Vcpu;

/**
 * What a guest's processor begins with, beside its general registers: captured from the processor
 * as it is, or as a protocol prescribes it. The vendor's code writes it to VMCB or VMCS.
 */
public final class MachineState {
    public static final int CS = 1;
    public static final int LDTR = 6;
    public static final int TR = 7;
    private static final int SEGMENTS = 8;
    private static final int DR6_AFTER_RESET = 0xFFFF_0FF0;
    private static final long DR7_AFTER_RESET = 0x400;

    /** ES CS SS DS FS GS LDTR TR. */
    public final int[] selectors = new int[SEGMENTS];

    /**
     * Descriptor bits 40 to 47, then 52 to 55: type, S, DPL, P, AVL, L, D/B, G. 0 where the segment
     * is not usable.
     */
    public final int[] attributes = new int[SEGMENTS];

    /** In bytes. */
    public final long[] limits = new long[SEGMENTS];

    /** Guest-linear. */
    public final long[] bases = new long[SEGMENTS];

    public long gdtBase;
    public int gdtLimit;
    public long idtBase;
    public int idtLimit;
    public long cr0;
    public long cr2;
    public long cr3;
    public long cr4;
    public long efer;
    public long dr6;
    public long dr7;

    /** As this processor is now. */
    void capture() {
        gdtBase = Bare.gdtBase();
        gdtLimit = Bare.gdtLimit();
        idtBase = Bare.idtBase();
        idtLimit = Bare.idtLimit();
        for (int i = 0; i < SEGMENTS; i++) {
            descriptor(i, Bare.selector(i));
        }
        bases[4] = Bare.rdmsr(Msr.IA32_FS_BASE);
        bases[5] = Bare.rdmsr(Msr.IA32_GS_BASE);
        cr0 = Bare.getCr0();
        cr2 = Bare.getCr2();
        cr3 = Bare.getCr3();
        cr4 = Bare.getCr4();
        efer = Bare.rdmsr(Msr.IA32_EFER);
        dr6 = Bare.getDr6();
        dr7 = Bare.getDr7();
    }

    /** SDM 3A, "Segment Descriptors". */
    private void descriptor(int segment, int selector) {
        int index = selector & ~7;
        if (index == 0) {
            set(segment, selector, 0, 0, 0);
            return;
        }
        long low = Bare.get64(gdtBase + index);
        int access = (int) (low >>> 40 & 0xFF) | (int) (low >>> 44 & 0xF00);
        long limit = (low & 0xFFFF) | (low >>> 32 & 0xF_0000);
        long base = (low >>> 16 & 0xFF_FFFF) | (low >>> 32 & 0xFF00_0000L);
        if ((access & 0x10) == 0) {
            base |= Bare.get64(gdtBase + index + 8) << 32;
        }
        set(segment, selector, access, (access & 0x800) != 0 ? limit << 12 | 0xFFF : limit, base);
    }

    /** Flat 64-bit mode: CS 10h, the others 18h. */
    void long64(long tables, long gdt) {
        flat(0xA9B, gdt);
        cr0 = Cr0.PG | Cr0.NE | Cr0.ET | Cr0.PE;
        cr3 = tables;
        cr4 = Cr4.PAE;
        efer = Efer.LME | Efer.LMA;
    }

    /** Flat 32-bit protected mode without paging: CS 10h, the others 18h. */
    void flat32(long gdt) {
        flat(0xC9B, gdt);
        cr0 = Cr0.NE | Cr0.ET | Cr0.PE;
        cr3 = 0;
        cr4 = 0;
        efer = 0;
    }

    private void flat(int code, long gdt) {
        for (int i = 0; i < LDTR; i++) {
            set(i, 0x18, 0xC93, 0xFFFF_FFFFL, 0);
        }
        set(CS, 0x10, code, 0xFFFF_FFFFL, 0);
        set(LDTR, 0, 0, 0, 0);
        set(TR, 0, 0x8B, 0x67, 0);
        gdtBase = gdt;
        gdtLimit = 31;
        idtBase = 0;
        idtLimit = 0;
        cr2 = 0;
        dr6 = DR6_AFTER_RESET & 0xFFFF_FFFFL;
        dr7 = DR7_AFTER_RESET;
    }

    /** After INIT and SIPI. */
    public void startup(Vcpu vcpu, int vector, long oldCr0, long signature) {
        init(vcpu, oldCr0, signature);
        set(CS, vector << 8, 0x9B, 0xFFFF, (long) vector << 12);
        vcpu.rip = 0;
    }

    /**
     * After INIT, which sends the boot processor to the reset vector. SDM 3A, "Processor State
     * After Reset" (table 10-1).
     *
     * @param oldCr0 whose CD and NW stay
     */
    public void init(Vcpu vcpu, long oldCr0, long signature) {
        for (int i = 0; i < LDTR; i++) {
            set(i, 0, 0x93, 0xFFFF, 0);
        }
        set(CS, 0xF000, 0x9B, 0xFFFF, 0xFFFF_0000L);
        set(LDTR, 0, 0x82, 0xFFFF, 0);
        set(TR, 0, 0x8B, 0xFFFF, 0);
        gdtBase = 0;
        gdtLimit = 0xFFFF;
        idtBase = 0;
        idtLimit = 0xFFFF;
        cr0 = (oldCr0 & (Cr0.CD | Cr0.NW)) | Cr0.ET;
        cr2 = 0;
        cr3 = 0;
        cr4 = 0;
        efer = 0;
        dr6 = DR6_AFTER_RESET & 0xFFFF_FFFFL;
        dr7 = DR7_AFTER_RESET;
        for (int i = 0; i < 16; i++) {
            vcpu.set(i, 0);
        }
        vcpu.rdx = signature;
        vcpu.rip = 0xFFF0;
        vcpu.rflags = 2;
    }

    private void set(int segment, int selector, int access, long limit, long base) {
        selectors[segment] = selector;
        attributes[segment] = access;
        limits[segment] = limit;
        bases[segment] = base;
    }
}
