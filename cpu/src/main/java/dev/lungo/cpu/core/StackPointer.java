package dev.lungo.cpu.core;

import dev.lungo.host.Raw;

/**
 * The stack through SS:rSP at the width that the mode gives the stack pointer. SDM 1, "Stacks".
 * Nothing here moves the pointer until the access has succeeded.
 */
public final class StackPointer {
    private static final int RSP = 4;

    private StackPointer() {}

    private static long mask(int mode) {
        int bytes = Mode.stackBytes(mode);
        return bytes == 8 ? -1 : (1L << 8 * bytes) - 1;
    }

    /** SP, ESP or RSP. */
    public static long get(Processor cpu) {
        return Raw.getLong(cpu.state + State.gpr(RSP)) & mask(cpu.mode());
    }

    /** Sets SP (the rest of RSP stays), ESP or RSP. */
    public static void set(Processor cpu, long value) {
        long at = cpu.state + State.gpr(RSP);
        switch (Mode.stackBytes(cpu.mode())) {
            case 2 -> Raw.putShort(at, (int) value);
            case 4 -> Raw.putLong(at, value & 0xFFFF_FFFFL);
            default -> Raw.putLong(at, value);
        }
    }

    /** The linear address of stack bytes, {@code offset} being an SP, ESP or RSP. */
    public static long linear(Processor cpu, long offset, int bytes, boolean store) {
        int mode = cpu.mode();
        long cut = offset & mask(mode);
        return (mode & Mode.FLAT) != 0 ? cut : cpu.segments.check(Segments.SS, cut, bytes, store);
    }

    public static void push(Processor cpu, int bytes, long value) {
        long to = get(cpu) - bytes;
        cpu.mmu.store(linear(cpu, to, bytes, true), bytes, value);
        set(cpu, to);
    }

    /** What a pop would give, {@code above} bytes up from the top; zero-extended. */
    public static long peek(Processor cpu, int bytes, long above) {
        return cpu.mmu.load(linear(cpu, get(cpu) + above, bytes, false), bytes);
    }

    public static long pop(Processor cpu, int bytes) {
        long value = peek(cpu, bytes, 0);
        set(cpu, get(cpu) + bytes);
        return value;
    }
}
