package dev.lungo.isa.vmx;

/** Basic exit reasons. SDM 3D, "VMX Basic Exit Reasons" (appendix C). */
public final class VmxExit {
    // spotless:off
    public static final int EXCEPTION_OR_NMI          = 0;
    public static final int EXTERNAL_INTERRUPT        = 1;
    public static final int TRIPLE_FAULT              = 2;
    public static final int INIT_SIGNAL               = 3;
    public static final int STARTUP_IPI               = 4;
    public static final int INTERRUPT_WINDOW          = 7;
    public static final int NMI_WINDOW                = 8;
    public static final int TASK_SWITCH               = 9;
    public static final int CPUID                     = 10;
    public static final int GETSEC                    = 11;
    public static final int HLT                       = 12;
    public static final int INVD                      = 13;
    public static final int VMCALL                    = 18;
    public static final int VMCLEAR                   = 19;
    public static final int VMXON                     = 27;
    public static final int CONTROL_REGISTER          = 28;
    public static final int IO_INSTRUCTION            = 30;
    public static final int RDMSR                     = 31;
    public static final int WRMSR                     = 32;
    public static final int INVALID_GUEST_STATE       = 33;
    public static final int MSR_LOADING               = 34;
    public static final int MONITOR_TRAP_FLAG         = 37;
    public static final int MACHINE_CHECK_AT_ENTRY    = 41;
    public static final int EPT_VIOLATION             = 48;
    public static final int EPT_MISCONFIGURATION      = 49;
    public static final int INVEPT                    = 50;
    public static final int PREEMPTION_TIMER          = 52;
    public static final int INVVPID                   = 53;
    public static final int XSETBV                    = 55;

    /** In the exit reason: the VM entry failed. */
    public static final int ENTRY_FAILURE             = 1 << 31;
    // spotless:on

    private VmxExit() {}
}
