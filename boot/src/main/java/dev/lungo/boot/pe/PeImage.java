package dev.lungo.boot.pe;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.machine.GuestMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * A PE32+ image for UEFI on x86-64. Microsoft Portable Executable and Common Object File Format
 * Specification; UEFI, "UEFI Images" (2.1.1).
 *
 * <p>Not read: imports, which an image for UEFI has none of, debug data, and symbols.
 *
 * @param imageBase where it was linked to run
 * @param entryPoint relative to where it is placed; 0 if there is none
 * @param imageBytes how much memory it takes from there on
 * @param headerBytes how much of the file's beginning is placed there, too
 * @param certificates the attribute certificate table, which is not placed
 */
public record PeImage(
        BootFile file,
        Subsystem subsystem,
        long imageBase,
        long entryPoint,
        long imageBytes,
        long headerBytes,
        int checkSumOffset,
        int directoryOffset,
        int directories,
        Range certificates,
        List<Section> sections,
        Relocations relocations) {
    /** Windows' flag that data is not executable; UEFI's memory attributes follow it. */
    public static final int NX_COMPAT = 0x0100;

    private static final int MACHINE_X64 = 0x8664;
    private static final int PE32_PLUS = 0x20B;
    private static final int EXECUTABLE_IMAGE = 0x0002;
    private static final int RELOCS_STRIPPED = 0x0001;

    /** Offsets in the optional header, and of its first data directory. */
    private static final int ENTRY = 16;

    private static final int IMAGE_BASE = 24;
    private static final int SECTION_ALIGNMENT = 32;
    private static final int SIZE_OF_IMAGE = 56;
    private static final int SIZE_OF_HEADERS = 60;
    private static final int CHECK_SUM = 64;
    private static final int SUBSYSTEM = 68;
    private static final int DIRECTORY_COUNT = 108;
    private static final int DIRECTORIES = 112;

    private static final int SECURITY = 4;
    private static final int BASE_RELOCATION = 5;
    private static final int SECTION_BYTES = 40;

    /** Windows' own limit. */
    private static final int MOST_SECTIONS = 96;

    /** What the image is to UEFI, and the kinds of memory it gets. */
    public enum Subsystem {
        APPLICATION,
        BOOT_SERVICE_DRIVER,
        RUNTIME_DRIVER
    }

    /** In a file, or in memory from where the image is placed on. */
    public record Range(long offset, long bytes) {
        public long end() {
            return offset + bytes;
        }
    }

    /**
     * What is beyond {@code raw} in memory is zero.
     *
     * @param wholeRaw as the header has it, rounded up to what memory may have no place for
     */
    public record Section(
            String name, Range memory, Range raw, Range wholeRaw, int characteristics) {
        public boolean isExecutable() {
            return (characteristics & 0x2000_0000) != 0;
        }

        public boolean isWritable() {
            return (characteristics & 0x8000_0000) != 0;
        }
    }

    public static boolean isOne(BootFile file) {
        return file.has(0, 64)
                && file.u16(0) == 0x5A4D // "MZ"
                && file.has(file.u32(60), 4)
                && file.u32(file.u32(60)) == 0x4550; // "PE\0\0"
    }

    /**
     * Reads the headers, the sections' and the relocations, and checks that all of it is inside the
     * file and the image.
     *
     * @throws BootException if this is not an image that UEFI on x86-64 can start
     */
    public static PeImage read(BootFile file) {
        if (!isOne(file)) {
            throw new BootException(file.name() + " is not a PE image; give an EFI application");
        }
        long coff = file.u32(60) + 4;
        long optional = coff + 20;
        if (file.u16(coff) != MACHINE_X64 || file.u16(optional) != PE32_PLUS) {
            throw new BootException(
                    file.name() + " is an image for another machine; give one for x86-64");
        }
        int optionalBytes = file.u16(coff + 16);
        long directories = file.u32(optional + DIRECTORY_COUNT);
        int flags = file.u16(coff + 18);
        long imageBytes = file.u32(optional + SIZE_OF_IMAGE);
        long headerBytes = file.u32(optional + SIZE_OF_HEADERS);
        long entryPoint = file.u32(optional + ENTRY);
        long alignment = file.u32(optional + SECTION_ALIGNMENT);
        int sectionCount = file.u16(coff + 2);
        if ((flags & EXECUTABLE_IMAGE) == 0
                || directories > 16
                || optionalBytes < DIRECTORIES + 8 * directories
                || Long.bitCount(alignment) != 1
                || sectionCount > MOST_SECTIONS
                || !file.has(0, headerBytes)
                || optional + optionalBytes + (long) sectionCount * SECTION_BYTES > headerBytes
                || headerBytes > imageBytes
                || entryPoint >= imageBytes) {
            throw broken(file, "has headers that no image has");
        }
        Range certificates = directory(file, optional, directories, SECURITY);
        if (certificates.bytes != 0 && !file.has(certificates.offset, certificates.bytes)) {
            throw broken(file, "has a certificate table beyond its end");
        }
        List<Section> sections = new ArrayList<>();
        for (int i = 0; i < sectionCount; i++) {
            long at = optional + optionalBytes + (long) i * SECTION_BYTES;
            sections.add(section(file, at, imageBytes));
        }
        Range relocations = directory(file, optional, directories, BASE_RELOCATION);
        PeImage image =
                new PeImage(
                        file,
                        subsystem(file, file.u16(optional + SUBSYSTEM)),
                        file.u64(optional + IMAGE_BASE),
                        entryPoint,
                        imageBytes,
                        headerBytes,
                        (int) optional + CHECK_SUM,
                        (int) optional + DIRECTORIES,
                        (int) directories,
                        certificates,
                        List.copyOf(sections),
                        Relocations.NONE);
        boolean isFixed = (flags & RELOCS_STRIPPED) != 0;
        return image.with(isFixed ? Relocations.STRIPPED : Relocations.read(image, relocations));
    }

    private PeImage with(Relocations read) {
        return new PeImage(
                file,
                subsystem,
                imageBase,
                entryPoint,
                imageBytes,
                headerBytes,
                checkSumOffset,
                directoryOffset,
                directories,
                certificates,
                sections,
                read);
    }

    private static Range directory(BootFile file, long optional, long count, int index) {
        if (index >= count) {
            return new Range(0, 0);
        }
        long at = optional + DIRECTORIES + 8L * index;
        return new Range(file.u32(at), file.u32(at + 4));
    }

    private static Subsystem subsystem(BootFile file, int number) {
        return switch (number) {
            case 10 -> Subsystem.APPLICATION;
            case 11 -> Subsystem.BOOT_SERVICE_DRIVER;
            case 12 -> Subsystem.RUNTIME_DRIVER;
            default ->
                    throw new BootException(
                            file.name()
                                    + " is an image for another system, of subsystem "
                                    + number
                                    + "; give an EFI application");
        };
    }

    private static Section section(BootFile file, long at, long imageBytes) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < 8 && file.u8(at + i) != 0; i++) {
            name.append((char) file.u8(at + i));
        }
        long virtualBytes = file.u32(at + 8);
        long rawBytes = file.u32(at + 16);
        Range memory = new Range(file.u32(at + 12), virtualBytes == 0 ? rawBytes : virtualBytes);
        Range wholeRaw = new Range(file.u32(at + 20), rawBytes);
        Range raw = new Range(wholeRaw.offset, Math.min(rawBytes, memory.bytes));
        if (memory.end() > imageBytes || (raw.bytes != 0 && !file.has(raw.offset, raw.bytes))) {
            throw broken(file, "has a section that does not fit, " + name);
        }
        return new Section(name.toString(), memory, raw, wholeRaw, (int) file.u32(at + 36));
    }

    /** Whether it can be anywhere, or only at {@link #imageBase}. */
    public boolean isRelocatable() {
        return relocations != Relocations.STRIPPED;
    }

    /** {@link #NX_COMPAT} and the like. */
    public int dllCharacteristics() {
        return file.u16(checkSumOffset + 6);
    }

    /**
     * Places the image in memory that the caller has taken for it, {@link #imageBytes} long and all
     * of it RAM.
     *
     * @throws BootException if it can only be at its base, and this is not it
     */
    public void load(GuestMemory memory, long guestPhysical) {
        if (!isRelocatable() && guestPhysical != imageBase) {
            throw new BootException(
                    file.name()
                            + " can only run at "
                            + Long.toHexString(imageBase)
                            + "h, where there is no room; link it with relocations");
        }
        zero(memory, guestPhysical, imageBytes);
        copy(memory, guestPhysical, new Range(0, headerBytes));
        for (Section section : sections) {
            copy(memory, guestPhysical + section.memory.offset, section.raw);
        }
        relocations.apply(memory, guestPhysical, guestPhysical - imageBase);
    }

    private void copy(GuestMemory memory, long guestPhysical, Range raw) {
        for (long done = 0; done < raw.bytes; done += COPY_BYTES) {
            int count = (int) Math.min(COPY_BYTES, raw.bytes - done);
            memory.write(guestPhysical + done, file.copy(raw.offset + done, count));
        }
    }

    private static final int COPY_BYTES = 1 << 16;
    private static final byte[] ZEROS = new byte[COPY_BYTES];

    private static void zero(GuestMemory memory, long guestPhysical, long bytes) {
        for (long done = 0; done < bytes; done += COPY_BYTES) {
            int count = (int) Math.min(COPY_BYTES, bytes - done);
            memory.write(guestPhysical + done, ZEROS, 0, count);
        }
    }

    static BootException broken(BootFile file, String what) {
        return new BootException(file.name() + " " + what + "; fetch it again");
    }
}
