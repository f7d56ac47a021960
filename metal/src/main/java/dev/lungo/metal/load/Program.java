package dev.lungo.metal.load;

/**
 * A program that says itself where in memory it is to be, and is entered in 32-bit protected mode:
 * coreboot's SELF (cbfs_serialized.h, struct cbfs_payload_segment), or ELF (System V ABI, "Program
 * Header").
 */
final class Program {
    // spotless:off
    private static final int CODE       = 0x434F_4445;
    private static final int DATA       = 0x4441_5441;
    private static final int BSS        = 0x4253_5320;
    private static final int PARAMETERS = 0x5041_5241;
    private static final int ENTRY      = 0x454E_5452;
    // spotless:on
    private static final int SEGMENT = 28;

    private static final int ELF_32 = 1;
    private static final int ELF_64 = 2;
    private static final int EM_386 = 3;
    private static final int EM_X86_64 = 62;
    private static final int PT_LOAD = 1;

    private final Memory memory;
    private final E820 map;

    /** To be placed where the map has free RAM. */
    Program(Memory memory, E820 map) {
        this.memory = memory;
        this.map = map;
    }

    static boolean isElf(Window file) {
        return file.has(0, "\177ELF");
    }

    /** Places a SELF: its entry. */
    long loadSelf(Window file) {
        for (long at = 0; ; at += SEGMENT) {
            int type = (int) file.big32(at);
            long address = file.big64(at + 12);
            long inMemory = file.big32(at + 24);
            if (type == ENTRY) {
                return entry(file, address);
            }
            if (inMemory == 0) {
                continue;
            }
            if (type == BSS) {
                place(file, address, inMemory).clear(0);
            } else if (type == CODE || type == DATA) {
                Window stored = file.part(file.big32(at + 8), file.big32(at + 20));
                new Compressed(stored, file.big32(at + 4), inMemory)
                        .expand(place(file, address, inMemory));
            } else if (type != PARAMETERS) {
                throw new IllegalStateException(file.what() + " is damaged: no segment is such");
            }
        }
    }

    /** Places an ELF file of 32 or 64 bits: its entry. */
    long loadElf(Window file) {
        int kind = file.u8(4);
        int machine = file.u16(18);
        boolean wide = kind == ELF_64;
        if ((kind != ELF_32 && !wide) || (machine != EM_386 && machine != EM_X86_64)) {
            throw new IllegalStateException(file.what() + " is an ELF file for another processor");
        }
        long headers = wide ? file.u64(32) : file.u32(28);
        int headerBytes = file.u16(wide ? 54 : 42);
        int count = file.u16(wide ? 56 : 44);
        for (int i = 0; i < count; i++) {
            Window header = file.part(headers + (long) i * headerBytes, wide ? 56 : 32);
            if (header.u32(0) != PT_LOAD) {
                continue;
            }
            long offset = wide ? header.u64(8) : header.u32(4);
            long address = wide ? header.u64(24) : header.u32(12);
            long bytes = wide ? header.u64(32) : header.u32(16);
            long inMemory = wide ? header.u64(40) : header.u32(20);
            if (inMemory != 0) {
                place(file, address, inMemory).fillWith(file.part(offset, bytes));
            }
        }
        return entry(file, wide ? file.u64(24) : file.u32(24));
    }

    private static long entry(Window file, long address) {
        if (address >>> 32 != 0) {
            throw new IllegalStateException(file.what() + " has its entry above 4 GiB");
        }
        return address;
    }

    private Window place(Window file, long address, long bytes) {
        if (!map.isFree(address, bytes)) {
            throw new IllegalStateException(
                    file.what() + " wants memory at " + hex(address) + " which is not free");
        }
        map.use(address, address + bytes);
        return new Window(memory, file.what(), address, bytes);
    }

    private static String hex(long address) {
        return Long.toHexString(address) + "h";
    }
}
