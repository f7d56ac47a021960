package dev.lungo.pc;

import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** A processor that runs a piece of Java a turn. */
final class FakeCpu implements VirtualCpu, VirtualCpu.Signals {
    final PortBus ports;
    CpuRegisters registers = new CpuRegisters();
    int resets;
    boolean a20 = true;
    final Map<Integer, Long> msrs = new HashMap<>();
    private final Function<FakeCpu, VmExit> program;

    FakeCpu(CpuSetup setup, Function<FakeCpu, VmExit> program) {
        ports = setup.ports();
        this.program = program;
    }

    @Override
    public VmExit run() {
        return program.apply(this);
    }

    @Override
    public void kick() {}

    @Override
    public Signals signals() {
        return this;
    }

    @Override
    public void interrupt() {}

    @Override
    public void nmi() {}

    @Override
    public void init() {}

    @Override
    public void startup(int vector) {}

    @Override
    public void save(CpuRegisters into) {}

    @Override
    public void load(CpuRegisters from) {
        registers = from;
    }

    @Override
    public void writeMsr(int msr, long value) {
        msrs.put(msr, value);
    }

    @Override
    public void setA20(boolean open) {
        a20 = open;
    }

    @Override
    public void reset() {
        resets++;
    }
}
