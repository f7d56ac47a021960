package dev.lungo.conformance.engines;

import dev.lungo.host.HostMemory;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A processor that {@linkplain VirtualCpu#sleepsItself sleeps itself}, made to say so as others do:
 * it is kicked every few milliseconds, and has halted if it is found behind the same HLT twice, or
 * waits for a start-up message.
 */
final class Sleeper implements VirtualCpu {
    private static final VmExit HALT = new VmExit.Halt();
    private static final byte HLT = (byte) 0xF4;
    private static final long AFTER_RESET = 0xFFF0;
    private static final long MILLIS = 2;

    private final VirtualCpu cpu;
    private final HostMemory memory;

    /** By a test, and not from here. */
    private final AtomicBoolean kicked = new AtomicBoolean();

    Sleeper(VirtualCpu cpu, HostMemory memory) {
        this.cpu = cpu;
        this.memory = memory;
    }

    @Override
    public VmExit run() {
        Thread asker = Thread.ofPlatform().daemon().start(this::ask);
        try {
            long before = -1;
            while (true) {
                VmExit exit = cpu.run();
                if (!(exit instanceof VmExit.Kicked) || kicked.getAndSet(false)) {
                    return exit;
                }
                CpuRegisters registers = Bench.registers(cpu);
                if (registers.rip == before && canSleepAt(registers)) {
                    return HALT;
                }
                before = registers.rip;
            }
        } finally {
            asker.interrupt();
            join(asker);
        }
    }

    /** Whoever asks it for the end of its processor finds nobody at it. */
    private static void join(Thread asker) {
        try {
            asker.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask() {
        try {
            while (true) {
                Thread.sleep(MILLIS);
                cpu.kick();
            }
        } catch (InterruptedException _) {
            // it stopped
        }
    }

    private boolean canSleepAt(CpuRegisters registers) {
        long before = registers.segments[Bench.CS].base() + registers.rip - 1;
        return registers.rip == AFTER_RESET
                || memory.contains(before, 1) && memory.getByte(before) == HLT;
    }

    @Override
    public void kick() {
        kicked.set(true);
        cpu.kick();
    }

    @Override
    public Signals signals() {
        return cpu.signals();
    }

    @Override
    public void save(CpuRegisters into) {
        cpu.save(into);
    }

    @Override
    public void load(CpuRegisters from) {
        cpu.load(from);
    }

    @Override
    public void writeMsr(int msr, long value) {
        cpu.writeMsr(msr, value);
    }

    @Override
    public void setA20(boolean open) {
        cpu.setA20(open);
    }

    @Override
    public void reset() {
        cpu.reset();
    }

    @Override
    public void close() {
        cpu.close();
    }
}
