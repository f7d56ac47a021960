package dev.lungo.metal.core;

import dev.lungo.metal.Vcpu;

/**
 * What native code knows of a processor: a page of memory whose layout {@code metal.S} shares. The
 * general registers come first, in the order of their encodings.
 */
public final class Block {
    // spotless:off
    public static final int RIP        = 128;
    public static final int RFLAGS     = 136;
    /** Physical address of the VMCB or VMCS. */
    public static final int CONTROL    = 144;
    /** AMD-V: where VMSAVE keeps what the host has of the state that VMRUN does not switch. */
    public static final int HOST_STATE = 152;
    /** Where FXSAVE keeps the guest's SSE registers while the host runs. */
    public static final int FXSAVE     = 160;
    /** NMIs that the host took. */
    public static final int NMIS       = 168;
    /** Mail from other processors: INIT, 1; SIPI, 100h and its vector. */
    public static final int INIT       = 172;
    public static final int SIPI       = 176;
    /** NMIs that other processors have sent to have this one read its mail. */
    public static final int KICKS_SENT = 180;
    public static final int INDEX      = 184;
    /** 1 while it waits for a SIPI. */
    public static final int WAITING    = 188;
    /** AMD-V: where VMRUN keeps the host. */
    public static final int HOST_SAVE  = 192;
    /** Of the first processor: how often all were told to flush their TLBs. */
    public static final int FLUSHES    = 200;
    /** 1 once a processor that the hypervisor itself starts has come. */
    public static final int ARRIVED    = 204;
    /** The external interrupt that the host took, 100h and its vector. */
    public static final int INTERRUPT  = 208;
    /** 32 bytes for results of CPUID and RDMSR. */
    public static final int SCRATCH    = 256;
    private static final int FX_AREA   = 0x800;
    // spotless:on

    private Block() {}

    static long take(int index) {
        long block = Pages.take(1);
        if (block != 0) {
            Bare.put64(block + FXSAVE, block + FX_AREA);
            Bare.put32(block + INDEX, index);
        }
        return block;
    }

    /** The registers that VMCB and VMCS do not have. */
    public static void load(Vcpu vcpu, long block) {
        vcpu.rcx = Bare.get64(block + 8);
        vcpu.rdx = Bare.get64(block + 16);
        vcpu.rbx = Bare.get64(block + 24);
        vcpu.rbp = Bare.get64(block + 40);
        vcpu.rsi = Bare.get64(block + 48);
        vcpu.rdi = Bare.get64(block + 56);
        vcpu.r8 = Bare.get64(block + 64);
        vcpu.r9 = Bare.get64(block + 72);
        vcpu.r10 = Bare.get64(block + 80);
        vcpu.r11 = Bare.get64(block + 88);
        vcpu.r12 = Bare.get64(block + 96);
        vcpu.r13 = Bare.get64(block + 104);
        vcpu.r14 = Bare.get64(block + 112);
        vcpu.r15 = Bare.get64(block + 120);
    }

    public static void store(Vcpu vcpu, long block) {
        Bare.put64(block + 8, vcpu.rcx);
        Bare.put64(block + 16, vcpu.rdx);
        Bare.put64(block + 24, vcpu.rbx);
        Bare.put64(block + 40, vcpu.rbp);
        Bare.put64(block + 48, vcpu.rsi);
        Bare.put64(block + 56, vcpu.rdi);
        Bare.put64(block + 64, vcpu.r8);
        Bare.put64(block + 72, vcpu.r9);
        Bare.put64(block + 80, vcpu.r10);
        Bare.put64(block + 88, vcpu.r11);
        Bare.put64(block + 96, vcpu.r12);
        Bare.put64(block + 104, vcpu.r13);
        Bare.put64(block + 112, vcpu.r14);
        Bare.put64(block + 120, vcpu.r15);
    }
}
