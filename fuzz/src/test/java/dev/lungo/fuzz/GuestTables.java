package dev.lungo.fuzz;

import dev.lungo.machine.GuestMemory;
import java.util.Random;

/**
 * What a guest in any mode needs in memory: descriptors, gates, task state segments and page
 * tables. Addresses are guest-physical, and mapped to themselves: RAM, and the fourth GiB for
 * devices.
 */
final class GuestTables {
    static final long CODE = 0x1FD0; // and on the page after
    static final long STACK = 0x8000;
    static final long INNER_STACK = 0x9000;

    /** A page of HLT. */
    static final long HANDLERS = 0xA000;

    static final long GDT = 0x1_0000;
    static final long LDT = 0x1_1000;
    static final long IDT = 0x1_2000;
    static final long TSS = 0x1_3000;
    static final long OTHER_TSS = 0x1_4000;
    static final long PML4 = 0x2_0000;
    private static final long POINTERS = 0x2_1000;
    private static final long DIRECTORY = 0x2_2000;
    private static final long TABLE = 0x2_3000;
    private static final long TOP_DIRECTORY = 0x2_4000;
    static final long LEGACY_DIRECTORY = 0x2_5000;
    static final long LEGACY_TABLE = 0x2_6000;
    static final long PAE_POINTERS = 0x2_7000;
    static final long DATA = 0x4_0000;
    static final int DATA_BYTES = 0x4000;

    /** Pages in which a changed byte changes how the processor runs. */
    static final long[] PAGES = {
        GDT,
        LDT,
        IDT,
        TSS,
        OTHER_TSS,
        PML4,
        POINTERS,
        DIRECTORY,
        TABLE,
        TOP_DIRECTORY,
        LEGACY_DIRECTORY,
        LEGACY_TABLE,
        PAE_POINTERS,
        0,
        STACK - 0x1000,
        INNER_STACK - 0x1000
    };

    static final int TABLE_LIMIT = 0xFFF;
    static final int TSS_SELECTOR = 0x40;
    private static final int OTHER_TSS_SELECTOR = 0x50;
    static final int LDT_SELECTOR = 0x60;

    private static final long DPL3 = 3L << 45;

    /** Accessed and dirty as well: when that is set is not the same in blocks and in steps. */
    private static final long P_RW_US = 0x67;

    private static final long A_D = 0x60;
    private static final long PS = 0x80;
    private static final long GLOBAL = 0x100;

    private final GuestMemory memory;

    GuestTables(GuestMemory memory) {
        this.memory = memory;
    }

    /** DPL 0 or 3. */
    static int codeSelector(GuestMode mode, int dpl) {
        return switch (mode.code) {
            case CODE16 -> dpl == 0 ? 0x08 : 0x28;
            case CODE32 -> dpl == 0 ? 0x10 : 0x30;
            case CODE64 -> dpl == 0 ? 0x18 : 0x38;
        };
    }

    static int dataSelector(int dpl) {
        return dpl == 0 ? 0x20 : 0x70;
    }

    void write(GuestMode mode, Random random) {
        descriptors(mode.isLong());
        gates(mode.isLong());
        taskState(mode.isLong());
        pages();
        byte[] halts = new byte[0x1000];
        java.util.Arrays.fill(halts, (byte) 0xF4);
        memory.write(HANDLERS, halts);
        memory.write(CODE & -0x1000, halts); // around code, where its jumps may lead
        memory.write((CODE & -0x1000) + 0x1000, halts);
        byte[] data = new byte[DATA_BYTES];
        random.nextBytes(data);
        memory.write(DATA, data);
        frames(DATA + 0x800, random);
        frames(STACK, random);
    }

    /** What IRET, far returns and far pointers would like to find, at one width. */
    private void frames(long at, Random random) {
        int bytes = 2 << random.nextInt(3);
        for (long next = at; next < at + 0x100; next += bytes) {
            long value =
                    switch (random.nextInt(4)) {
                        case 0 -> HANDLERS + random.nextInt(16);
                        case 1 -> random.nextInt(0x8_0000); // flags
                        case 2 -> STACK + random.nextInt(64);
                        default -> selector(random);
                    };
            switch (bytes) {
                case 2 -> memory.putShort(next, (short) value);
                case 4 -> memory.putInt(next, (int) value);
                default -> memory.putLong(next, value);
            }
        }
    }

    /** One of those that the tables have, with any RPL. */
    static int selector(Random random) {
        return random.nextInt(23) << 3 | random.nextInt(random.nextBoolean() ? 8 : 1);
    }

