package dev.lungo.cpu.core;

/**
 * The fields of a descriptor: eight bytes of a descriptor table, as an integer. SDM 3A, "Segment
 * Descriptors" (figure 3-8), "System Descriptor Types" (table 3-2) and "Call Gates" (figure 6-8).
 */
public final class Descriptor {
    // Types of system descriptors; some have gone in IA-32e mode.
    // spotless:off
    public static final int TSS16_AVAILABLE  = 1;
    public static final int LDT              = 2;
    public static final int TSS16_BUSY       = 3;
    public static final int CALL_GATE16      = 4;
    public static final int TASK_GATE        = 5;
    public static final int INTERRUPT_GATE16 = 6;
    public static final int TRAP_GATE16      = 7;
    public static final int TSS_AVAILABLE    = 9;
    public static final int TSS_BUSY         = 11;
    public static final int CALL_GATE        = 12;
    public static final int INTERRUPT_GATE   = 14;
    public static final int TRAP_GATE        = 15;
    // spotless:on

    /** What makes an available TSS busy. */
    static final long BUSY = 1L << 41;

    static final long ACCESSED = 1L << 40;

    private static final int CONFORMING = Segments.CODE | Segments.EXPAND_DOWN;

    private Descriptor() {}

    /** Bits 40 to 55, less those of the limit: what a segment register keeps. */
    public static int access(long descriptor) {
        return (int) (descriptor >>> 40) & 0xF0FF;
    }

    public static long base(long descriptor) {
        return descriptor >>> 16 & 0xFF_FFFF | descriptor >>> 56 << 24;
    }

    /** In bytes, granularity applied, unsigned. */
    public static int limit(long descriptor) {
        int limit = (int) (descriptor & 0xFFFF | descriptor >>> 32 & 0xF_0000);
        return descriptor << 8 < 0 ? limit << 12 | 0xFFF : limit;
    }

    public static int dpl(long descriptor) {
        return (int) (descriptor >>> 45) & 3;
    }

    public static boolean isPresent(long descriptor) {
        return (access(descriptor) & Segments.PRESENT) != 0;
    }

    /** A system segment or gate: its {@link #type} is one of the above. */
    public static boolean isSystem(long descriptor) {
        return (access(descriptor) & Segments.NOT_SYSTEM) == 0;
    }

    /** Bits 43:40. */
    public static int type(long descriptor) {
        return (int) (descriptor >>> 40) & 0xF;
    }

    public static boolean isCode(long descriptor) {
        int kind = Segments.NOT_SYSTEM | Segments.CODE;
        return (access(descriptor) & kind) == kind;
    }

    /** Of a code segment. */
    public static boolean isConforming(long descriptor) {
        return (access(descriptor) & CONFORMING) == CONFORMING;
    }

    public static boolean isWritableData(long descriptor) {
        int kind = Segments.NOT_SYSTEM | Segments.CODE | Segments.WRITABLE;
        return (access(descriptor) & kind) == (Segments.NOT_SYSTEM | Segments.WRITABLE);
    }

    /** Data, or readable code. */
    public static boolean isReadable(long descriptor) {
        int access = access(descriptor);
        return (access & Segments.NOT_SYSTEM) != 0
                && (access & (Segments.CODE | Segments.WRITABLE)) != Segments.CODE;
    }

    /** 64-bit code, where IA-32e mode is active. */
    public static boolean isLong(long descriptor) {
        return (access(descriptor) & Segments.LONG) != 0;
    }

    /** D/B. */
    public static boolean isBig(long descriptor) {
        return (access(descriptor) & Segments.BIG) != 0;
    }

    // Gates.

    public static int gateSelector(long gate) {
        return (int) (gate >>> 16) & 0xFFFF;
    }

    /** The low 32 bits of the offset; a 16-bit gate has 16. */
    public static long gateOffset(long gate) {
        long low = gate & 0xFFFF;
        return isGate32(gate) ? low | gate >>> 48 << 16 : low;
    }

    /** Whether this gate's type is one of those with 32 (or 64) bits. */
    public static boolean isGate32(long gate) {
        return (type(gate) & 8) != 0;
    }

    /** How many parameters a call gate copies, in units of its size. */
    public static int gateParameters(long gate) {
        return (int) (gate >>> 32) & 0x1F;
    }

    /** The interrupt-stack-table entry of an interrupt or trap gate in IA-32e mode; 0 is none. */
    public static int gateStack(long gate) {
        return (int) (gate >>> 32) & 7;
    }
}
