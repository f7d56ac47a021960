package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;
import static dev.lungo.cpu.translate.HostCode.NOT_BELOW;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;

import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;

/** Shifts, multiplication, division, and tests of bits. */
final class BitEmitters extends Emitter {
    private static final int BELOW_OR_EQUAL = 6;

    BitEmitters(Emission to) {
        super(to);
    }

    void emit(Instruction i) {
        switch (i.mnemonic()) {
            case SHL -> shift(i, 4);
            case SHR -> shift(i, 5);
            case SAR -> shift(i, 7);
            case ROL -> shift(i, 0);
            case ROR -> shift(i, 1);
            case RCL -> shift(i, 2);
            case RCR -> shift(i, 3);
            case SHLD -> doubleShift(i, 0x0F_A4);
            case SHRD -> doubleShift(i, 0x0F_AC);
            case IMUL -> imul(i);
            case MUL -> multiply(i, 4);
            case DIV -> divide(i, false);
            case IDIV -> divide(i, true);
            case BT -> bit(i, 4);
            case BTS -> bit(i, 5);
            case BTR -> bit(i, 6);
            case BTC -> bit(i, 7);
            default -> throw new IllegalArgumentException("no emitter here: " + i);
        }
    }

    private void shift(Instruction i, int which) {
        int bytes = i.operand(0).bytes();
        boolean byCl = !(i.operand(1) instanceof Operand.Immediate);
        int count =
                byCl
                        ? -1
                        : (int) ((Operand.Immediate) i.operand(1)).value() & (bytes == 8 ? 63 : 31);
        boolean needs = FlagUse.of(i) == FlagUse.CHANGES;
        int opcode = (byCl ? 0xD2 : 0xC0) | wide(bytes);
        if (i.operand(0) instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, true);
            if (needs) {
                to.flags.need();
            }
            code.rm(opcode, bytes, which, T0, 0);
        } else {
            int guest = number(i.operand(0));
            if (needs) {
                to.flags.need();
            }
            to.flags.change(guest);
            int target = old(guest, T1);
            code.rr(opcode, bytes, which, target);
            if (!byCl) {
                code.u8(count);
            }
            to.written(guest, bytes, target);
            to.flags.set();
            return;
        }
        if (!byCl) {
            code.u8(count);
        }
        to.flags.set();
    }

    private void doubleShift(Instruction i, int opcode) {
        int bytes = i.operand(0).bytes();
        boolean byCl = !(i.operand(2) instanceof Operand.Immediate);
        int other = number(i.operand(1));
        if (i.operand(0) instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, true);
            to.flags.need();
            code.rm(opcode | (byCl ? 1 : 0), bytes, to.read(other, T1), T0, 0);
        } else {
            int guest = number(i.operand(0));
            to.flags.need();
            to.flags.change(guest);
            int target = old(guest, T1);
            code.rr(opcode | (byCl ? 1 : 0), bytes, to.read(other, T2), target);
            if (!byCl) {
                code.u8((int) ((Operand.Immediate) i.operand(2)).value());
            }
            to.written(guest, bytes, target);
            to.flags.set();
            return;
        }
        if (!byCl) {
            code.u8((int) ((Operand.Immediate) i.operand(2)).value());
        }
        to.flags.set();
    }

    private void imul(Instruction i) {
        int bytes = i.operand(0).bytes();
        if (i.operands().size() == 1) {
            multiply(i, 5);
            return;
        }
        int guest = number(i.operand(0));
        Operand source = i.operand(1);
        boolean three = i.operands().size() == 3;
        if (source instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, false);
        }
        to.flags.change(guest);
        int target = three ? Emission.target(guest, T1) : old(guest, T1);
        if (three) {
            long factor = ((Operand.Immediate) i.operand(2)).value();
            boolean small = factor == (byte) factor;
            int opcode = small ? 0x6B : 0x69;
            if (source instanceof Operand.Memory) {
                code.rm(opcode, bytes, target, T0, 0);
            } else {
                code.rr(opcode, bytes, target, to.read(number(source), T2));
            }
            code.immediate(small ? 1 : bytes, factor);
        } else if (source instanceof Operand.Memory) {
            code.rm(0x0F_AF, bytes, target, T0, 0);
        } else {
            code.rr(0x0F_AF, bytes, target, to.read(number(source), T2));
        }
        to.written(guest, bytes, target);
        to.flags.set();
    }

    /** MUL and IMUL to twice the width. */
    private void multiply(Instruction i, int which) {
        int bytes = i.operand(0).bytes();
        if (i.operand(0) instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, false);
            to.flags.change(0);
            to.flags.change(2);
            code.rm(0xF6 | wide(bytes), bytes, which, T0, 0);
        } else {
            int source = to.read(number(i.operand(0)), T1);
            to.flags.change(0);
            to.flags.change(2);
            code.rr(0xF6 | wide(bytes), bytes, which, source);
        }
        to.flags.set();
    }

    /** What would not fit, or divides by zero, is interpreted: the host must not fault. */
    private void divide(Instruction i, boolean signed) {
        int bytes = i.operand(0).bytes();
        int divisor = T1;
        if (i.operand(0) instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, false);
            code.rm(0x8B, bytes, T1, T0, 0);
        } else {
            divisor = to.read(number(i.operand(0)), T1);
        }
        to.flags.clobber();
        if (signed) {
            code.mov(T2, HostCode.RAX);
            code.rr(0xC1, bytes, 7, T2); // sar: what the high half must be
            code.u8(8 * bytes - 1);
            code.rr(0x3B, bytes, T2, HostCode.RDX);
            to.slow(NOT_ZERO);
            code.rm(0x8D, bytes, T2, divisor, 1);
            code.arithmetic(7, bytes, T2, 1);
            to.slow(BELOW_OR_EQUAL); // 0 or -1
        } else {
            code.rr(0x3B, bytes, HostCode.RDX, divisor);
            to.slow(NOT_BELOW);
        }
        to.flags.change(0);
        to.flags.change(2);
        code.rr(0xF7, bytes, signed ? 7 : 6, divisor);
        to.flags.set();
    }

    private void bit(Instruction i, int which) {
        int bytes = i.operand(0).bytes();
        boolean changes = which != 4;
        if (i.operand(0) instanceof Operand.Memory memory) {
            if (!(i.operand(1) instanceof Operand.Immediate)) {
                bitOfString(i, memory, which);
                return;
            }
            to.addressing.access(memory, bytes, changes);
            to.flags.need();
            locked(i);
            code.rm(0x0F_BA, bytes, which, T0, 0);
            code.u8((int) ((Operand.Immediate) i.operand(1)).value() & 8 * bytes - 1);
            to.flags.set();
            return;
        }
        int guest = number(i.operand(0));
        to.flags.need();
        if (changes) {
            to.flags.change(guest);
        }
        int target = old(guest, T1);
        if (i.operand(1) instanceof Operand.Immediate immediate) {
            code.rr(0x0F_BA, bytes, which, target);
            code.u8((int) immediate.value());
        } else {
            code.rr(0x0F_83 | which << 3, bytes, to.read(number(i.operand(1)), T2), target);
        }
        if (changes) {
            to.written(guest, bytes, target);
        }
        to.flags.set();
    }

    /** A bit as far from a place in memory as a register says. */
    private void bitOfString(Instruction i, Operand.Memory memory, int which) {
        int bytes = memory.bytes();
        int bit = number(i.operand(1));
        int addressBytes = memory.addressBytes() == 4 ? 4 : 8;
        to.flags.clobber();
        to.addressing.effectiveAddress(memory);
        element(bit, bytes);
        code.rmx(0x8D, addressBytes, T0, T0, T1, Integer.numberOfTrailingZeros(bytes), 0);
        to.addressing.address(memory.segment(), bytes, which != 4);
        to.addressing.access(bytes, which != 4);
        if (which == 4) {
            to.flags.need();
            code.rm(0x8B, bytes, T2, T0, 0);
            code.rr(0x0F_A3, bytes, to.read(bit, T1), T2);
        } else {
            element(bit, bytes); // back to where the host shall count from, too
            code.rr(0xF7, 8, 3, T1); // neg
            code.rmx(0x8D, 8, T0, T0, T1, Integer.numberOfTrailingZeros(bytes), 0);
            to.flags.need();
            int from = to.read(bit, T1);
            locked(i);
            code.rm(0x0F_83 | which << 3, bytes, from, T0, 0);
        }
        to.flags.set();
    }

    /** How many operands on the one with this bit is, in T1. */
    private void element(int bit, int bytes) {
        int from = to.read(bit, T1);
        switch (bytes) {
            case 2 -> code.rr(0x0F_BF, 8, T1, from); // movsx
            case 4 -> code.rr(0x63, 8, T1, from); // movsxd
            default -> code.mov(T1, from);
        }
        code.rr(0xC1, 8, 7, T1); // sar
        code.u8(Integer.numberOfTrailingZeros(8 * bytes));
    }
}
