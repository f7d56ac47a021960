package dev.lungo.metal.load;

import static dev.lungo.metal.load.MultibootStart.u32;

import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.Start;

/**
 * A Linux kernel in memory, started by its 64-bit entry. Linux Documentation/arch/x86/boot.rst,
 * "64-bit Boot Protocol"; boot_params is in Documentation/arch/x86/zero-page.rst.
 */
final class LinuxGuest {
    private static final int ACPI_RSDP_ADDR = 0x070;
    private static final int HEADER = 0x1F1;
    private static final int HEADER_MAGIC = 0x5372_6448; // "HdrS"
    private static final int SETUP_SECTS = 0x1F1;
    private static final int MAGIC = 0x202;
    private static final int VERSION = 0x206;
    private static final int TYPE_OF_LOADER = 0x210;
    private static final int CODE32_START = 0x214;
    private static final int RAMDISK_IMAGE = 0x218;
    private static final int RAMDISK_SIZE = 0x21C;
    private static final int CMD_LINE_PTR = 0x228;
    private static final int INITRD_ADDR_MAX = 0x22C;
    private static final int KERNEL_ALIGNMENT = 0x230;
    private static final int XLOADFLAGS = 0x236;
    private static final int PREF_ADDRESS = 0x258;
    private static final int INIT_SIZE = 0x260;
    private static final int E820_ENTRIES = 0x1E8;
    private static final int E820_TABLE = 0x2D0;
    private static final int E820_MAX = 128;
    private static final int KERNEL_64 = 1;
    private static final int PROTOCOL_2_12 = 0x20C;
    private static final int UNKNOWN_LOADER = 0xFF;
    private static final long ENTRY_64 = 0x200;
    private static final int CMD_LINE_MAX = 2048;
    private static final long FOUR_GIB = 1L << 32;
    private static final long MIB = 1L << 20;
    private static final long PAGE = 4096;

    private final long image;
    private final long imageEnd;
    private final byte[] commandLine;
    private long initrd;
    private long initrdBytes;
    private long rsdp;

    /**
     * @param image address of the file in memory
     * @param commandLine of which too much is cut off
     */
    LinuxGuest(long image, long imageEnd, byte[] commandLine) {
        this.image = image;
        this.imageEnd = imageEnd;
        this.commandLine = commandLine;
    }

    /** Where the RSDP is, if the kernel is not to look for it. */
    void rsdp(long address) {
        rsdp = address;
    }

    void initrd(long from, long to) {
        initrd = from;
        initrdBytes = to - from;
    }

    /** Whether it is a kernel that can be started. */
    boolean isUsable() {
        return imageEnd - image >= 0x1000
                && Bare.get32(image + MAGIC) == HEADER_MAGIC
                && Bare.get16(image + VERSION) >= PROTOCOL_2_12
                && (Bare.get16(image + XLOADFLAGS) & KERNEL_64) != 0;
    }

    /** The initramfs has to end there. */
    long initrdLimit() {
        return u32(image + INITRD_ADDR_MAX) + 1;
    }

    /** Places the kernel and enters it; does not come back. */
    void start(E820 map) {
        int sectors = Bare.get8(image + SETUP_SECTS);
        long code = image + ((sectors == 0 ? 4 : sectors) + 1) * 512L;
        if (!isUsable() || code >= imageEnd) {
            throw new IllegalStateException(
                    "what is next is no Linux kernel with a 64-bit entry (a bzImage)");
        }
        // All that the entry needs below 1 MiB: boot_params, command line, six page tables, GDT.
        long low = map.place("the kernel's parameters", 16 * PAGE, PAGE, 0x1_0000, MIB);
        long kernel =
                map.place(
                        "the kernel",
                        Math.max(u32(image + INIT_SIZE), imageEnd - code),
                        Math.max(u32(image + KERNEL_ALIGNMENT), PAGE),
                        Bare.get64(image + PREF_ADDRESS),
                        FOUR_GIB);
        Bare.copy(kernel, code, imageEnd - code);
        Bare.fill(low, 0, 16 * PAGE);
        putParameters(low, kernel, map);
        long page = map.placeTrampoline();
        Start.long64(kernel + ENTRY_64, low, low + 2 * PAGE, page);
    }

    private void putParameters(long params, long kernel, E820 map) {
        long text = params + PAGE;
        copyCommandLine(text);
        int headerEnd = MAGIC + Bare.get8(image + MAGIC - 1);
        Bare.copy(params + HEADER, image + HEADER, headerEnd - HEADER);
        Bare.put64(params + ACPI_RSDP_ADDR, rsdp);
        Bare.put8(params + TYPE_OF_LOADER, UNKNOWN_LOADER);
        Bare.put32(params + CODE32_START, (int) kernel);
        Bare.put32(params + CMD_LINE_PTR, (int) text);
        Bare.put32(params + RAMDISK_IMAGE, (int) initrd);
        Bare.put32(params + RAMDISK_SIZE, (int) initrdBytes);
        int entries = Math.min(map.count(), E820_MAX);
        Bare.put8(params + E820_ENTRIES, entries);
        for (int i = 0; i < entries; i++) {
            long entry = params + E820_TABLE + i * 20L;
            Bare.put64(entry, map.base(i));
            Bare.put64(entry + 8, map.end(i) - map.base(i));
            Bare.put32(entry + 16, map.acpiType(i));
        }
    }

    /** Some loaders begin a module's string with the file's path, which Linux has no use for. */
    private void copyCommandLine(long to) {
        int from = 0;
        if (commandLine.length > 0 && commandLine[0] == '/') {
            while (from < commandLine.length && commandLine[from] != ' ') {
                from++;
            }
        }
        int count = Math.min(commandLine.length - from, CMD_LINE_MAX - 1);
        for (int i = 0; i < count; i++) {
            Bare.put8(to + i, commandLine[from + i]);
        }
    }
}
