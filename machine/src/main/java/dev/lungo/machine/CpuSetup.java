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
        CoprocessorError coprocessorError,
        Tracer tracer) {
    /** How wide guest-physical addresses are, as CPUID.80000008h:EAX tells the guest. */
    public static final int PHYSICAL_ADDRESS_BITS = 40;

    /** With x87 errors that lead nowhere. */
    public CpuSetup(
            int index,
            int count,
            String model,
            GuestMemory memory,
            PortBus ports,
            MmioBus mmio,
            LocalApic apic,
            Clock clock,
            Tracer tracer) {
        this(index, count, model, memory, ports, mmio, apic, clock, new CoprocessorError(), tracer);
    }

    /** Without a tracer, too. */
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
