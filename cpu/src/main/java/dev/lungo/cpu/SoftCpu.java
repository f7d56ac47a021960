package dev.lungo.cpu;

import dev.lungo.cpu.core.GuestFault;
import dev.lungo.cpu.core.Interpreter;
import dev.lungo.cpu.core.Pending;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.translate.Translator;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;

/** A software processor behind the border that all engines share. */
final class SoftCpu implements VirtualCpu {
    private final Processor cpu;
    private final Interpreter interpreter;

    SoftCpu(CpuSetup setup, boolean translates) {
        cpu = new Processor(setup);
        interpreter = new Interpreter(cpu, translates ? new Translator(cpu) : null);
    }

    @Override
    public VmExit run() {
        return interpreter.run();
    }

    @Override
    public void kick() {
        cpu.raise(Pending.KICK);
    }

    @Override
    public Signals signals() {
        return new Signals() {
            @Override
            public void interrupt() {
                cpu.raise(Pending.INTERRUPT);
            }

            @Override
            public void nmi() {
                cpu.raiseNmi();
            }

            @Override
            public void init() {
                cpu.raise(Pending.INIT);
            }

            @Override
            public void startup(int vector) {
                cpu.startupVector = vector;
                cpu.raise(Pending.STARTUP);
            }
        };
    }

    @Override
    public void save(CpuRegisters into) {
        cpu.save(into);
    }

    @Override
    public void load(CpuRegisters from) {
        cpu.load(from);
        cpu.lower(Pending.ASLEEP);
    }

    @Override
    public void writeMsr(int msr, long value) {
        try {
            cpu.msrs.write(msr, value);
        } catch (GuestFault fault) {
            throw new IllegalArgumentException("MSR %x cannot be %x".formatted(msr, value), fault);
        }
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
    public long[] recentBlocks() {
        return interpreter.recentBlocks();
    }
}
