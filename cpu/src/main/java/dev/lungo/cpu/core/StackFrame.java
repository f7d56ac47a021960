package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;

/**
 * A stack that several values are pushed on or popped from, as one: the stack pointer moves here,
 * and in the processor only with {@link #commit}. SDM 1, "Stacks".
 */
public final class StackFrame {
    private final Processor cpu;
    private final Mmu mmu;

    private boolean is64;
    private long base;
    private int limit;
    private int access;
    private long mask;
    private long pointer;

    /** Whether accesses have supervisor rights although CPL is 3. */
    private boolean inner;

    /** Of #SS. */
    private int errorCode;

    StackFrame(Processor cpu) {
        this.cpu = cpu;
        this.mmu = cpu.mmu;
    }

    /** The stack in use, as it is. */
    public StackFrame current() {
        is64 = cpu.is64();
        Segments segments = cpu.segments;
        base = is64 ? 0 : segments.base(Segments.SS);
        limit = segments.limit[Segments.SS];
        access = segments.access[Segments.SS];
        mask = mask(Mode.stackBytes(cpu.mode()));
        pointer = Raw.getLong(cpu.state + State.gpr(4)) & mask;
        inner = false;
        errorCode = cpu.tables.external;
        return this;
    }

    /** The stack of an inner privilege level, outside of 64-bit mode. */
    StackFrame inner(int selector, long descriptor, long esp) {
        is64 = false;
        base = Descriptor.base(descriptor);
        limit = Descriptor.limit(descriptor);
        access = Descriptor.access(descriptor);
        mask = Descriptor.isBig(descriptor) ? 0xFFFF_FFFFL : 0xFFFF;
        pointer = esp & mask;
        inner = true;
        errorCode = selector & 0xFFFC | cpu.tables.external;
        return this;
    }

    /** A stack of 64-bit mode, for code of a privilege level. */
    StackFrame flat(long rsp, int cpl) {
        is64 = true;
        base = 0;
        mask = -1;
        pointer = rsp;
        inner = cpl != cpu.cpl;
        errorCode = cpu.tables.external;
        return this;
    }

    private static long mask(int bytes) {
        return bytes == 8 ? -1 : (1L << 8 * bytes) - 1;
    }

    long pointer() {
        return pointer;
    }

    /** Moves the pointer, as releasing parameters does. */
    public void skip(long bytes) {
        pointer = pointer + bytes & mask;
    }

    public void push(long value, int bytes) {
        long at = pointer - bytes & mask;
        long linear = linear(at, bytes, true);
        if (inner) {
            mmu.storeSupervisor(linear, bytes, value);
        } else {
            mmu.store(linear, bytes, value);
        }
        pointer = at;
    }

    /** Zero-extended. */
    public long pop(int bytes) {
        long value = mmu.load(linear(pointer, bytes, false), bytes);
        pointer = pointer + bytes & mask;
        return value;
    }

    /** What lies {@code offset} bytes above the pointer. */
    long peek(long offset, int bytes) {
        return mmu.load(linear(pointer + offset & mask, bytes, false), bytes);
    }

    private long linear(long offset, int bytes, boolean store) {
        if (is64) {
            if (!cpu.isCanonical(offset) || !cpu.isCanonical(offset + bytes - 1)) {
                throw cpu.fault(ExceptionVector.SS, errorCode);
            }
            return offset;
        }
        if (!Segments.allows(access, store) || !Segments.within(access, limit, offset, bytes)) {
            throw cpu.fault(ExceptionVector.SS, errorCode);
        }
        return base + offset & 0xFFFF_FFFFL;
    }

    /** Makes the pointer the processor's: SP, ESP or RSP, by the stack's width. */
    public void commit() {
        setPointer(cpu, pointer, mask);
    }

    /** Sets as much of RSP as the stack segment's width says. */
    static void setPointer(Processor cpu, long value, long mask) {
        long rsp = cpu.state + State.gpr(4);
        if (mask == 0xFFFF) {
            Raw.putShort(rsp, (int) value);
        } else {
            Raw.putLong(rsp, value & mask);
        }
    }
}
