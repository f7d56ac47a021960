package dev.lungo.cpu;

import dev.lungo.cpu.core.CpuModel;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Engine;
import dev.lungo.machine.VirtualCpu;
import java.util.List;

/** The engine that needs nothing but Java: see {@link SoftCpu}. */
public final class SoftEngine implements Engine {
    @Override
    public String name() {
        return "soft";
    }

    @Override
    public List<String> cpuModels() {
        return CpuModel.titles();
    }

    @Override
    public VirtualCpu createCpu(CpuSetup setup) {
        return new SoftCpu(setup);
    }
}
