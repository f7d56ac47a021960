package dev.lungo.pc;

/**
 * What kind of PC is wanted, and what it starts.
 *
 * @param memoryBytes of RAM, in whole pages
 * @param cpus 1 to {@link #MOST_CPUS}
 * @param cpuModel one that the engine knows
 */
public record MachineSpec(
        long memoryBytes,
        int cpus,
        String cpuModel,
        Start start,
        OnReset onReset,
        OnShutdown onShutdown) {
    /** What the local APIC's physical destinations and the MADT's entries can tell apart. */
    public static final int MOST_CPUS = 64;

    /** What a reset that the guest asks for does. */
    public enum OnReset {
        REBOOT,
        END
    }

    /** What a processor's shutdown state does: the triple fault. */
    public enum OnShutdown {
        CRASH,
        /** What the chipset of a PC does. */
        RESET
    }

    public MachineSpec {
        if (cpus < 1 || cpus > MOST_CPUS) {
            throw new IllegalArgumentException("a PC cannot have " + cpus + " processors");
        }
    }
}
