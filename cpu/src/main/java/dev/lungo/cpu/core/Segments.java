package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;

/**
 * The segment registers with their hidden parts, and what protection asks of an access through
 * them. SDM 3A, "Segment Registers" and "Limit Checking".
 *
 * <p>The bases of the six are in the off-heap state, since every address adds one.
 */
public final class Segments {
    public static final int ES = 0;
    public static final int CS = 1;
    public static final int SS = 2;
    public static final int DS = 3;
    public static final int FS = 4;
    public static final int GS = 5;
    public static final int LDTR = 6;
    public static final int TR = 7;

    // Bits of an access word: a descriptor's bits 40 to 55.
    public static final int ACCESSED = 1;
    public static final int WRITABLE = 1 << 1;
    public static final int EXPAND_DOWN = 1 << 2;
    public static final int CODE = 1 << 3;
    public static final int NOT_SYSTEM = 1 << 4;
    public static final int PRESENT = 1 << 7;
    public static final int LONG = 1 << 13;
    public static final int BIG = 1 << 14;

    /** A segment of real mode: present, writable, accessed, DPL 0. */
    static final int REAL_ACCESS = PRESENT | NOT_SYSTEM | WRITABLE | ACCESSED;

    /** What such a register does not keep: type, S, DPL and P. */
    static final int RIGHTS = 0xFF;

    public static final int DPL_SHIFT = 5;

    private final Processor cpu;

    public final int[] selector = new int[8];

    /** In bytes, granularity applied, unsigned. */
    public final int[] limit = new int[8];

    /** As {@code CpuRegisters.SegmentState} has it; PRESENT clear in one that cannot be used. */
    public final int[] access = new int[8];

    /** The linear bases of LDTR and TR. */
    private final long[] systemBase = new long[2];

    Segments(Processor cpu) {
        this.cpu = cpu;
    }

    public long base(int segment) {
        return segment < LDTR
                ? Raw.getLong(cpu.state + State.segmentBase(segment))
                : systemBase[segment - LDTR];
    }

    /**
     * Sets all of a segment register. Whoever changes ES to DS calls {@code updateMode} after it.
     */
    public void set(int segment, int newSelector, long base, int newLimit, int newAccess) {
        selector[segment] = newSelector & 0xFFFF;
        limit[segment] = newLimit;
        access[segment] = newAccess;
        setBase(segment, base);
        if (segment < LDTR) {
            Raw.putLong(cpu.state + State.readLimit(segment), lastOffset(segment, false));
            Raw.putLong(cpu.state + State.writeLimit(segment), lastOffset(segment, true));
        }
        if (segment == CS) {
            Raw.putLong(cpu.state + State.CODE_LIMIT, newLimit & 0xFFFF_FFFFL);
        }
    }

    /** See {@link State#READ_LIMIT}. */
    private long lastOffset(int segment, boolean store) {
        int rights = access[segment];
        boolean down = (rights & (CODE | EXPAND_DOWN)) == EXPAND_DOWN;
        return down || !allows(rights, store) ? -1 : limit[segment] & 0xFFFF_FFFFL;
    }

    public void setBase(int segment, long base) {
        if (segment < LDTR) {
            Raw.putLong(cpu.state + State.segmentBase(segment), base);
        } else {
            systemBase[segment - LDTR] = base;
        }
    }

    /**
     * Whether offsets into this segment are linear addresses, and all 4 GiB of them are allowed.
     */
    public boolean isFlat(int segment) {
        int needed = segment == CS ? PRESENT | CODE | WRITABLE : PRESENT | WRITABLE;
        int kind = PRESENT | CODE | WRITABLE | (segment == CS ? 0 : EXPAND_DOWN);
        return base(segment) == 0 && limit[segment] == -1 && (access[segment] & kind) == needed;
    }

    /**
     * The linear address of an access outside of 64-bit mode.
     *
     * @throws GuestFault #GP or #SS if the segment does not allow it
     */
    public long check(int segment, long offset, int bytes, boolean store) {
        int rights = access[segment];
        if (!allows(rights, store) || !within(rights, limit[segment], offset, bytes)) {
            throw cpu.fault(segment == SS ? ExceptionVector.SS : ExceptionVector.GP, 0);
        }
        return base(segment) + offset & 0xFFFF_FFFFL;
    }

    /** Whether a segment of these rights may be read, or written, at all. */
    static boolean allows(int rights, boolean store) {
        if ((rights & PRESENT) == 0) {
            return false;
        }
        int kind = rights & (CODE | WRITABLE);
        return store ? kind == WRITABLE : kind != CODE;
    }

    /** SDM 3A, "Limit Checking". */
    static boolean within(int rights, int limit, long offset, int bytes) {
        long last = offset + bytes - 1;
        long top = limit & 0xFFFF_FFFFL;
        if ((rights & (CODE | EXPAND_DOWN)) == EXPAND_DOWN) {
            return offset > top && last <= ((rights & BIG) != 0 ? 0xFFFF_FFFFL : 0xFFFF);
        }
        return last <= top;
    }
}
