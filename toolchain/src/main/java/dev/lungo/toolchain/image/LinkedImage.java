package dev.lungo.toolchain.image;

import dev.lungo.toolchain.ToolchainException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the linker made, as it lies in memory: bytes from the first section to the end of data, then
 * zeros, and where in it addresses are that change when it moves.
 *
 * <p>System V ABI, "Object Files"; System V ABI, AMD64 supplement, "Relocation Types" (table 4.9).
 *
 * @param base where the image was linked; a page for headers is before its first section
 * @param code bytes from {@code base + HEADERS} to the first writable byte
 * @param data what is writable and not zero
 * @param end of all, zeros included; a multiple of a page
 * @param addresses offsets from {@code base} of 8-byte addresses
 */
@SuppressWarnings("ArrayRecordComponent") // filled here, and only read by the writers
public record LinkedImage(
        long base,
        long entry,
        byte[] code,
        byte[] data,
        long end,
        long pvhNote,
        SortedSet<Integer> addresses,
        Map<String, Long> symbols) {
    public static final int HEADERS = 0x1000;

    private static final int SHT_SYMTAB = 2;
    private static final int SHT_RELA = 4;
    private static final int SHT_NOBITS = 8;
    private static final int SHF_WRITE = 1;
    private static final int SHF_ALLOC = 2;

    /** The address of the first writable byte; a multiple of a page. */
    public long dataStart() {
        return base + HEADERS + code.length;
    }

    public long dataEnd() {
        return dataStart() + data.length;
    }

    /** Reads the linker's ELF file, which has kept its relocations. */
    public static LinkedImage read(byte[] file) {
        return new Reader(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN)).read();
    }

    private record Section(
            String name,
            int type,
            long flags,
            long address,
            int offset,
            int size,
            int link,
            int info) {
        boolean inMemory() {
            return (flags & SHF_ALLOC) != 0;
        }
    }

    private static final class Reader {
        private final ByteBuffer file;
        private final Section[] sections;
        private final Map<String, Long> symbols = new TreeMap<>();
        private final SortedSet<Integer> addresses = new TreeSet<>();

        Reader(ByteBuffer file) {
            this.file = file;
            int table = (int) file.getLong(0x28);
            this.sections = new Section[file.getShort(0x3C)];
            int names = table + file.getShort(0x3E) * 64;
            int strings = (int) file.getLong(names + 0x18);
            for (int i = 0; i < sections.length; i++) {
                int at = table + i * 64;
                sections[i] =
                        new Section(
                                string(strings + file.getInt(at)),
                                file.getInt(at + 4),
                                file.getLong(at + 8),
                                file.getLong(at + 16),
                                (int) file.getLong(at + 24),
                                (int) file.getLong(at + 32),
                                file.getInt(at + 40),
                                file.getInt(at + 44));
            }
        }

        LinkedImage read() {
            for (Section section : sections) {
                if (section.type == SHT_SYMTAB) {
                    readSymbols(section);
                }
            }
            long base = symbol("lungo_image");
            long dataStart = symbol("lungo_data");
            long pvhNote = 0;
            byte[] code = new byte[(int) (dataStart - base - HEADERS)];
            byte[] data = new byte[(int) (symbol("lungo_data_end") - dataStart)];
            for (Section section : sections) {
                if (section.inMemory() && section.type != SHT_NOBITS && section.size != 0) {
                    boolean writable = section.address >= dataStart;
                    long start = writable ? dataStart : base + HEADERS;
                    file.get(
                            section.offset,
                            writable ? data : code,
                            (int) (section.address - start),
                            section.size);
                    if ((section.flags & SHF_WRITE) != 0 && !writable) {
                        throw new IllegalStateException(section.name + " is not where data are");
                    }
                }
                if (section.name.equals(".note.pvh")) {
                    pvhNote = section.address;
                }
                if (section.type == SHT_RELA && sections[section.info].inMemory()) {
                    readRelocations(section, base);
                }
            }
            long entry = file.getLong(0x18);
            return new LinkedImage(
                    base,
                    entry,
                    code,
                    data,
                    symbol("lungo_image_end"),
                    pvhNote,
                    addresses,
                    symbols);
        }

        private void readSymbols(Section table) {
            int strings = sections[table.link].offset;
            for (int at = table.offset; at < table.offset + table.size; at += 24) {
                symbols.put(string(strings + file.getInt(at)), file.getLong(at + 8));
            }
        }

        private void readRelocations(Section table, long base) {
            // 32-bit start-up code runs before the image moves, and the note is read before.
            String of = sections[table.info].name;
            boolean runsWhereLinked = of.equals(".boot32") || of.equals(".note.pvh");
            for (int at = table.offset; at < table.offset + table.size; at += 24) {
                int type = file.getInt(at + 8);
                switch (type) {
                    case 1 -> // R_X86_64_64
                            addresses.add((int) (file.getLong(at) - base));
                    case 0, 2, 4, 24 -> {} // NONE, PC32, PLT32, PC64: distances do not change
                    case 10, 11, 14, 20 -> { // 32, 32S, 8, 16
                        if (!runsWhereLinked) {
                            throw unmovable(of, type, file.getLong(at));
                        }
                    }
                    default -> throw unmovable(of, type, file.getLong(at));
                }
            }
        }

        private ToolchainException unmovable(String section, int type, long address) {
            return new ToolchainException(
                    "the image cannot be moved in memory: a relocation of type "
                            + type
                            + " in "
                            + section
                            + " at "
                            + Long.toHexString(address)
                            + "h; use addresses relative to RIP or of 64 bits in assembly");
        }

        private long symbol(String name) {
            Long value = symbols.get(name);
            if (value == null) {
                throw new IllegalStateException("the linker script defines no " + name);
            }
            return value;
        }

        private String string(int at) {
            int end = at;
            while (file.get(end) != 0) {
                end++;
            }
            byte[] bytes = new byte[end - at];
            file.get(at, bytes);
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }
}
