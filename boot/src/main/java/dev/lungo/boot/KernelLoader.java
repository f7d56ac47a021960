package dev.lungo.boot;

import dev.lungo.boot.linux.LinuxLoader;
import dev.lungo.boot.multiboot.MultibootLoader;
import dev.lungo.boot.multiboot2.Multiboot2Loader;
import dev.lungo.boot.pvh.PvhLoader;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.GuestMemory;

/** Puts a kernel into guest memory, whichever of the formats it has. */
public final class KernelLoader {
    private KernelLoader() {}

    /**
     * Writes the kernel, its modules and all that its boot protocol wants into memory.
     *
     * @return the registers with which the bootstrap processor begins
     * @throws BootException if a file is malformed, or does not fit; memory may have been written
     */
    public static CpuRegisters load(BootRequest request, GuestMemory memory) {
        GuestRam ram = new GuestRam(memory, request.map());
        return switch (KernelFormat.detect(request.kernel())) {
            case BZIMAGE -> LinuxLoader.load(request, ram);
            case MULTIBOOT2 -> Multiboot2Loader.load(request, ram);
            case MULTIBOOT -> MultibootLoader.load(request, ram);
            case PVH -> PvhLoader.load(request, ram);
        };
    }
}
