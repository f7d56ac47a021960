package dev.lungo.boot.multiboot2;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.BootRequest;
import dev.lungo.boot.EntryState;
import dev.lungo.boot.GuestRam;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.elf.Elf;
import dev.lungo.boot.elf.ElfLoader;
import dev.lungo.boot.elf.ElfLoader.Extent;
import dev.lungo.boot.multiboot.ImageAddresses;
import dev.lungo.boot.multiboot2.Multiboot2Header.Relocation;
import dev.lungo.machine.CpuRegisters;
import java.util.Optional;

/**
 * Starts a Multiboot2 kernel by its i386 entry: an ELF file of either class, or one with addresses
 * in its header. Multiboot2 Specification 2.0, "I386 machine state" (§3.3).
 */
public final class Multiboot2Loader {
    private static final long BOOT_MAGIC = 0x36D7_6289;
    private static final int RAX = 0;
    private static final int RBX = 3;

    private Multiboot2Loader() {}

    public static CpuRegisters load(BootRequest request, GuestRam ram) {
        BootFile file = request.kernel();
        Multiboot2Header header = Multiboot2Header.read(file);
        Optional<ImageAddresses> addresses = header.addresses();
        Extent kernel;
        long delta;
        long entry = header.entry();
        if (addresses.isPresent()) {
            delta = delta(header, addresses.get().extent(), ram, file);
            kernel = addresses.get().load(ram, delta);
        } else {
            Elf elf = Elf.read(file);
            delta = delta(header, ElfLoader.extent(elf), ram, file);
            kernel = ElfLoader.load(elf, ram, delta);
            entry = entry < 0 ? elf.physicalEntry() : entry;
        }
        if (entry < 0 || entry + delta < 0 || entry + delta >= PhysicalMap.FOUR_GIB) {
            throw new BootException(
                    file.name()
                            + " does not say where below 4 GiB its Multiboot2 entry is;"
                            + " give another");
        }
        CpuRegisters registers = EntryState.protected32(ram, entry + delta);
        registers.gpr[RAX] = BOOT_MAGIC;
        registers.gpr[RBX] = Multiboot2Information.place(request, ram, kernel);
        return registers;
    }

    /** How far from where it was linked to the image is loaded. */
    private static long delta(Multiboot2Header header, Extent linked, GuestRam ram, BootFile file) {
        Optional<Relocation> relocation = header.relocation();
        if (relocation.isEmpty()) {
            return 0;
        }
        Relocation wish = relocation.get();
        long bytes = linked.end() - linked.base();
        long from = Math.max(wish.least(), PhysicalMap.HIGH_MEMORY);
        long end = wish.most() + 1;
        long base =
                switch (wish.preference()) {
                    case LOWEST, NONE -> ram.lowest(file.name(), bytes, wish.align(), from, end);
                    case HIGHEST -> ram.highest(file.name(), bytes, wish.align(), from, end);
                };
        return base - linked.base();
    }
}
