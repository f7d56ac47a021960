package dev.lungo.machine;

import java.util.List;
import java.util.Set;

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

    /** What an engine can do beside running code, for who wants to look at the engine itself. */
    enum Aid {
        /** Counts what {@link VirtualCpu#statistics} tells. */
        STATISTICS
    }

    /** The aids it has. */
    default Set<Aid> aids() {
        return Set.of();
    }

    /**
     * The same engine, with some of its {@link #aids}.
     *
     * @throws IllegalArgumentException if it lacks one
     */
    default Engine with(Set<Aid> wanted) {
        if (wanted.isEmpty()) {
            return this;
        }
        throw new IllegalArgumentException(name() + " has not all of " + wanted);
    }

    VirtualCpu createCpu(CpuSetup setup);
}
