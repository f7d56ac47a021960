package dev.lungo.isa.svm;

/**
 * Byte offsets in the virtual machine control block. APM 2, "Layout of VMCB" (appendix B): control
 * area in table B-1, state save area in table B-2, whose offsets there are from {@code 400h}.
 */
public final class Vmcb {
    // spotless:off
    public static final int BYTES                  = 0x1000;

    public static final int INTERCEPT_CR_READ      = 0x000;
    public static final int INTERCEPT_CR_WRITE     = 0x002;
    public static final int INTERCEPT_DR           = 0x004;
    public static final int INTERCEPT_EXCEPTIONS   = 0x008;
    /** Intercepts of exit codes 60h to 7Fh, one bit each. */
    public static final int INTERCEPT_1            = 0x00C;
    /** Intercepts of exit codes 80h to 9Fh, one bit each. */
    public static final int INTERCEPT_2            = 0x010;
    public static final int IOPM_BASE_PA           = 0x040;
    public static final int MSRPM_BASE_PA          = 0x048;
    public static final int TSC_OFFSET             = 0x050;
    public static final int GUEST_ASID             = 0x058;
    public static final int TLB_CONTROL            = 0x05C;
    public static final int V_INTERRUPT            = 0x060;
    public static final int INTERRUPT_SHADOW       = 0x068;
    public static final int EXITCODE               = 0x070;
    public static final int EXITINFO1              = 0x078;
    public static final int EXITINFO2              = 0x080;
    public static final int EXITINTINFO            = 0x088;
    public static final int NP_ENABLE              = 0x090;
    public static final int EVENTINJ               = 0x0A8;
    public static final int N_CR3                  = 0x0B0;
    public static final int CLEAN_BITS             = 0x0C0;
    public static final int NRIP                   = 0x0C8;

    /** Segments are 16 bytes each, in this order: ES CS SS DS FS GS GDTR LDTR IDTR TR. */
    public static final int ES                     = 0x400;
    public static final int CS                     = 0x410;
    public static final int SS                     = 0x420;
    public static final int DS                     = 0x430;
    public static final int FS                     = 0x440;
    public static final int GS                     = 0x450;
    public static final int GDTR                   = 0x460;
    public static final int LDTR                   = 0x470;
    public static final int IDTR                   = 0x480;
    public static final int TR                     = 0x490;
    public static final int CPL                    = 0x4CB;
    public static final int EFER                   = 0x4D0;
    public static final int CR4                    = 0x548;
    public static final int CR3                    = 0x550;
    public static final int CR0                    = 0x558;
    public static final int DR7                    = 0x560;
    public static final int DR6                    = 0x568;
    public static final int RFLAGS                 = 0x570;
    public static final int RIP                    = 0x578;
    public static final int RSP                    = 0x5D8;
    public static final int RAX                    = 0x5F8;
    public static final int STAR                   = 0x600;
    public static final int LSTAR                  = 0x608;
    public static final int CSTAR                  = 0x610;
    public static final int SFMASK                 = 0x618;
    public static final int KERNEL_GS_BASE         = 0x620;
    public static final int SYSENTER_CS            = 0x628;
    public static final int SYSENTER_ESP           = 0x630;
    public static final int SYSENTER_EIP           = 0x638;
    public static final int CR2                    = 0x640;
    public static final int G_PAT                  = 0x668;
    public static final int DBGCTL                 = 0x670;

    // Parts of a segment.
    public static final int SELECTOR               = 0;
    /** Descriptor bits 40 to 47, then 52 to 55: type, S, DPL, P, AVL, L, D/B, G. */
    public static final int ATTRIBUTES             = 2;
    public static final int LIMIT                  = 4;
    public static final int BASE                   = 8;

    /** TLB_CONTROL: flush the entire TLB at VMRUN. */
    public static final int FLUSH_ALL              = 1;

    // EVENTINJ and EXITINTINFO. APM 2, "Event Injection".
    public static final int EVENT_NMI              = 2 << 8;
    public static final int EVENT_EXCEPTION        = 3 << 8;
    public static final int EVENT_ERROR_VALID      = 1 << 11;
    public static final int EVENT_VALID            = 1 << 31;
    // spotless:on

    private Vmcb() {}
}
