package dev.lungo.metal.load;

import org.jspecify.annotations.Nullable;

/**
 * Where the CBFS is that coreboot was started from: the table says it as offsets into the flash,
 * and what of the flash is in memory; without that, the flash ends at 4 GiB, and so it does if the
 * table says nothing: the last four bytes then lead to the CBFS' master header. coreboot,
 * coreboot_tables.h: struct lb_boot_media_params, struct lb_spi_flash; cbfs_serialized.h: struct
 * cbfs_header.
 */
final class Flash {
    private static final long FOUR_GIB = 1L << 32;

    /** What chipsets decode below 4 GiB. */
    private static final long MAX_BYTES = 16L << 20;

    private static final int WINDOW = 12;
    private static final String NAME = "the CBFS";
    private static final long MASTER_MAGIC = 0x4F52_4243L; // ORBC
    private static final int MASTER_BYTES = 32;

    private Flash() {}

    /** The archive, or null if there is none in memory. */
    static @Nullable Window archive(Memory memory, CorebootTable table) {
        Window media = table.record(CorebootTable.BOOT_MEDIA_PARAMS);
        if (media == null || !media.contains(0, 40)) {
            return byMasterHeader(memory);
        }
        long offset = media.u64(16);
        long bytes = media.u64(24);
        long mediaBytes = media.u64(32);
        if (offset < 0 || bytes <= 0 || offset > mediaBytes || bytes > mediaBytes - offset) {
            return null;
        }
        Window flash = table.record(CorebootTable.SPI_FLASH);
        long windows = flash != null && flash.contains(0, 24) ? flash.u32(20) : 0;
        for (long i = 0; i < windows && flash.contains(24 + i * WINDOW, WINDOW); i++) {
            long at = 24 + i * WINDOW;
            long inWindow = offset - flash.u32(at);
            long windowBytes = flash.u32(at + 8);
            if (inWindow >= 0 && inWindow < windowBytes) {
                long start = flash.u32(at + 4) + inWindow;
                return new Window(memory, NAME, start, Math.min(bytes, windowBytes - inWindow));
            }
        }
        long start = FOUR_GIB - mediaBytes + offset;
        return mediaBytes - offset > MAX_BYTES ? null : new Window(memory, NAME, start, bytes);
    }

    private static @Nullable Window byMasterHeader(Memory memory) {
        Window flash = new Window(memory, NAME, FOUR_GIB - MAX_BYTES, MAX_BYTES);
        long header = MAX_BYTES + (int) flash.u32(MAX_BYTES - 4);
        if (!flash.contains(header, MASTER_BYTES) || flash.big32(header) != MASTER_MAGIC) {
            return null;
        }
        long romBytes = flash.big32(header + 8);
        long from = MAX_BYTES - romBytes + flash.big32(header + 20);
        long bytes = MAX_BYTES - flash.big32(header + 12) - from;
        return flash.contains(from, bytes) ? flash.part(from, bytes) : null;
    }
}
