package dev.lungo.cli;

import dev.lungo.host.HostMemory;
import dev.lungo.isa.Cr0;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Engine;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.Timers;
import dev.lungo.machine.VirtualCpu;
import java.util.concurrent.locks.LockSupport;

/**
 * How fast an engine runs a kernel's code: a loop in ring 0, in 32-bit protected mode, for about a
 * millisecond. Some hosts offer a KVM that runs ring 3 natively and interprets ring 0.
 */
final class EngineSpeed {
    private static final long NANOS = 1_000_000;
    private static final long CODE = 0x1000;
    private static final byte[] LOOP = {0x49, 0x75, (byte) 0xFD}; // dec ecx; jnz to it
    private static final int INSTRUCTIONS = 2;
    private static final int CODE_SEGMENT = 0x08;
    private static final int DATA_SEGMENT = 0x10;
    private static final int RCX = 1;
    private static final int CS = 1;
    private static final int MEMORY_BYTES = 64 << 10;

    private EngineSpeed() {}

    /**
     * Millions of instructions a second.
     *
     * @throws dev.lungo.machine.EngineException if the engine cannot be used
     */
    static double mips(Engine engine) {
        HostMemory memory = new HostMemory(MEMORY_BYTES);
        memory.write(CODE, LOOP);
        Timers timers = new Timers(System::nanoTime);
        LocalApic apic = new LocalApic(0, new ApicBus(), timers);
        VirtualCpu cpu =
                engine.createCpu(
                        new CpuSetup(
                                0,
                                1,
                                engine.cpuModels().getFirst(),
                                memory,
                                new PortBus(),
                                new MmioBus(),
                                apic,
                                timers.clock()));
        cpu.load(beginning());
        cpu.kick();
        cpu.run(); // once for nothing, so that no class is loaded while the clock runs
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    LockSupport.parkNanos(NANOS);
                    cpu.kick();
                });
        long begun = System.nanoTime();
        cpu.run();
        long nanos = System.nanoTime() - begun;
        CpuRegisters end = new CpuRegisters();
        cpu.save(end);
        // Taking a machine down can last far longer, and nobody waits for it.
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    cpu.close();
                    memory.close();
                });
        long rounds = -end.gpr[RCX] & 0xFFFF_FFFFL;
        return rounds * INSTRUCTIONS * 1e3 / nanos;
    }

    private static CpuRegisters beginning() {
        CpuRegisters registers = new CpuRegisters();
        java.util.Arrays.fill(registers.segments, SegmentState.flatData(DATA_SEGMENT));
        registers.segments[CS] = SegmentState.flatCode32(CODE_SEGMENT);
        registers.tr = new SegmentState(0, 0, 0x67, 0x8B);
        registers.cr0 = Cr0.PE | Cr0.ET | Cr0.NE;
        registers.rip = CODE;
        return registers;
    }
}
