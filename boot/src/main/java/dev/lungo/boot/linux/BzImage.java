package dev.lungo.boot.linux;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;

/**
 * A Linux kernel image with its setup header. Linux Documentation/arch/x86/boot.rst, "The Real-Mode
 * Kernel Header".
 *
 * @param version of the boot protocol, 20Fh for 2.15
 * @param headerEnd offset in the file, and in boot_params
 * @param codeOffset where the protected-mode kernel begins in the file
 * @param codeBytes its length
 * @param initrdMax the highest address that the initrd's last byte may have
 * @param initBytes how much memory the kernel needs from where it runs
 */
public record BzImage(
        int version,
        int headerEnd,
        long codeOffset,
        long codeBytes,
        boolean relocatable,
        long alignment,
        long preferredAddress,
        long initBytes,
        long initrdMax,
        long commandLineMax) {
    // Offsets of the fields in the file. They are the same in boot_params.
    static final int HEADER = 0x1F1;
    private static final int SETUP_SECTS = 0x1F1;
    private static final int SYSSIZE = 0x1F4;
    private static final int BOOT_FLAG = 0x1FE;
    private static final int JUMP_DISTANCE = 0x201;
    private static final int MAGIC = 0x202;
    private static final int VERSION = 0x206;
    private static final int LOADFLAGS = 0x211;
    private static final int INITRD_ADDR_MAX = 0x22C;
    private static final int KERNEL_ALIGNMENT = 0x230;
    private static final int RELOCATABLE_KERNEL = 0x234;
    private static final int XLOADFLAGS = 0x236;
    private static final int CMDLINE_SIZE = 0x238;
    private static final int PREF_ADDRESS = 0x258;
    private static final int INIT_SIZE = 0x260;
    private static final int FIELDS_END = 0x264;

    /** boot_params has its next field here. */
    private static final int HEADER_LIMIT = 0x290;

    private static final long HDRS = 0x5372_6448; // "HdrS"
    private static final int PROTOCOL_2_12 = 0x20C;
    private static final int LOADED_HIGH = 1;
    private static final int XLF_KERNEL_64 = 1;
    private static final int SECTOR = 512;
    private static final int PARAGRAPH = 16;

    /** Whether the file has the magic numbers of a Linux kernel. */
    public static boolean isOne(BootFile file) {
        return file.has(BOOT_FLAG, 8) && file.u16(BOOT_FLAG) == 0xAA55 && file.u32(MAGIC) == HDRS;
    }

    /** Reads and checks the setup header. */
    public static BzImage read(BootFile file) {
        String name = file.name();
        if (!isOne(file)) {
            throw new BootException(name + " is not a Linux bzImage; give a vmlinuz");
        }
        int version = file.u16(VERSION);
        if (version < PROTOCOL_2_12
                || (file.u16(XLOADFLAGS) & XLF_KERNEL_64) == 0
                || (file.u8(LOADFLAGS) & LOADED_HIGH) == 0) {
            throw new BootException(
                    name
                            + " has no 64-bit entry (boot protocol "
                            + (version >> 8)
                            + "."
                            + (version & 0xFF)
                            + "); give a kernel for x86-64, Linux 3.8 or later");
        }
        int setupSects = file.u8(SETUP_SECTS) == 0 ? 4 : file.u8(SETUP_SECTS);
        long codeOffset = (long) (setupSects + 1) * SECTOR;
        long codeBytes = file.u32(SYSSIZE) * PARAGRAPH;
        long missing = codeOffset + codeBytes - file.length();
        if (missing > 0 && missing < PARAGRAPH) { // of the last paragraph, which memtest86+ has not
            codeBytes -= missing;
        }
        if (!file.has(codeOffset, codeBytes)) {
            throw new BootException(
                    name
                            + " is cut short: its header says "
                            + (codeOffset + codeBytes)
                            + " bytes but the file has "
                            + file.length()
                            + "; fetch it again");
        }
        int headerEnd = MAGIC + file.u8(JUMP_DISTANCE);
        long alignment = file.u32(KERNEL_ALIGNMENT);
        if (headerEnd < FIELDS_END || codeOffset < FIELDS_END || alignment == 0) {
            throw new BootException(
                    name + " has a setup header that contradicts itself; fetch it again");
        }
        return new BzImage(
                version,
                Math.min(headerEnd, HEADER_LIMIT),
                codeOffset,
                codeBytes,
                file.u8(RELOCATABLE_KERNEL) != 0,
                alignment,
                file.u64(PREF_ADDRESS),
                Math.max(file.u32(INIT_SIZE), codeBytes),
                file.u32(INITRD_ADDR_MAX),
                file.u32(CMDLINE_SIZE));
    }
}