    private void descriptors(boolean isLong) {
        // spotless:off
        long[] gdt = {
            0,                        0x0000_9B00_0000_FFFFL, 0x00CF_9B00_0000_FFFFL, // null, code
            0x00AF_9B00_0000_FFFFL,   0x00CF_9300_0000_FFFFL,                         // code, data
            0x0000_FB00_0000_FFFFL,   0x00CF_FB00_0000_FFFFL, 0x00AF_FB00_0000_FFFFL, // DPL 3
            system(0x8B, TSS),        0,                      system(0x89, OTHER_TSS), 0,
            system(0x82, LDT),        0,                      0x00CF_F300_0000_FFFFL,
            0x00CF_9F00_0000_FFFFL,   0x00CF_9700_0000_0FFFL,          // conforming, expand-down
            gate(0x8C | 0x60, 0x10),  0,                      gate(0x85 | 0x60, OTHER_TSS_SELECTOR),
            gate(0x84 | 0x60, 0x08),  system(0x81, TSS),      system(0x83, OTHER_TSS)
        };
        // spotless:on
        if (isLong) {
            gdt[17] = gate(0x8C | 0x60, 0x18);
        }
        for (int i = 0; i < gdt.length; i++) {
            memory.putLong(GDT + 8L * i, gdt[i]);
            memory.putLong(LDT + 8L * i, gdt[i] & ~DPL3);
        }
    }

    private static long system(int access, long base) {
        return 0xFFF | (base & 0xFF_FFFF) << 16 | (long) access << 40;
    }

    /** To the first handler. */
    private static long gate(int access, int selector) {
        return HANDLERS & 0xFFFF | (long) selector << 16 | (long) access << 40;
    }

    private void gates(boolean isLong) {
        for (int vector = 0; vector < 256; vector++) {
            int type = vector % 7 == 3 ? 0x8F : vector % 7 == 5 ? 0xEF : 0xEE;
            if (isLong) {
                memory.putLong(IDT + 16L * vector, gate(type, 0x18) | (vector & 3L) << 32);
            } else {
                boolean task = vector == 8 || vector == 77;
                int selector = task ? OTHER_TSS_SELECTOR : 0x10;
                memory.putLong(IDT + 8L * vector, gate(task ? 0xE5 : type, selector));
            }
            memory.putInt(4L * vector, (int) HANDLERS); // real mode's
        }
    }

    private void taskState(boolean isLong) {
        for (long tss : new long[] {TSS, OTHER_TSS}) {
            if (isLong) {
                for (int stack = 4; stack <= 0x5C; stack += 8) {
                    memory.putLong(tss + stack, INNER_STACK);
                }
            } else {
                for (int stack = 4; stack <= 20; stack += 8) {
                    memory.putInt(tss + stack, (int) INNER_STACK);
                    memory.putInt(tss + stack + 4, 0x20);
                }
                memory.putInt(tss + 0x1C, (int) PAE_POINTERS); // CR3
                memory.putInt(tss + 0x20, (int) HANDLERS); // EIP
                memory.putInt(tss + 0x24, 2); // EFLAGS
                memory.putInt(tss + 0x38, (int) STACK); // ESP
                for (int segment = 0; segment < 6; segment++) {
                    memory.putInt(tss + 0x48 + 4L * segment, segment == 1 ? 0x10 : 0x20);
                }
                memory.putInt(tss + 0x60, LDT_SELECTOR);
            }
            memory.putShort(tss + 0x66, (short) 0x88); // I/O permission bitmap: all zeros
        }
    }

    /** The upper levels; a processor that is to use PAE paging reads some of it at once. */
    void writePointers() {
        memory.write(PAE_POINTERS, new byte[32]);
        memory.putLong(PML4, POINTERS | P_RW_US);
        memory.putLong(PML4 + 8 * 511, POINTERS | P_RW_US);
        for (long pointers : new long[] {POINTERS, PAE_POINTERS}) {
            long rights = pointers == POINTERS ? P_RW_US : 1;
            memory.putLong(pointers, DIRECTORY | rights);
            memory.putLong(pointers + 8 * 3, TOP_DIRECTORY | rights);
        }
    }

    private void pages() {
        writePointers();
        memory.putLong(DIRECTORY, TABLE | P_RW_US);
        memory.putInt(LEGACY_DIRECTORY, (int) (LEGACY_TABLE | P_RW_US));
        for (int i = 0; i < 512; i++) {
            long large = (long) i << 21;
            if (i > 0) {
                memory.putLong(DIRECTORY + 8L * i, large | PS | P_RW_US);
            }
            memory.putLong(TOP_DIRECTORY + 8L * i, 3L << 30 | large | PS | P_RW_US);
            memory.putLong(TABLE + 8L * i, small(i));
        }
        for (int i = 0; i < 1024; i++) {
            memory.putInt(LEGACY_TABLE + 4L * i, (int) small(i));
            if (i > 0) {
                memory.putInt(LEGACY_DIRECTORY + 4L * i, (int) ((long) i << 22 | PS | P_RW_US));
            }
        }
    }

    /**
     * Some of the data is read-only, the supervisor's or not present at all; some has not been
     * accessed.
     */
    private static long small(int page) {
        long entry = (long) page << 12 | P_RW_US;
        return switch (page) {
            case 0x41 -> entry & ~2;
            case 0x42 -> entry & ~4 | GLOBAL;
            case 0x43, 0x46 -> entry & ~A_D;
            case 0x44, 0x1F -> 0;
            default -> entry;
        };
    }
}
