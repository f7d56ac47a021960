package dev.lungo.toolchain;

/** What starts an image, which decides its file format and its start-up code. */
public enum Target {
    /** A multiboot loader, or a monitor that starts PVH kernels: a 32-bit ELF file. */
    MULTIBOOT,
    /** UEFI firmware: a PE32+ application. */
    EFI,
    /** coreboot, entered in 32-bit protected mode: a payload as a 32-bit ELF file. */
    COREBOOT
}
