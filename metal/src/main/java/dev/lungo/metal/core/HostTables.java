package dev.lungo.metal.core;

import dev.lungo.isa.PageEntry;

/**
 * What the host needs of its own because the firmware's disappears when the operating system takes
 * over: page tables, GDT, TSS and IDT, and a stack for each processor with a page below it that is
 * not mapped. SDM 3A, "Task Management in 64-bit Mode", "64-Bit Mode IDT".
 */
public final class HostTables {
    public static final int CODE_SELECTOR = 0x08;
    public static final int DATA_SELECTOR = 0x10;
    public static final int TASK_SELECTOR = 0x18;
    private static final int TASK_OFFSET = 0x100;
    private static final long CODE_64 = 0x00AF_9B00_0000_FFFFL;
    private static final long DATA = 0x00CF_9300_0000_FFFFL;
    private static final int GDT_BYTES = 40;
    private static final int TASK_BYTES = 0x68;
    private static final int IST1 = 0x24;
    private static final int NMI = 2;
    private static final int DOUBLE_FAULT = 8;
    private static final int MACHINE_CHECK = 18;
    private static final int EXCEPTIONS = 32;
    private static final int VECTORS = 256;
    private static final long INTERRUPT_GATE = 0x8E00L;

    /** For NMI, double fault, machine check, and external interrupts. */
    private static final int STACKS = 4;

    private static final int INTERRUPT_STACK = 4;

    private static final int STACK_PAGES = 8;
    private static final long TABLE = PageEntry.P | PageEntry.RW;
    private static final long LARGE = TABLE | PageEntry.PS;
    private static final long ADDRESS = 0x000F_FFFF_FFFF_F000L;
    private static final long GIB = 1L << 30;
    private static final int WITHOUT_HUGE_PAGES_GIB = 64;

    private static long pml4;
    private static long idt;
    private static long interruptIdt;
    private static int gibs;

    private HostTables() {}

    /** Whether the host's tables map an address. */
    static boolean reaches(long address) {
        return address >>> 30 < gibs;
    }

    public static long root() {
        return pml4;
    }

    /** Maps memory to itself, and makes the IDT that all processors have. */
    public static boolean begin(boolean hugePages) {
        pml4 = Pages.take(1);
        long pdpt = Pages.take(1);
        idt = Pages.take(1);
        interruptIdt = Pages.take(1);
        if (interruptIdt == 0) {
            return false;
        }
        Bare.put64(pml4, pdpt | TABLE);
        gibs = hugePages ? 512 : WITHOUT_HUGE_PAGES_GIB;
        int small = hugePages ? 4 : WITHOUT_HUGE_PAGES_GIB;
        for (int i = 0; i < 512; i++) {
            if (i < small) {
                long directory = Pages.take(1);
                if (directory == 0) {
                    return false;
                }
                for (int j = 0; j < 512; j++) {
                    Bare.put64(directory + j * 8L, (i * GIB + ((long) j << 21)) | LARGE);
                }
                Bare.put64(pdpt + i * 8L, directory | TABLE);
            } else if (hugePages) {
                Bare.put64(pdpt + i * 8L, (i * GIB) | LARGE);
            }
        }
        for (int vector = 0; vector < VECTORS; vector++) {
            int stack =
                    switch (vector) {
                        case NMI -> 1;
                        case DOUBLE_FAULT -> 2;
                        case MACHINE_CHECK -> 3;
                        default -> 0;
                    };
            if (vector < EXCEPTIONS) {
                gate(idt, vector, Bare.stub(vector), stack);
            }
            boolean ours = vector == NMI || vector == MACHINE_CHECK;
            gate(
                    interruptIdt,
                    vector,
                    ours ? Bare.stub(vector) : Bare.interruptStub(vector),
                    ours ? stack : INTERRUPT_STACK);
        }
        return true;
    }

