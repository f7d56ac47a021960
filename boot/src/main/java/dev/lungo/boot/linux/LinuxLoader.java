package dev.lungo.boot.linux;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.BootRequest;
import dev.lungo.boot.EntryState;
import dev.lungo.boot.GuestRam;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.machine.AddressRange;
import dev.lungo.machine.CpuRegisters;

/**
 * Starts a bzImage by its 64-bit entry. Linux Documentation/arch/x86/boot.rst, "64-bit Boot
 * Protocol"; boot_params is in Documentation/arch/x86/zero-page.rst.
 *
 * <p>Everything is loaded below 4 GiB, and no screen_info, EDD or setup_data is passed.
 */
public final class LinuxLoader {
    private static final int ENTRY_64 = 0x200;

    // Offsets in boot_params.
    private static final int EXT_MEM_K = 0x002;
    private static final int ACPI_RSDP_ADDR = 0x070;
    private static final int ALT_MEM_K = 0x1E0;
    private static final int E820_ENTRIES = 0x1E8;
    private static final int TYPE_OF_LOADER = 0x210;
    private static final int CODE32_START = 0x214;
    private static final int RAMDISK_IMAGE = 0x218;
    private static final int RAMDISK_SIZE = 0x21C;
    private static final int CMD_LINE_PTR = 0x228;
    private static final int E820_TABLE = 0x2D0;
    private static final int E820_ENTRY_BYTES = 20;
    private static final int BOOT_PARAMS_BYTES = 4096;

    private static final int UNKNOWN_LOADER = 0xFF;
    private static final int PAGE = 4096;
    private static final int RSI = 6;

    private LinuxLoader() {}

    public static CpuRegisters load(BootRequest request, GuestRam ram) {
        BootFile file = request.kernel();
        BzImage image = BzImage.read(file);
        long kernel = placeKernel(request, image, ram);
        ram.write(file, image.codeOffset(), kernel, image.codeBytes());

        ByteWriter params = new ByteWriter().zeros(BOOT_PARAMS_BYTES);
        copyHeader(file, image, params);
        params.setU8(TYPE_OF_LOADER, UNKNOWN_LOADER);
        params.setU32(CODE32_START, kernel);
        params.setU32(CMD_LINE_PTR, placeCommandLine(request, image, ram));
        putInitrd(request, image, ram, params);
        params.setU64(ACPI_RSDP_ADDR, request.rsdp());
        putMemory(request, params);

        CpuRegisters registers = EntryState.long64(ram, kernel + ENTRY_64);
        registers.gpr[RSI] = ram.place("boot_params", params.toBytes(), PAGE);
        return registers;
    }

    /**
     * Where the kernel says it likes to be, or above: a kernel that finds itself below its
     * preferred address moves there, and needs that memory all the same ("init_size").
     */
    private static long placeKernel(BootRequest request, BzImage image, GuestRam ram) {
        String name = request.kernel().name();
        long preferred = image.preferredAddress();
        if (ram.isFree(preferred, image.initBytes())) {
            ram.claim(name, preferred, image.initBytes());
            return preferred;
        }
        long from = Math.max(preferred, PhysicalMap.HIGH_MEMORY);
        if (preferred < 0 || from + image.initBytes() > request.map().acpiTables().base()) {
            throw new BootException(
                    name
                            + " runs in "
                            + GuestRam.size(image.initBytes())
                            + " of memory from "
                            + GuestRam.size(preferred)
                            + " on, which a machine with "
                            + GuestRam.size(request.map().ramBytes())
                            + " does not have; give it more");
        }
        if (!image.relocatable()) {
            throw new BootException(
                    name
                            + " runs at "
                            + Long.toHexString(preferred)
                            + "h and nowhere else, where there is no memory; give another kernel");
        }
        return ram.claimLowest(
                name, image.initBytes(), image.alignment(), from, PhysicalMap.FOUR_GIB);
    }

    private static void copyHeader(BootFile file, BzImage image, ByteWriter params) {
        for (int i = BzImage.HEADER; i < image.headerEnd(); i++) {
            params.setU8(i, file.u8(i));
        }
    }

    private static long placeCommandLine(BootRequest request, BzImage image, GuestRam ram) {
        byte[] line = ByteWriter.cString(request.commandLine());
        if (line.length - 1 > image.commandLineMax()) {
            throw new BootException(
                    "the command line has "
                            + (line.length - 1)
                            + " bytes, and "
                            + request.kernel().name()
                            + " takes "
                            + image.commandLineMax()
                            + "; shorten it");
        }
        return ram.place("the command line", line, 16);
    }

    private static void putInitrd(
            BootRequest request, BzImage image, GuestRam ram, ByteWriter params) {
        if (request.modules().isEmpty()) {
            params.setU32(RAMDISK_IMAGE, 0).setU32(RAMDISK_SIZE, 0);
            return;
        }
        if (request.modules().size() > 1) {
            throw new BootException("Linux takes one initrd; join the files into one");
        }
        BootFile initrd = request.modules().get(0);
        long end = Math.min(image.initrdMax() + 1, PhysicalMap.FOUR_GIB);
        long base =
                ram.claimHighest(
                        initrd.name(), initrd.length(), PAGE, PhysicalMap.HIGH_MEMORY, end);
        ram.write(initrd, 0, base, initrd.length());
        params.setU32(RAMDISK_IMAGE, base).setU32(RAMDISK_SIZE, initrd.length());
    }

    private static void putMemory(BootRequest request, ByteWriter params) {
        long kib = request.map().extendedBytes() >> 10;
        params.setU16(EXT_MEM_K, (int) Math.min(kib, 0xFFFF)).setU32(ALT_MEM_K, kib);
        params.setU8(E820_ENTRIES, request.map().ranges().size());
        int at = E820_TABLE;
        for (AddressRange range : request.map().ranges()) {
            params.setU64(at, range.base()).setU64(at + 8, range.length());
            params.setU32(at + 16, range.type().number());
            at += E820_ENTRY_BYTES;
        }
    }
}
