package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;

import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;

/** Addition, subtraction, logic, what compares and exchanges, and the flags themselves. */
final class ArithmeticEmitters extends Emitter {
    private static final int RAX = 0;

    ArithmeticEmitters(Emission to) {
        super(to);
    }

    void emit(Instruction i) {
        switch (i.mnemonic()) {
            case ADD -> arithmetic(i, 0);
            case OR -> arithmetic(i, 1);
            case ADC -> arithmetic(i, 2);
            case SBB -> arithmetic(i, 3);
            case AND -> arithmetic(i, 4);
            case SUB -> arithmetic(i, 5);
            case XOR -> arithmetic(i, 6);
            case CMP -> arithmetic(i, 7);
            case TEST -> test(i);
            case INC -> unary(i, 0xFE, 0);
            case DEC -> unary(i, 0xFE, 1);
            case NOT -> unary(i, 0xF6, 2);
            case NEG -> unary(i, 0xF6, 3);
            case CMPXCHG -> compareExchange(i);
            case XADD -> exchangeAdd(i);
            case CLC -> flags(0xF8);
            case STC -> flags(0xF9);
            case CMC -> flags(0xF5);
            case SAHF -> flags(0x9E);
            case LAHF -> {
                to.flags.need();
                to.flags.change(RAX);
                code.u8(0x9F);
            }
            default -> throw new IllegalArgumentException("no emitter here: " + i);
        }
    }

    /** What changes some flags and nothing else. */
    private void flags(int opcode) {
        to.flags.need();
        code.u8(opcode);
        to.flags.set();
    }

    private void arithmetic(Instruction i, int which) {
        int bytes = i.operand(0).bytes();
        boolean carry = which == 2 || which == 3;
        boolean compares = which == 7;
        int base = which << 3;
        if (i.operand(0) instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, !compares);
            if (carry) {
                to.flags.need();
            }
            if (i.operand(1) instanceof Operand.Immediate immediate) {
                locked(i);
                code.arithmetic(which, bytes, T0, 0, immediate.value());
            } else {
                int from = value(i.operand(1), T1);
                locked(i);
                code.rm(base | wide(bytes), bytes, from, T0, 0);
            }
            to.flags.set();
            return;
        }
        int guest = number(i.operand(0));
        if (i.operand(1) instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, false);
            if (carry) {
                to.flags.need();
            }
            if (!compares) {
                to.flags.change(guest);
            }
            int target = value(i.operand(0), T1);
            code.rm(base | 2 | wide(bytes), bytes, target, T0, 0);
            if (!compares) {
                written(i.operand(0), bytes, target);
            }
            to.flags.set();
            return;
        }
        if (carry) {
            to.flags.need();
        }
        if (!compares) {
            to.flags.change(guest);
        }
        if (i.operand(1) instanceof Operand.Immediate immediate) {
            int target = value(i.operand(0), T1);
            code.arithmetic(which, bytes, target, immediate.value());
            if (!compares) {
                written(i.operand(0), bytes, target);
            }
            if (isHigh(i.operand(0))) {
                to.flags.set();
                return;
            }
            long value = signed(immediate.value(), bytes);
            switch (which) {
                case 0 -> to.flags.set(FlagsKind.ADD, bytes, guest, value);
                case 5 -> to.flags.set(FlagsKind.SUB, bytes, guest, value);
                case 7 -> to.flags.set(FlagsKind.CMP, bytes, guest, value);
                case 1, 4, 6 -> to.flags.set(FlagsKind.LOGIC, bytes, guest, -1);
                default -> to.flags.set();
            }
            return;
        }
        int other = number(i.operand(1));
        int from = value(i.operand(1), T2);
        int target = value(i.operand(0), T1);
        code.rr(base | wide(bytes), bytes, from, target);
        if (!compares) {
            written(i.operand(0), bytes, target);
        }
        if (isHigh(i.operand(0)) || isHigh(i.operand(1))) {
            to.flags.set();
        } else if (which == 1 || which == 4 || which == 6) {
            to.flags.set(FlagsKind.LOGIC, bytes, guest, -1);
        } else if (which == 7) {
            to.flags.set(FlagsKind.CMP, bytes, guest, other);
        } else if (guest != other && which == 0) {
            to.flags.set(FlagsKind.ADD, bytes, guest, other);
        } else if (guest != other && which == 5) {
            to.flags.set(FlagsKind.SUB, bytes, guest, other);
        } else {
            to.flags.set();
        }
    }

    private void test(Instruction i) {
        int bytes = i.operand(0).bytes();
        if (i.operand(0) instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, false);
            if (i.operand(1) instanceof Operand.Immediate immediate) {
                code.rm(0xF6 | wide(bytes), bytes, 0, T0, 0);
                code.immediate(bytes, immediate.value());
            } else {
                code.rm(0x84 | wide(bytes), bytes, value(i.operand(1), T1), T0, 0);
            }
            to.flags.set();
            return;
        }
        int guest = number(i.operand(0));
        int a = value(i.operand(0), T1);
        if (i.operand(1) instanceof Operand.Immediate immediate) {
            code.rr(0xF6 | wide(bytes), bytes, 0, a);
            code.immediate(bytes, immediate.value());
            to.flags.set();
        } else {
            code.rr(0x84 | wide(bytes), bytes, value(i.operand(1), T2), a);
            if (i.operand(0).equals(i.operand(1)) && !isHigh(i.operand(0))) {
                to.flags.set(FlagsKind.LOGIC, bytes, guest, -1);
            } else {
                to.flags.set();
            }
        }
    }

    private void unary(Instruction i, int opcode, int which) {
        int bytes = i.operand(0).bytes();
        boolean step = opcode == 0xFE;
        if (i.operand(0) instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, true);
            if (step) {
                to.flags.need();
            }
            locked(i);
            code.rm(opcode | wide(bytes), bytes, which, T0, 0);
        } else {
            int guest = number(i.operand(0));
            if (step) {
                to.flags.need();
            }
            to.flags.change(guest);
            int target = old(guest, T1);
            code.rr(opcode | wide(bytes), bytes, which, target);
            to.written(guest, bytes, target);
        }
        if (which != 2) {
            to.flags.set();
        }
    }

    private void compareExchange(Instruction i) {
        int bytes = i.operand(0).bytes();
        int from = number(i.operand(1));
        if (i.operand(0) instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, true);
            int source = to.read(from, T1);
            locked(i);
            code.rm(0x0F_B0 | wide(bytes), bytes, source, T0, 0);
            to.flags.set();
            return;
        }
        int guest = number(i.operand(0));
        int target = old(guest, T1);
        code.rr(0x0F_B0 | wide(bytes), bytes, to.read(from, T2), target);
        to.written(guest, bytes, target);
        to.flags.set();
    }

    private void exchangeAdd(Instruction i) {
        int bytes = i.operand(0).bytes();
        int from = number(i.operand(1));
        if (i.operand(0) instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, true);
            int source = old(from, T1);
            locked(i);
            code.rm(0x0F_C0 | wide(bytes), bytes, source, T0, 0);
            to.written(from, bytes, source);
            to.flags.set();
            return;
        }
        int guest = number(i.operand(0));
        int target = old(guest, T1);
        int source = old(from, T2);
        if (guest == from) {
            source = target;
        }
        code.rr(0x0F_C0 | wide(bytes), bytes, source, target);
        to.written(from, bytes, source);
        to.written(guest, bytes, target);
        to.flags.set();
    }
}
