package dev.lungo.machine;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Something that can run guest instructions. */
public interface Engine {
    /** The name that {@code --engine} takes. */
    String name();

    /** The names that {@code --cpu} takes, the default first. */
    default List<String> cpuModels() {
        return List.of("x86-64-v2");
    }

    /**
     * The names that {@code --tier} takes, the default first; none if there is no choice. This host
     * may lack some: see {@link #hasTier}.
     */
    default List<String> tiers() {
        return List.of();
    }

    /** Whether this host can run code in one of the {@link #tiers}. */
    default boolean hasTier(String tier) {
        return tiers().contains(tier);
    }

    /**
     * The same engine, running code in one of its {@link #tiers}; in another if this host lacks it.
     *
     * @throws IllegalArgumentException if it has none of this name
     */
    default Engine withTier(String tier) {
        throw new IllegalArgumentException(name() + " has no tier " + tier);
    }

    /** What an engine can do beside running code, for who wants to look at the engine itself. */
    enum Aid {
        /** Counts what {@link VirtualCpu#statistics} tells. */
        STATISTICS,
        /** Writes the map by which perf(1) names code that it has made. */
        PROFILE_MAP,
        /** Does everything twice, in two ways, and compares. */
        CHECK
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

    /**
     * The same engine, keeping what it makes of guest code for later runs of the same, where it
     * makes anything: see {@link VirtualCpu#close}.
     *
     * @param file the host's name of the file; what is in it that is of no use is told on standard
     *     error and not used
     */
    default Engine keepingCodeIn(String file) {
        return this;
    }

    /**
     * Why it cannot run anything on this host: one sentence that says what to do. Empty if it can.
     */
    default Optional<String> obstacle() {
        return Optional.empty();
    }

    VirtualCpu createCpu(CpuSetup setup);
}
