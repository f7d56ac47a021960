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

    VirtualCpu createCpu(CpuSetup setup);
}
