package dev.lungo.conformance;

import dev.lungo.cpu.SoftEngine;
import dev.lungo.host.HostMemory;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.Clock;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.Timers;
import dev.lungo.machine.VirtualCpu;

/** A processor with memory and ports, and no board around it. */
public final class BareCpu {
    public final HostMemory memory;
    public final PortBus ports = new PortBus();
    public final VirtualCpu cpu;

    /**
     * @param tier as {@code --tier} names it
     */
    public BareCpu(int memoryBytes, String tier) {
        memory = new HostMemory(memoryBytes);
        Clock clock = System::nanoTime;
        LocalApic apic = new LocalApic(0, new ApicBus(), new Timers(clock));
        cpu =
                new SoftEngine()
                        .withTier(tier)
                        .createCpu(
                                new CpuSetup(
                                        0,
                                        1,
                                        "x86-64-v2",
                                        memory,
                                        ports,
                                        new MmioBus(),
                                        apic,
                                        clock));
        apic.connect(cpu.signals());
    }
}
