package dev.lungo.boot;

import dev.lungo.boot.linux.BzImage;
import dev.lungo.boot.multiboot.MultibootHeader;
import dev.lungo.boot.multiboot2.Multiboot2Header;
import dev.lungo.boot.pvh.PvhLoader;

/** The ways a kernel can be started directly, in the order in which they are tried. */
public enum KernelFormat {
    BZIMAGE,
    MULTIBOOT2,
    MULTIBOOT,
    PVH;

    /** Tells the format by the magic numbers; whether the rest is sound, loading will show. */
    public static KernelFormat detect(BootFile kernel) {
        if (BzImage.isOne(kernel)) {
            return BZIMAGE;
        }
        if (Multiboot2Header.find(kernel) >= 0) {
            return MULTIBOOT2;
        }
        if (MultibootHeader.find(kernel) >= 0) {
            return MULTIBOOT;
        }
        if (PvhLoader.isElf(kernel)) {
            return PVH;
        }
        if (kernel.length() == 0) {
            throw new BootException(kernel.name() + " is empty; fetch it again");
        }
        throw new BootException(
                kernel.name()
                        + " is not a kernel that can be started: it is neither a bzImage nor an ELF"
                        + " file, and has no Multiboot header; give a vmlinuz, a vmlinux or a"
                        + " Multiboot kernel");
    }
}
