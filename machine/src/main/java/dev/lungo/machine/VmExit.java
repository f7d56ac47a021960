package dev.lungo.machine;

/** Why a virtual CPU stopped. Every engine reports in these terms, whatever it runs on. */
public sealed interface VmExit {
    /** HLT or MWAIT with nothing to deliver: the CPU sleeps until it is signalled. */
    record Halt() implements VmExit {}

    /** Somebody called {@link VirtualCpu#kick}. */
    record Kicked() implements VmExit {}

    /**
     * A guest's way into the firmware: it has written a byte to port {@link #PORT}, and RIP is
     * behind that OUT, which tells who called. VMCALL would not do: KVM keeps it to itself.
     */
    record ServiceCall() implements VmExit {
        /** Behind the two that a chipset has for calls of system management mode, B2h and B3h. */
        public static final int PORT = 0xB4;
    }

    /** Shutdown state after a triple fault. SDM 3A, "Interrupt 8—Double Fault Exception (#DF)". */
    record Shutdown() implements VmExit {}
}
