package dev.lungo.isa.vmx;

/**
 * Bits of the VM-execution, VM-exit and VM-entry controls. SDM 3C, "VM-Execution Control Fields".
 */
public final class VmxControl {
    // spotless:off
    // Pin-based (table 25-5)
    public static final int EXTERNAL_INTERRUPT_EXITING = 1 << 0;
    public static final int NMI_EXITING             = 1 << 3;
    public static final int VIRTUAL_NMIS            = 1 << 5;
    public static final int PREEMPTION_TIMER        = 1 << 6;

    // Primary processor-based (table 25-6)
    public static final int INTERRUPT_WINDOW_EXITING = 1 << 2;
    public static final int NMI_WINDOW_EXITING      = 1 << 22;
    public static final int USE_IO_BITMAPS          = 1 << 25;
    public static final int MONITOR_TRAP_FLAG       = 1 << 27;
    public static final int USE_MSR_BITMAPS         = 1 << 28;
    public static final int SECONDARY_CONTROLS      = 1 << 31;

    // Secondary processor-based (table 25-7)
    public static final int ENABLE_EPT              = 1 << 1;
    public static final int ENABLE_RDTSCP           = 1 << 3;
    public static final int ENABLE_VPID             = 1 << 5;
    public static final int UNRESTRICTED_GUEST      = 1 << 7;
    public static final int ENABLE_INVPCID          = 1 << 12;
    public static final int ENABLE_XSAVES           = 1 << 20;

    // VM-exit (table 25-13)
    public static final int SAVE_DEBUG_CONTROLS     = 1 << 2;
    public static final int HOST_ADDRESS_SPACE_SIZE = 1 << 9;
    public static final int EXIT_SAVE_PAT           = 1 << 18;
    public static final int EXIT_LOAD_PAT           = 1 << 19;
    public static final int EXIT_SAVE_EFER          = 1 << 20;
    public static final int EXIT_LOAD_EFER          = 1 << 21;
    public static final int SAVE_PREEMPTION_TIMER   = 1 << 22;

    // VM-entry (table 25-15)
    public static final int LOAD_DEBUG_CONTROLS     = 1 << 2;
    public static final int IA32E_MODE_GUEST        = 1 << 9;
    public static final int ENTRY_LOAD_PAT          = 1 << 14;
    public static final int ENTRY_LOAD_EFER         = 1 << 15;
    // spotless:on

    private VmxControl() {}
}
