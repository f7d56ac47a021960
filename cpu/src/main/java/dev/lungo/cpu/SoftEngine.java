package dev.lungo.cpu;

import dev.lungo.cpu.core.CpuModel;
import dev.lungo.host.ExecutableMemory;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Engine;
import dev.lungo.machine.VirtualCpu;
import java.util.List;

/** The engine that needs nothing but Java: see {@link SoftCpu}. */
public final class SoftEngine implements Engine {
    private static final String INTERPRETER = "interpreter";
    private static final String NATIVE = "native";

    private final boolean translates;

    public SoftEngine() {
        this(false);
    }

    private SoftEngine(boolean translates) {
        this.translates = translates;
    }

    @Override
    public String name() {
        return "soft";
    }

    @Override
    public List<String> cpuModels() {
        return CpuModel.titles();
    }

    @Override
    public List<String> tiers() {
        return ExecutableMemory.isSupported() ? List.of(INTERPRETER, NATIVE) : List.of(INTERPRETER);
    }

    @Override
    public Engine withTier(String tier) {
        if (!tiers().contains(tier)) {
            throw new IllegalArgumentException(name() + " has no tier " + tier);
        }
        return new SoftEngine(tier.equals(NATIVE));
    }

    @Override
    public VirtualCpu createCpu(CpuSetup setup) {
        return new SoftCpu(setup, translates);
    }
}
