package dev.lungo.boot.elf;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import java.util.ArrayList;
import java.util.List;

/**
 * An ELF executable for x86, of either class, as its program headers tell it. System V ABI, "Object
 * Files" and "Program Loading and Dynamic Linking".
 *
 * <p>Not read: what sections, symbols and relocations say.
 *
 * @param entry as the file has it: guest-linear, or guest-physical, as the linker was told
 */
public record Elf(BootFile file, boolean is64, long entry, List<Segment> segments) {
    public static final int PT_LOAD = 1;
    public static final int PT_NOTE = 4;

    private static final long MAGIC = 0x464C_457F; // 7Fh "ELF"
    private static final int CLASS_32 = 1;
    private static final int CLASS_64 = 2;
    private static final int LITTLE_ENDIAN = 1;
    private static final int EM_386 = 3;
    private static final int EM_X86_64 = 62;

    /** A kernel has about ten; more than this are not worth the time to look at them. */
    private static final int MOST_SEGMENTS = 1024;

    /**
     * A program header.
     *
     * @param offset in the file
     * @param linear p_vaddr
     * @param physical p_paddr
     * @param memoryBytes what is beyond {@code fileBytes} is zero
     */
    public record Segment(
            int type,
            long offset,
            long linear,
            long physical,
            long fileBytes,
            long memoryBytes,
            long align) {}

    public static boolean isOne(BootFile file) {
        return file.has(0, 4) && file.u32(0) == MAGIC;
    }

    /** Reads and checks the headers; what the segments hold is not looked at. */
    public static Elf read(BootFile file) {
        if (!isOne(file)) {
            throw new BootException(file.name() + " is not an ELF file; give an ELF kernel");
        }
        boolean is64 = file.u8(4) == CLASS_64;
        int machine = file.u16(18);
        if ((!is64 && file.u8(4) != CLASS_32)
                || file.u8(5) != LITTLE_ENDIAN
                || (machine != EM_386 && machine != EM_X86_64)) {
            throw new BootException(
                    file.name() + " is an ELF file for another machine; give one for x86");
        }
        long headers = is64 ? file.u64(32) : file.u32(28);
        int entrySize = file.u16(is64 ? 54 : 42);
        int count = file.u16(is64 ? 56 : 44);
        if (count == 0 || count > MOST_SEGMENTS || entrySize < (is64 ? 56 : 32) || headers < 0) {
            throw new BootException(
                    file.name() + " has ELF program headers that no kernel has; fetch it again");
        }
        checkEnd(file, is64);
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long at = headers + (long) i * entrySize;
            Segment segment = is64 ? segment64(file, at) : segment32(file, at);
            check(file, segment);
            segments.add(segment);
        }
        return new Elf(file, is64, is64 ? file.u64(24) : file.u32(24), segments);
    }

    /** Linkers put the section headers last: where they are missing, so is something else. */
    private static void checkEnd(BootFile file, boolean is64) {
        long sections = is64 ? file.u64(40) : file.u32(32);
        long bytes = (long) file.u16(is64 ? 58 : 46) * file.u16(is64 ? 60 : 48);
        if (!file.has(sections, bytes)) {
            throw new BootException(
                    file.name()
                            + " is cut short: its section headers should be at offset "
                            + Long.toUnsignedString(sections)
                            + " but the file has "
                            + file.length()
                            + " bytes; fetch it again");
        }
    }

    private static Segment segment32(BootFile file, long at) {
        return new Segment(
                (int) file.u32(at),
                file.u32(at + 4),
                file.u32(at + 8),
                file.u32(at + 12),
                file.u32(at + 16),
                file.u32(at + 20),
                file.u32(at + 28));
    }

    private static Segment segment64(BootFile file, long at) {
        return new Segment(
                (int) file.u32(at),
                file.u64(at + 8),
                file.u64(at + 16),
                file.u64(at + 24),
                file.u64(at + 32),
                file.u64(at + 40),
                file.u64(at + 48));
    }

    private static void check(BootFile file, Segment segment) {
        if (segment.type != PT_LOAD && segment.type != PT_NOTE) {
            return;
        }
        if (!file.has(segment.offset, segment.fileBytes)) {
            throw new BootException(
                    file.name()
                            + " is cut short: a segment of "
                            + Long.toUnsignedString(segment.fileBytes)
                            + " bytes at offset "
                            + Long.toUnsignedString(segment.offset)
                            + " does not fit into its "
                            + file.length()
                            + " bytes; fetch it again");
        }
        if (segment.type == PT_LOAD && segment.fileBytes > segment.memoryBytes) {
            throw new BootException(
                    file.name()
                            + " has a segment that is longer in the file than in memory;"
                            + " fetch it again");
        }
    }

    /** Where the entry is when every segment is at its physical address. */
    public long physicalEntry() {
        for (Segment segment : segments) {
            if (segment.type == PT_LOAD
                    && Long.compareUnsigned(entry - segment.linear, segment.memoryBytes) < 0) {
                return entry - segment.linear + segment.physical;
            }
        }
        return entry;
    }
}
