package dev.lungo.cpu;

import dev.lungo.cpu.core.CpuModel;
import dev.lungo.host.ExecutableMemory;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Engine;
import dev.lungo.machine.VirtualCpu;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The engine that needs nothing but Java: see {@link SoftCpu}. */
public final class SoftEngine implements Engine {
    private static final String INTERPRETER = "interpreter";
    private static final String NATIVE = "native";

    private final boolean translates;
    private final Set<Aid> aids;
    private final @Nullable Path file;

    /** One that interprets: see {@link #withTier}. */
    public SoftEngine() {
        this(false, Set.of(), null);
    }

    private SoftEngine(boolean translates, Set<Aid> aids, @Nullable Path file) {
        this.translates = translates;
        this.aids = aids;
        this.file = file;
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
        return List.of(NATIVE, INTERPRETER);
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
        return new SoftEngine(tier.equals(NATIVE) && hasTier(tier), aids, file);
    }

    @Override
    public Set<Aid> aids() {
        return EnumSet.allOf(Aid.class);
    }

    @Override
    public Engine with(Set<Aid> wanted) {
        return new SoftEngine(translates, Set.copyOf(wanted), file);
    }

    @Override
    public Engine keepingCodeIn(String name) {
        return new SoftEngine(translates, aids, Path.of(name));
    }

    /** The first processor keeps code for all, since it is the one that boots. */
    @Override
    public VirtualCpu createCpu(CpuSetup setup) {
        return new SoftCpu(setup, translates, aids, setup.index() == 0 ? file : null);
    }
}
