package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;
import static dev.lungo.cpu.translate.HostCode.GREATER;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;
import static dev.lungo.cpu.translate.HostCode.ZERO;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.State;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Segment;

/** How a unit gets at memory: from operands by segments and the TLB to host addresses. */
final class Addressing {
    private static final int PAGE_SHIFT = 12;
    private static final int FS = 4;

    private final Emission to;
    private final HostCode code;

    Addressing(Emission to) {
        this.to = to;
        code = to.code;
    }

    /** Whether this memory operand has an emitter. */
    boolean canAddress(Operand.Memory memory) {
        return !memory.isVsib();
    }

    /** Whether the effective address is the linear one, but for a base in 64-bit mode. */
    boolean isFlat(Operand.Memory memory) {
        return !to.segmented && memory.addressBytes() != 2 && (to.is64() || !isBased(memory));
    }

    /** The effective address, in T0. */
    void effectiveAddress(Operand.Memory memory) {
        int size = memory.addressBytes() == 8 ? 8 : 4;
        int base = memory.base();
        int index = memory.index();
        int scale = Integer.numberOfTrailingZeros(memory.scale());
        int displacement = (int) memory.displacement();
        if (base == Operand.Memory.RIP) {
            code.load(T0, STATE, Frame.at(State.RIP));
            code.rm(0x8D, size, T0, T0, displacement + to.onPage(to.end()));
        } else if (index == Operand.Memory.NONE) {
            if (base == Operand.Memory.NONE) {
                code.constant(T0, size == 4 ? displacement & 0xFFFF_FFFFL : memory.displacement());
            } else {
                code.rm(0x8D, size, T0, to.read(base, T0), displacement);
            }
        } else {
            int hostBase = base == Operand.Memory.NONE ? HostCode.NONE : to.read(base, T0);
            code.rmx(0x8D, size, T0, hostBase, to.read(index, T1), scale, displacement);
        }
        if (memory.addressBytes() == 2) {
            code.rr(0x0F_B7, 4, T0, T0); // movzx
        }
    }

    private static boolean isBased(Operand.Memory memory) {
        return memory.segment() == Segment.FS || memory.segment() == Segment.GS;
    }

    /**
     * Makes the offset in T0 the linear address of so many bytes, and leaves it to the interpreter
     * if the segment does not allow the access. Spoils T2, and the flags if anything is done.
     */
    void address(Segment segment, int bytes, boolean store) {
        int number = Lowering.number(segment);
        int base = Frame.at(State.segmentBase(number));
        if (to.is64() && number >= FS) {
            code.rm(0x03, 8, T0, STATE, base);
        } else if (to.segmented || number >= FS) {
            int limit = store ? State.writeLimit(number) : State.readLimit(number);
            code.lea(T2, T0, bytes - 1);
            code.rm(0x3B, 8, T2, STATE, Frame.at(limit)); // cmp
            to.slow(GREATER);
            code.rm(0x03, 4, T0, STATE, base);
        }
    }

    /** The host address of a memory operand, in T0. Spoils T1 and T2. */
    void access(Operand.Memory memory, int bytes, boolean store) {
        if (to.segmented || isBased(memory)) {
            to.flags.clobber();
        }
        effectiveAddress(memory);
        address(memory.segment(), bytes, store);
        access(bytes, store);
    }

    /** Likewise, with an offset into the stack segment in T0. */
    void accessStack(int bytes, boolean store) {
        if (to.segmented) {
            to.flags.clobber();
        }
        address(Segment.SS, bytes, store);
        access(bytes, store);
    }

    /** Likewise, with the linear address in T0. */
    void access(int bytes, boolean store) {
        to.flags.clobber();
        if (bytes == 1) {
            code.mov(T2, T0);
        } else {
            code.lea(T2, T0, bytes - 1);
        }
        lookUpPage(store);
        if (store && to.checks) {
            code.constant(T1, bytes);
            code.call(to.stubs.log);
        }
    }

    /** Likewise, of so many elements as the host register {@code count} says, at most a page. */
    void accessRun(int count, int bytes, boolean store) {
        to.flags.clobber();
        int scale = Integer.numberOfTrailingZeros(bytes);
        code.rmx(0x8D, 8, T2, T0, count, scale, -1); // lea
        lookUpPage(store);
        if (store && to.checks) {
            code.rmx(0x8D, 8, T1, HostCode.NONE, count, scale, 0); // lea
            code.call(to.stubs.log);
        }
    }

    /** The host address for the linear address in T0, if the one in T2 is on the same page. */
    private void lookUpPage(boolean store) {
        int set = Mode.tlbSet(to.mode);
        int entries = Frame.at(State.TLB) + State.TLB_SET_BYTES * set;
        int tag = entries + (store ? State.TLB_WRITE : State.TLB_READ);
        tlbEntry(code, State.TLB_ENTRIES, State.TLB_ENTRY_BYTES);
        code.arithmetic(4, 8, T2, -(1 << PAGE_SHIFT));
        code.rmx(0x3B, 8, T2, STATE, T1, 0, tag);
        missed(set, store);
        code.rmx(0x03, 8, T0, STATE, T1, 0, entries + State.TLB_ADDEND);
    }

    /** Where in a set of a TLB the entry for the linear address in T0 is, in bytes, in T1. */
    static void tlbEntry(HostCode code, int entries, int entryBytes) {
        code.mov32(T1, T0);
        code.rr(0xC1, 4, 5, T1); // shr
        code.u8(PAGE_SHIFT - Integer.numberOfTrailingZeros(entryBytes));
        code.arithmetic(4, 4, T1, (entries - 1) * (long) entryBytes); // and
    }

    /** If there is no such entry, makes one, or has the instruction interpreted. */
    private void missed(int set, boolean store) {
        long[][] refill = to.stubs.refill;
        boolean fills = set < refill.length;
        to.slow(
                NOT_ZERO,
                Exit.Cause.TLB_MISS,
                filled -> {
                    if (fills) {
                        code.call(refill[set][store ? 1 : 0]);
                        code.jcc(ZERO, filled);
                    }
                });
    }
}
