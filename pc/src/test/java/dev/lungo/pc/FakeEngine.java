package dev.lungo.pc;

import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Engine;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.util.function.Function;

/** An engine whose processors run a piece of Java a turn. */
record FakeEngine(Function<FakeCpu, VmExit> program) implements Engine {
    @Override
    public String name() {
        return "fake";
    }

    @Override
    public VirtualCpu createCpu(CpuSetup setup) {
        return new FakeCpu(setup, program);
    }
}