    private static void gate(long table, int vector, long stub, int stack) {
        long gate = table + vector * 16L;
        Bare.put64(
                gate,
                (stub & 0xFFFF)
                        | 8L << 16
                        | ((INTERRUPT_GATE | stack) << 32)
                        | (stub >>> 16 & 0xFFFF) << 48);
        Bare.put64(gate + 8, stub >>> 32);
    }

    /**
     * Takes the external interrupt that is pending, which may have the vector of an exception: the
     * vector, or -1 if there is none any more.
     */
    public static int takeInterrupt(Processor processor) {
        long place = processor.block + Block.INTERRUPT;
        Bare.put32(place, 0);
        Bare.loadIdt(interruptIdt, VECTORS * 16 - 1);
        if (Engine.vendor().isAmd()) {
            Bare.takeInterrupt();
        } else {
            Bare.openInterrupts();
        }
        Bare.loadIdt(idt, EXCEPTIONS * 16 - 1);
        int taken = Bare.get32(place);
        return taken == 0 ? -1 : taken & 0xFF;
    }

    /** A stack below whose last byte there is a page that is not mapped; its top. */
    public static long takeStack() {
        long base = Pages.take(STACK_PAGES + 1);
        if (base == 0 || !unmap(base)) {
            return 0;
        }
        return base + (long) (STACK_PAGES + 1) * Pages.SIZE;
    }

    /** GDT and TSS of a processor; {@link #load} takes them into use. Each stack has the block. */
    public static long takeTask(long block) {
        long gdt = Pages.take(1);
        long stacks = Pages.take(STACKS);
        if (gdt == 0 || stacks == 0) {
            return 0;
        }
        long task = taskOf(gdt);
        Bare.put64(gdt + 8, CODE_64);
        Bare.put64(gdt + 16, DATA);
        Bare.put64(
                gdt + 24,
                (TASK_BYTES - 1)
                        | (task & 0xFF_FFFF) << 16
                        | 0x89L << 40
                        | (task >>> 24 & 0xFF) << 56);
        Bare.put64(gdt + 32, task >>> 32);
        Bare.put16(task + 0x66, TASK_BYTES);
        for (int i = 0; i < STACKS; i++) {
            long top = stacks + (i + 1L) * Pages.SIZE - 16;
            Bare.put64(top, block);
            Bare.put64(task + IST1 + i * 8L, top);
        }
        return gdt;
    }

    /** Address of the TSS. */
    public static long taskOf(long gdt) {
        return gdt + TASK_OFFSET;
    }

    /** From here on the processor depends on nothing of the firmware's. */
    public static void load(long gdt) {
        Bare.setCr3(pml4);
        Bare.put8(gdt + 29, 0x89);
        Bare.loadGdt(gdt, GDT_BYTES - 1);
        Bare.loadIdt(idt, EXCEPTIONS * 16 - 1);
    }

    private static boolean unmap(long page) {
        long pdpt = Bare.get64(pml4) & ADDRESS;
        long gib = page >>> 30;
        long huge = Bare.get64(pdpt + gib * 8);
        if ((huge & PageEntry.PS) != 0) {
            long directory = Pages.take(1);
            if (directory == 0) {
                return false;
            }
            for (int j = 0; j < 512; j++) {
                Bare.put64(directory + j * 8L, (gib * GIB + ((long) j << 21)) | LARGE);
            }
            huge = directory | TABLE;
            Bare.put64(pdpt + gib * 8, huge);
        }
        long entry = (huge & ADDRESS) + (page >>> 21 & 511) * 8;
        long large = Bare.get64(entry);
        if ((large & PageEntry.PS) != 0) {
            long table = Pages.take(1);
            if (table == 0) {
                return false;
            }
            for (int i = 0; i < 512; i++) {
                Bare.put64(table + i * 8L, ((page & -(2L << 20)) + ((long) i << 12)) | TABLE);
            }
            large = table | TABLE;
            Bare.put64(entry, large);
        }
        Bare.put64((large & ADDRESS) + (page >>> 12 & 511) * 8, 0);
        return true;
    }
}
