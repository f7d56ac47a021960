package dev.lungo.cpu;

import dev.lungo.cpu.core.CpuModel;
import dev.lungo.host.ExecutableMemory;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Engine;
import dev.lungo.machine.VirtualCpu;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The engine that needs nothing but Java: see {@link SoftCpu}. */
public final class SoftEngine implements Engine {
    private static final String INTERPRETER = "interpreter";
    private static final String NATIVE = "native";

    private final boolean translates;
    private final Set<Aid> aids;

    public SoftEngine() {
        this(false, Set.of());
    }

    private SoftEngine(boolean translates, Set<Aid> aids) {
        this.translates = translates;
        this.aids = aids;
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
        return List.of(INTERPRETER, NATIVE);
    }

    @Override
    public boolean hasTier(String tier) {
        return tier.equals(NATIVE) ? ExecutableMemory.isSupported() : tiers().contains(tier);
    }

    @Override
    public Engine withTier(String tier) {
        if (!tiers().contains(tier)) {
            throw new IllegalArgumentException(name() + " has no tier " + tier);
        }
        return new SoftEngine(tier.equals(NATIVE) && hasTier(tier), aids);
    }

    @Override
    public Set<Aid> aids() {
        return EnumSet.allOf(Aid.class);
    }

    @Override
    public Engine with(Set<Aid> wanted) {
        return new SoftEngine(translates, Set.copyOf(wanted));
    }

    @Override
    public VirtualCpu createCpu(CpuSetup setup) {
        return new SoftCpu(setup, translates, aids);
    }
}
