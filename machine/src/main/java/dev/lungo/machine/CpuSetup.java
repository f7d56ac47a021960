package dev.lungo.machine;

/**
 * What a processor is wired to.
 *
 * @param index 0 for the bootstrap processor
 * @param model the name that {@code --cpu} takes
 */
public record CpuSetup(
        int index,
        int count,
        String model,
        GuestMemory memory,
        PortBus ports,
        MmioBus mmio,
        LocalApic apic,
        Clock clock,
        Tracer tracer) {
    /** How wide guest-physical addresses are, as CPUID.80000008h:EAX tells the guest. */
    public static final int PHYSICAL_ADDRESS_BITS = 40;

    /** Without a tracer. */
    public CpuSetup(
            int index,
            int count,
            String model,
            GuestMemory memory,
            PortBus ports,
            MmioBus mmio,
            LocalApic apic,
            Clock clock) {
        this(index, count, model, memory, ports, mmio, apic, clock, Tracer.NONE);
    }
}
