package dev.lungo.machine;

/** Why a virtual CPU stopped. Every engine reports in these terms, whatever it runs on. */
public sealed interface VmExit {
    /** HLT or MWAIT with nothing to deliver: the CPU sleeps until it is signalled. */
    record Halt() implements VmExit {}

    /** Somebody called {@link VirtualCpu#kick}. */
    record Kicked() implements VmExit {}

    /** Shutdown state after a triple fault. SDM 3A, "Interrupt 8—Double Fault Exception (#DF)". */
    record Shutdown() implements VmExit {}
}
