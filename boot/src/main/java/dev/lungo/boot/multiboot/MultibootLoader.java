package dev.lungo.boot.multiboot;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.BootRequest;
import dev.lungo.boot.EntryState;
import dev.lungo.boot.GuestRam;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.elf.Elf;
import dev.lungo.boot.elf.ElfLoader;
import dev.lungo.boot.elf.ElfLoader.Extent;
import dev.lungo.machine.AddressRange;
import dev.lungo.machine.CpuRegisters;

/**
 * Starts a Multiboot kernel: an ELF file of either class, or one with addresses in its header.
 * Multiboot Specification 0.6.96.
 *
 * <p>The command line and the strings of modules begin with the file's name, as from GRUB Legacy
 * and QEMU. Not passed: boot device, symbols, drives, configuration table, APM, VBE, framebuffer.
 */
public final class MultibootLoader {
    private static final long BOOT_MAGIC = 0x2BAD_B002;

    // Flags of the boot information: what of it is there.
    private static final int MEMORY = 1;
    private static final int COMMAND_LINE = 1 << 2;
    private static final int MODULES = 1 << 3;
    private static final int MEMORY_MAP = 1 << 6;
    private static final int LOADER_NAME = 1 << 9;

    private static final int INFO_BYTES = 120;
    private static final int MEMORY_MAP_ENTRY = 20;
    private static final int PAGE = 4096;
    private static final int RAX = 0;
    private static final int RBX = 3;

    private MultibootLoader() {}

    public static CpuRegisters load(BootRequest request, GuestRam ram) {
        BootFile file = request.kernel();
        MultibootHeader header = MultibootHeader.read(file);
        Extent kernel;
        long entry;
        if (header.addresses()) {
            kernel = addresses(file, header).load(ram, 0);
            entry = header.entry();
        } else {
            Elf elf = Elf.read(file);
            kernel = ElfLoader.load(elf, ram, 0);
            entry = elf.physicalEntry();
        }
        if (entry < 0 || entry >= PhysicalMap.FOUR_GIB) {
            throw new BootException(
                    file.name()
                            + " has its entry above 4 GiB, where Multiboot cannot start it;"
                            + " give another");
        }
        CpuRegisters registers = EntryState.protected32(ram, entry);
        registers.gpr[RAX] = BOOT_MAGIC;
        registers.gpr[RBX] = placeInformation(request, ram, kernel.end());
        return registers;
    }

    private static ImageAddresses addresses(BootFile file, MultibootHeader header) {
        return new ImageAddresses(
                file,
                header.offset(),
                header.headerAddress(),
                header.loadAddress(),
                header.loadEnd(),
                header.bssEnd());
    }

    /** Multiboot Specification 0.6.96, "Boot information format" (§3.3). */
    private static long placeInformation(BootRequest request, GuestRam ram, long kernelEnd) {
        String line = request.kernel().name() + " " + request.commandLine();
        byte[] modules = placeModules(request, ram, kernelEnd);
        byte[] map = memoryMap(request);

        ByteWriter info = new ByteWriter();
        info.u32(MEMORY | COMMAND_LINE | MODULES | MEMORY_MAP | LOADER_NAME);
        info.u32(PhysicalMap.EBDA >> 10);
        info.u32(request.map().extendedBytes() >> 10);
        info.u32(0); // boot_device
        info.u32(ram.place("the command line", ByteWriter.cString(line), 16));
        info.u32(request.modules().size());
        info.u32(modules.length == 0 ? 0 : ram.place("the module list", modules, 16));
        info.zeros(16); // syms
        info.u32(map.length);
        info.u32(ram.place("the memory map", map, 16));
        info.zeros(12); // drives_length, drives_addr, config_table
        info.u32(ram.place("the boot loader's name", ByteWriter.cString("Lungo"), 16));
        info.zeros(INFO_BYTES - info.length());
        return ram.place("the Multiboot information", info.toBytes(), 16);
    }

    /** Above the kernel, where it expects them, or wherever there is room. */
    private static byte[] placeModules(BootRequest request, GuestRam ram, long kernelEnd) {
        long from = Math.max(kernelEnd, PhysicalMap.HIGH_MEMORY);
        ByteWriter list = new ByteWriter();
        for (BootFile module : request.modules()) {
            long base =
                    ram.claimLowest(
                            module.name(), module.length(), PAGE, from, PhysicalMap.FOUR_GIB);
            ram.write(module, 0, base, module.length());
            list.u32(base).u32(base + module.length());
            list.u32(ram.place("a module's name", ByteWriter.cString(module.name()), 16));
            list.u32(0);
        }
        return list.toBytes();
    }

    private static byte[] memoryMap(BootRequest request) {
        ByteWriter map = new ByteWriter();
        for (AddressRange range : request.map().ranges()) {
            map.u32(MEMORY_MAP_ENTRY); // the size does not count itself
            map.u64(range.base()).u64(range.length()).u32(range.type().number());
        }
        return map.toBytes();
    }
}
