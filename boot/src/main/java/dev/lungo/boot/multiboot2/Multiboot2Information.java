package dev.lungo.boot.multiboot2;

import dev.lungo.boot.BootFile;
import dev.lungo.boot.BootRequest;
import dev.lungo.boot.GuestRam;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.elf.ElfLoader.Extent;
import dev.lungo.machine.AddressRange;
import java.util.Arrays;

/**
 * What a Multiboot2 kernel is told. Multiboot2 Specification 2.0, "Boot information" (§3.6).
 *
 * <p>Not passed: boot device, ELF symbols, APM, VBE, framebuffer, SMBIOS, network, EFI.
 */
final class Multiboot2Information {
    // Types of tags.
    private static final int END = 0;
    private static final int COMMAND_LINE = 1;
    private static final int LOADER_NAME = 2;
    private static final int MODULE = 3;
    private static final int BASIC_MEMORY = 4;
    private static final int MEMORY_MAP = 6;
    private static final int OLD_RSDP = 14;
    private static final int NEW_RSDP = 15;
    private static final int LOAD_BASE = 21;

    private static final int MEMORY_MAP_ENTRY = 24;
    private static final int OLD_RSDP_BYTES = 20;
    private static final int NEW_RSDP_BYTES = 36;
    private static final int PAGE = 4096;

    private final ByteWriter out = new ByteWriter().u32(0).u32(0); // total_size, reserved

    private Multiboot2Information() {}

    /** Loads the modules above the kernel, and the information that tells of them. */
    static long place(BootRequest request, GuestRam ram, Extent kernel) {
        Multiboot2Information information = new Multiboot2Information();
        information.text(COMMAND_LINE, new ByteWriter(), request.commandLine());
        information.text(LOADER_NAME, new ByteWriter(), "Lungo");
        information.modules(request, ram, kernel);
        information.memory(request);
        information.rsdp(request, ram);
        information.tag(LOAD_BASE, new ByteWriter().u32(kernel.base()));
        information.tag(END, new ByteWriter());
        information.out.setU32(0, information.out.length());
        return ram.place("the Multiboot2 information", information.out.toBytes(), 8);
    }

    private void modules(BootRequest request, GuestRam ram, Extent kernel) {
        long from = Math.max(kernel.end(), PhysicalMap.HIGH_MEMORY);
        for (BootFile module : request.modules()) {
            long base =
                    ram.claimLowest(
                            module.name(), module.length(), PAGE, from, PhysicalMap.FOUR_GIB);
            ram.write(module, 0, base, module.length());
            text(MODULE, new ByteWriter().u32(base).u32(base + module.length()), module.name());
        }
    }

    private void memory(BootRequest request) {
        long upper = request.map().extendedBytes() >> 10;
        tag(BASIC_MEMORY, new ByteWriter().u32(PhysicalMap.EBDA >> 10).u32(upper));

        ByteWriter map = new ByteWriter().u32(MEMORY_MAP_ENTRY).u32(0);
        for (AddressRange range : request.map().ranges()) {
            map.u64(range.base()).u64(range.length()).u32(range.type().number()).u32(0);
        }
        tag(MEMORY_MAP, map);
    }

    private void rsdp(BootRequest request, GuestRam ram) {
        if (request.rsdp() != 0) {
            byte[] rsdp = new byte[NEW_RSDP_BYTES];
            ram.memory().read(request.rsdp(), rsdp, 0, rsdp.length);
            tag(NEW_RSDP, new ByteWriter().bytes(rsdp));
            tag(OLD_RSDP, new ByteWriter().bytes(Arrays.copyOf(rsdp, OLD_RSDP_BYTES)));
        }
    }

    private void text(int type, ByteWriter before, String text) {
        tag(type, before.bytes(ByteWriter.cString(text)));
    }

    private void tag(int type, ByteWriter content) {
        out.u32(type).u32(8 + content.length()).bytes(content.toBytes()).alignTo(8);
    }
}
