package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;

import dev.lungo.cpu.core.Segments;
import dev.lungo.cpu.core.State;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;

/** MOV and its like: nothing here sets flags. SDM 2, "MOV" and others. */
final class MoveEmitters extends Emitter {
    MoveEmitters(Emission to) {
        super(to);
    }

    void emit(Instruction i) {
        switch (i.mnemonic()) {
            case MOV -> mov(i);
            case MOVZX, MOVSX, MOVSXD -> extend(i);
            case LEA -> lea(i);
            case BSWAP -> bswap(i);
            case CBW -> accumulator(2, 0x98);
            case CWDE -> accumulator(4, 0x98);
            case CDQE -> accumulator(8, 0x98);
            case CWD -> sign(2);
            case CDQ -> sign(4);
            case CQO -> sign(8);
            case XCHG -> exchange(i);
            case SWAPGS -> swapGs();
            default -> throw new IllegalArgumentException("no emitter here: " + i);
        }
    }

    private void mov(Instruction i) {
        int bytes = i.operand(0).bytes();
        if (i.operand(0) instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, true);
            if (i.operand(1) instanceof Operand.Immediate immediate) {
                long value = signed(immediate.value(), bytes);
                if (Emission.fits(value)) {
                    code.rm(bytes == 1 ? 0xC6 : 0xC7, bytes, 0, T0, 0);
                    code.immediate(bytes, value);
                    return;
                }
            }
            int from = value(i.operand(1), T1);
            code.rm(0x88 | wide(bytes), bytes, from, T0, 0);
            return;
        }
        Operand destination = i.operand(0);
        int guest = number(destination);
        int target = target(destination, T1);
        if (i.operand(1) instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, false);
            to.flags.change(guest);
            if (bytes < 4 && target == T1) {
                code.rm(bytes == 1 ? 0x0F_B6 : 0x0F_B7, 4, T1, T0, 0);
            } else {
                code.rm(0x8A | wide(bytes), bytes, target, T0, 0);
            }
            written(destination, bytes, target);
            return;
        }
        to.flags.change(guest);
        if (i.operand(1) instanceof Operand.Immediate immediate) {
            if (bytes >= 4) {
                long value = bytes == 4 ? immediate.value() & 0xFFFF_FFFFL : immediate.value();
                code.constant(target, value);
            } else {
                code.rr(bytes == 1 ? 0xC6 : 0xC7, bytes, 0, target);
                code.immediate(bytes, immediate.value());
            }
        } else {
            int from = value(i.operand(1), T2);
            if (bytes == 4 || from != target) {
                code.rr(0x8A | wide(bytes), bytes, target, from);
            }
        }
        written(destination, bytes, target);
    }

    private void extend(Instruction i) {
        int bytes = i.operand(0).bytes();
        int from = i.operand(1).bytes();
        int opcode =
                switch (i.mnemonic()) {
                    case MOVZX -> from == 1 ? 0x0F_B6 : 0x0F_B7;
                    case MOVSX -> from == 1 ? 0x0F_BE : 0x0F_BF;
                    default -> 0x63;
                };
        int guest = number(i.operand(0));
        int target = Emission.target(guest, T1);
        if (i.operand(1) instanceof Operand.Memory memory) {
            to.addressing.access(memory, from, false);
            to.flags.change(guest);
            code.rm(opcode, bytes, target, T0, 0);
        } else {
            to.flags.change(guest);
            int source = value(i.operand(1), T2);
            code.rrFromByte(opcode, bytes, target, source, from == 1);
        }
        to.written(guest, bytes, target);
    }

    private void lea(Instruction i) {
        int bytes = i.operand(0).bytes();
        int guest = number(i.operand(0));
        to.addressing.effectiveAddress((Operand.Memory) i.operand(1));
        to.flags.change(guest);
        int target = Emission.target(guest, T0);
        if (target != T0 || bytes == 4) {
            code.rr(0x8B, bytes, target, T0);
        }
        to.written(guest, bytes, target);
    }

    private void bswap(Instruction i) {
        int bytes = i.operand(0).bytes();
        int guest = number(i.operand(0));
        to.flags.change(guest);
        int target = old(guest, T1);
        code.bswap(bytes, target);
        to.written(guest, bytes, target);
    }

    private void accumulator(int bytes, int opcode) {
        to.flags.change(0);
        code.plain(bytes, opcode);
    }

    private void sign(int bytes) {
        to.flags.change(2);
        code.plain(bytes, 0x99);
    }

    private void swapGs() {
        int base = Frame.at(State.segmentBase(Segments.GS));
        int other = Frame.at(State.KERNEL_GS_BASE);
        code.load(T0, STATE, base);
        code.load(T1, STATE, other);
        code.store(STATE, base, T1);
        code.store(STATE, other, T0);
    }

    private void exchange(Instruction i) {
        int bytes = i.operand(0).bytes();
        Operand first = i.operand(0);
        Operand second = i.operand(1);
        if (second instanceof Operand.Memory) {
            first = second;
            second = i.operand(0);
        }
        int b = number(second);
        if (first instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, true);
            to.flags.change(b);
            int target = old(b, T1);
            code.rm(0x86 | wide(bytes), bytes, target, T0, 0);
            to.written(b, bytes, target);
            return;
        }
        int a = number(first);
        to.flags.change(a);
        to.flags.change(b);
        int hostA = old(a, T1);
        int hostB = old(b, T2);
        if (a == b) {
            if (bytes == 4) {
                code.mov32(hostA, hostA);
                to.written(a, bytes, hostA);
            }
            return;
        }
        code.mov(T0, hostA);
        code.rr(0x8A | wide(bytes), bytes, hostA, hostB);
        code.rr(0x8A | wide(bytes), bytes, hostB, T0);
        to.written(a, bytes, hostA);
        to.written(b, bytes, hostB);
    }
}
