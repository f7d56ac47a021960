package dev.lungo.isa.vmx;

/** Encodings of VMCS fields. SDM 3D, "Field Encoding in VMCS" (appendix B), in its order. */
public final class VmcsField {
    // spotless:off
    // 16-bit control, guest-state and host-state fields
    public static final int VPID                        = 0x0000;
    public static final int GUEST_ES_SELECTOR           = 0x0800;
    public static final int GUEST_LDTR_SELECTOR         = 0x080C;
    public static final int GUEST_TR_SELECTOR           = 0x080E;
    public static final int HOST_ES_SELECTOR            = 0x0C00;
    public static final int HOST_CS_SELECTOR            = 0x0C02;
    public static final int HOST_SS_SELECTOR            = 0x0C04;
    public static final int HOST_DS_SELECTOR            = 0x0C06;
    public static final int HOST_FS_SELECTOR            = 0x0C08;
    public static final int HOST_GS_SELECTOR            = 0x0C0A;
    public static final int HOST_TR_SELECTOR            = 0x0C0C;

    // 64-bit control, read-only, guest-state and host-state fields
    public static final int IO_BITMAP_A                 = 0x2000;
    public static final int IO_BITMAP_B                 = 0x2002;
    public static final int MSR_BITMAPS                 = 0x2004;
    public static final int TSC_OFFSET                  = 0x2010;
    public static final int EPT_POINTER                 = 0x201A;
    public static final int GUEST_PHYSICAL_ADDRESS      = 0x2400;
    public static final int VMCS_LINK_POINTER           = 0x2800;
    public static final int GUEST_IA32_DEBUGCTL         = 0x2802;
    public static final int GUEST_IA32_PAT              = 0x2804;
    public static final int GUEST_IA32_EFER             = 0x2806;
    public static final int GUEST_PDPTE0                = 0x280A;
    public static final int HOST_IA32_PAT               = 0x2C00;
    public static final int HOST_IA32_EFER              = 0x2C02;

    // 32-bit control fields
    public static final int PIN_BASED_CONTROLS          = 0x4000;
    public static final int PRIMARY_CONTROLS            = 0x4002;
    public static final int EXCEPTION_BITMAP            = 0x4004;
    public static final int CR3_TARGET_COUNT            = 0x400A;
    public static final int EXIT_CONTROLS               = 0x400C;
    public static final int ENTRY_CONTROLS              = 0x4012;
    public static final int ENTRY_INTERRUPTION_INFO     = 0x4016;
    public static final int ENTRY_EXCEPTION_ERROR_CODE  = 0x4018;
    public static final int ENTRY_INSTRUCTION_LENGTH    = 0x401A;
    public static final int SECONDARY_CONTROLS          = 0x401E;

    // 32-bit read-only data fields
    public static final int INSTRUCTION_ERROR           = 0x4400;
    public static final int EXIT_REASON                 = 0x4402;
    public static final int EXIT_INTERRUPTION_INFO      = 0x4404;
    public static final int EXIT_INTERRUPTION_ERROR     = 0x4406;
    public static final int IDT_VECTORING_INFO          = 0x4408;
    public static final int IDT_VECTORING_ERROR_CODE    = 0x440A;
    public static final int EXIT_INSTRUCTION_LENGTH     = 0x440C;

    // 32-bit guest-state fields; segments in the order ES CS SS DS FS GS LDTR TR, 2 apart
    public static final int GUEST_ES_LIMIT              = 0x4800;
    public static final int GUEST_GDTR_LIMIT            = 0x4810;
    public static final int GUEST_IDTR_LIMIT            = 0x4812;
    public static final int GUEST_ES_ACCESS_RIGHTS      = 0x4814;
    public static final int GUEST_CS_ACCESS_RIGHTS      = 0x4816;
    public static final int GUEST_SS_ACCESS_RIGHTS      = 0x4818;
    public static final int GUEST_TR_ACCESS_RIGHTS      = 0x4822;
    public static final int GUEST_INTERRUPTIBILITY      = 0x4824;
    public static final int GUEST_ACTIVITY_STATE        = 0x4826;
    public static final int GUEST_IA32_SYSENTER_CS      = 0x482A;
    public static final int PREEMPTION_TIMER_VALUE      = 0x482E;
    public static final int HOST_IA32_SYSENTER_CS       = 0x4C00;

    // Natural-width control and read-only data fields
    public static final int CR0_GUEST_HOST_MASK         = 0x6000;
    public static final int CR4_GUEST_HOST_MASK         = 0x6002;
    public static final int CR0_READ_SHADOW             = 0x6004;
    public static final int CR4_READ_SHADOW             = 0x6006;
    public static final int EXIT_QUALIFICATION          = 0x6400;

    // Natural-width guest-state and host-state fields
    public static final int GUEST_CR0                   = 0x6800;
    public static final int GUEST_CR3                   = 0x6802;
    public static final int GUEST_CR4                   = 0x6804;
    public static final int GUEST_ES_BASE               = 0x6806;
    public static final int GUEST_CS_BASE               = 0x6808;
    public static final int GUEST_FS_BASE               = 0x680E;
    public static final int GUEST_GS_BASE               = 0x6810;
    public static final int GUEST_GDTR_BASE             = 0x6816;
    public static final int GUEST_IDTR_BASE             = 0x6818;
    public static final int GUEST_DR7                   = 0x681A;
    public static final int GUEST_RSP                   = 0x681C;
    public static final int GUEST_RIP                   = 0x681E;
    public static final int GUEST_RFLAGS                = 0x6820;
    public static final int GUEST_PENDING_DEBUG         = 0x6822;
    public static final int GUEST_IA32_SYSENTER_ESP     = 0x6824;
    public static final int GUEST_IA32_SYSENTER_EIP     = 0x6826;
    public static final int HOST_CR0                    = 0x6C00;
    public static final int HOST_CR3                    = 0x6C02;
    public static final int HOST_CR4                    = 0x6C04;
    public static final int HOST_FS_BASE                = 0x6C06;
    public static final int HOST_GS_BASE                = 0x6C08;
    public static final int HOST_TR_BASE                = 0x6C0A;
    public static final int HOST_GDTR_BASE              = 0x6C0C;
    public static final int HOST_IDTR_BASE              = 0x6C0E;
    public static final int HOST_IA32_SYSENTER_ESP      = 0x6C10;
    public static final int HOST_IA32_SYSENTER_EIP      = 0x6C12;
    public static final int HOST_RSP                    = 0x6C14;
    public static final int HOST_RIP                    = 0x6C16;
    // spotless:on

    private VmcsField() {}
}
