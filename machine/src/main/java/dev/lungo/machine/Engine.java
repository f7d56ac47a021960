package dev.lungo.machine;

import java.util.List;

/** Something that can run guest instructions. */
public interface Engine {
    /** The name that {@code --engine} takes. */
    String name();

    /** The names that {@code --cpu} takes, the default first. */
    default List<String> cpuModels() {
        return List.of("x86-64-v2");
    }

    /** The names that {@code --tier} takes, the default first; none if there is no choice. */
    default List<String> tiers() {
        return List.of();
    }

    /**
     * The same engine, running code in one of its {@link #tiers}.
     *
     * @throws IllegalArgumentException if it has none of this name
     */
    default Engine withTier(String tier) {
        throw new IllegalArgumentException(name() + " has no tier " + tier);
    }

    VirtualCpu createCpu(CpuSetup setup);
}
