package dev.lungo.machine;

/** Something that can run guest instructions. */
public interface Engine {
    /** The name that {@code --engine} takes. */
    String name();

    VirtualCpu createCpu(CpuSetup setup);
}
