package dev.lungo.boot.pvh;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.BootRequest;
import dev.lungo.boot.EntryState;
import dev.lungo.boot.GuestRam;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.elf.Elf;
import dev.lungo.boot.elf.ElfLoader;
import dev.lungo.machine.AddressRange;
import dev.lungo.machine.CpuRegisters;

/**
 * Starts an ELF kernel by its PVH entry. Xen, "x86/HVM direct boot ABI" (docs/misc/pvh.pandoc); the
 * structures are in xen/include/public/arch-x86/hvm/start_info.h.
 */
public final class PvhLoader {
    private static final int PHYS32_ENTRY = 18; // XEN_ELFNOTE_PHYS32_ENTRY
    private static final long START_MAGIC = 0x336E_C578;
    private static final int START_VERSION = 1; // since which there is a memory map
    private static final int START_INFO_BYTES = 56;
    private static final int PAGE = 4096;
    private static final int RBX = 3;

    private PvhLoader() {}

    public static boolean isElf(BootFile file) {
        return Elf.isOne(file);
    }

    public static CpuRegisters load(BootRequest request, GuestRam ram) {
        Elf elf = Elf.read(request.kernel());
        long entry = entry(elf);
        ElfLoader.load(elf, ram, 0);

        byte[] memoryMap = memoryMap(request);
        byte[] modules = modules(request, ram);
        ByteWriter info = new ByteWriter();
        info.u32(START_MAGIC).u32(START_VERSION);
        info.u32(0); // flags
        info.u32(request.modules().size());
        info.u64(modules.length == 0 ? 0 : ram.place("the module list", modules, 8));
        info.u64(ram.place("the command line", ByteWriter.cString(request.commandLine()), 16));
        info.u64(request.rsdp());
        info.u64(ram.place("the memory map", memoryMap, 8));
        info.u32(request.map().ranges().size());
        info.u32(0); // reserved
        assert info.length() == START_INFO_BYTES;

        CpuRegisters registers = EntryState.protected32(ram, entry);
        registers.gpr[RBX] = ram.place("hvm_start_info", info.toBytes(), 16);
        return registers;
    }

    private static byte[] memoryMap(BootRequest request) {
        ByteWriter map = new ByteWriter();
        for (AddressRange range : request.map().ranges()) {
            map.u64(range.base()).u64(range.length()).u32(range.type().number()).u32(0);
        }
        return map.toBytes();
    }

    private static byte[] modules(BootRequest request, GuestRam ram) {
        ByteWriter list = new ByteWriter();
        for (BootFile module : request.modules()) {
            long base =
                    ram.claimHighest(
                            module.name(),
                            module.length(),
                            PAGE,
                            PhysicalMap.HIGH_MEMORY,
                            PhysicalMap.FOUR_GIB);
            ram.write(module, 0, base, module.length());
            list.u64(base).u64(module.length());
            list.u64(0).u64(0); // command line, reserved
        }
        return list.toBytes();
    }

    /** Guest-physical, from the note. */
    private static long entry(Elf elf) {
        for (Elf.Segment segment : elf.segments()) {
            if (segment.type() == Elf.PT_NOTE) {
                long entry = entry(elf.file(), segment);
                if (entry >= 0) {
                    return entry;
                }
            }
        }
        throw new BootException(
                elf.file().name()
                        + " is an ELF file without a PVH entry or a Multiboot header; give a"
                        + " vmlinux built with CONFIG_PVH, or a vmlinuz");
    }

    /** System V ABI, "Note Section": sizes of name and descriptor, type, name, descriptor. */
    private static long entry(BootFile file, Elf.Segment notes) {
        long align = notes.align() == 8 ? 8 : 4;
        long end = notes.offset() + notes.fileBytes();
        long at = notes.offset();
        while (at + 12 <= end) {
            long nameBytes = file.u32(at);
            long descBytes = file.u32(at + 4);
            long desc = alignUp(at + 12 + nameBytes, align);
            if (desc + descBytes > end) {
                break;
            }
            if (file.u32(at + 8) == PHYS32_ENTRY && isXen(file, at + 12, nameBytes)) {
                if (descBytes == 4 || descBytes == 8) {
                    return file.u32(desc);
                }
            }
            at = alignUp(desc + descBytes, align);
        }
        return -1;
    }

    private static boolean isXen(BootFile file, long at, long bytes) {
        return bytes == 4 && file.u32(at) == 0x006E_6558; // "Xen", NUL
    }

    private static long alignUp(long value, long align) {
        return (value + align - 1) & -align;
    }
}
