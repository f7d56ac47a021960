package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;
import static dev.lungo.cpu.translate.HostCode.AND;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;
import static dev.lungo.cpu.translate.HostCode.ZERO;

import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.State;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Rflags;

/** The stack, near branches, and what depends on a condition. */
final class ControlEmitters extends Emitter {
    private static final int RCX = 1;
    private static final int RSP = 4;
    private static final int RBP = 5;
    private static final int OR = 0x0B;

    /** What POPF may change beside the status flags; and what it does only with 32 bits or more. */
    private static final long POPPED =
            Rflags.TF | Rflags.IF | Rflags.DF | Rflags.IOPL | Rflags.NT | Rflags.RF;

    private static final long POPPED_IN_FULL = Rflags.AC | Rflags.ID;

    ControlEmitters(Emission to) {
        super(to);
    }

    void emit(Instruction i) {
        switch (i.mnemonic()) {
            case PUSH -> push(i);
            case PUSHF -> pushFlags(i.operandBytes());
            case POP -> pop(i);
            case POPF -> popFlags(i.operandBytes());
            case LEAVE -> leave(i.operandBytes());
            case JMP -> jmp(i);
            case CALL -> call(i);
            case RET -> ret(i);
            case LOOP -> loop(i);
            case JCXZ -> jumpIfNoCount(i);
            default -> conditional(i);
        }
    }

    /** Adds to the stack pointer, as many of its bits as there are. */
    private void stackMoves(int by) {
        to.flags.change(RSP);
        int rsp = Frame.host(RSP);
        code.rm(0x8D, pointerBytes(), rsp, rsp, by);
    }

    private int pointerBytes() {
        return Mode.stackBytes(to.mode);
    }

    /** A register plus so much, as an offset into the stack segment, in T0. */
    private void stackOffset(int register, int displacement) {
        if (displacement == 0) {
            code.rr(0x8B, pointerBytes() == 8 ? 8 : 4, T0, register);
        } else {
            code.rm(0x8D, pointerBytes() == 8 ? 8 : 4, T0, register, displacement);
        }
        if (pointerBytes() == 2) {
            code.rr(0x0F_B7, 4, T0, T0); // movzx
        }
    }

    /** The host address of what a push will write, in T0. */
    private void top(int bytes) {
        stackOffset(Frame.host(RSP), -bytes);
        to.addressing.accessStack(bytes, true);
    }

    private void push(Instruction i) {
        int bytes = i.operandBytes();
        switch (i.operand(0)) {
            case Operand.Memory memory -> {
                to.addressing.access(memory, bytes, false);
                code.rm(0x8B, bytes, T1, T0, 0);
                code.store(STATE, Frame.at(State.JUMP_RIP), T1);
                top(bytes);
                code.load(T1, STATE, Frame.at(State.JUMP_RIP));
                code.rm(0x89, bytes, T1, T0, 0);
            }
            case Operand.Immediate immediate -> {
                top(bytes);
                code.rm(0xC7, bytes, 0, T0, 0);
                code.immediate(bytes, immediate.value());
            }
            default -> {
                top(bytes);
                code.rm(0x89, bytes, to.read(number(i.operand(0)), T1), T0, 0);
            }
        }
        stackMoves(-bytes);
    }

    private void pushFlags(int bytes) {
        to.flags.need();
        code.u8(0x9C); // pushf
        code.rm(0x8F, 4, 0, STATE, Frame.at(State.JUMP_RIP)); // pop
        top(bytes);
        code.load(T1, STATE, Frame.at(State.JUMP_RIP));
        code.arithmetic(AND, 4, T1, Rflags.STATUS);
        code.load(T2, STATE, Frame.at(State.RFLAGS));
        code.arithmetic(AND, 4, T2, ~(Rflags.RF | Rflags.VM));
        code.rr(OR, 4, T1, T2);
        code.rm(0x89, bytes, T1, T0, 0);
        stackMoves(-bytes);
    }

    private void pop(Instruction i) {
        int bytes = i.operandBytes();
        int guest = number(i.operand(0));
        stackOffset(Frame.host(RSP), 0);
        to.addressing.accessStack(bytes, false);
        to.flags.change(guest);
        int target = guest == RSP ? T1 : Emission.target(guest, T1);
        code.rm(0x8B, bytes, target, T0, 0);
        stackMoves(bytes);
        if (guest == RSP) {
            code.rr(0x8B, bytes, Frame.host(RSP), T1);
        } else {
            to.written(guest, bytes, target);
        }
    }

    /** Where nothing but the status flags changes. */
    private void popFlags(int bytes) {
        stackOffset(Frame.host(RSP), 0);
        to.addressing.accessStack(bytes, false);
        loadWord(T1, bytes);
        to.flags.clobber();
        code.load(T2, STATE, Frame.at(State.RFLAGS));
        code.rr(0x33, 4, T2, T1); // xor
        code.arithmetic(AND, 4, T2, bytes == 2 ? POPPED : POPPED | POPPED_IN_FULL);
        to.slow(NOT_ZERO);
        code.arithmetic(AND, 4, T1, Rflags.STATUS);
        code.store(STATE, Frame.at(State.FLAGS_A), T1);
        to.flags.stored();
        stackMoves(bytes);
    }

    private void leave(int bytes) {
        stackOffset(Frame.host(RBP), 0);
        to.addressing.accessStack(bytes, false);
        to.flags.change(RSP);
        to.flags.change(RBP);
        code.rm(0x8D, pointerBytes(), Frame.host(RSP), Frame.host(RBP), bytes);
        code.rm(0x8B, bytes, Frame.host(RBP), T0, 0);
    }

    private void jmp(Instruction i) {
        if (i.operand(0) instanceof Operand.Relative relative) {
            to.branching.branch(to.end() + (int) relative.offset(), i.operandBytes());
            return;
        }
        target(i);
        to.branching.lookUp();
        to.branching.goNow();
    }

    /** The target of an indirect branch, in T0. */
    private void target(Instruction i) {
        int bytes = i.operandBytes();
        if (i.operand(0) instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, false);
            loadWord(T0, bytes);
        } else if (bytes == 2) {
            code.rr(0x0F_B7, 4, T0, to.read(number(i.operand(0)), T0)); // movzx
        } else {
            code.rr(0x8B, bytes, T0, to.read(number(i.operand(0)), T0));
        }
    }

    /** A value so wide, with zeros before it, from the host address in T0. */
    private void loadWord(int into, int bytes) {
        code.rm(bytes == 2 ? 0x0F_B7 : 0x8B, Math.max(bytes, 4), into, T0, 0);
    }

    private void call(Instruction i) {
        int bytes = i.operandBytes();
        boolean near = false;
        int delta = 0;
        if (i.operand(0) instanceof Operand.Relative relative) {
            delta = to.end() + (int) relative.offset();
            near = to.branching.isSafe(delta, bytes);
        }
        if (!near) {
            if (i.operand(0) instanceof Operand.Relative) {
                to.branching.farTarget(delta, bytes);
            } else {
                target(i);
            }
            to.branching.lookUp();
            to.branching.keep();
        }
        top(bytes);
        to.branching.returnAddress(T1);
        code.rm(0x89, bytes, T1, T0, 0);
        stackMoves(-bytes);
        if (bytes == pointerBytes()) {
            to.returns.remember();
        }
        if (near) {
            to.branching.branch(delta, bytes);
        } else {
            to.branching.goToKept();
        }
    }

    private void ret(Instruction i) {
        int bytes = i.operandBytes();
        int release =
                i.operands().isEmpty()
                        ? 0
                        : (int) ((Operand.Immediate) i.operand(0)).value() & 0xFFFF;
        stackOffset(Frame.host(RSP), 0);
        to.addressing.accessStack(bytes, false);
        loadWord(T0, bytes);
        if (bytes == pointerBytes()) {
            to.returns.lookUp();
        } else {
            to.branching.lookUp();
        }
        stackMoves(bytes + release);
        to.branching.goNow();
    }

    /** Has ZF, which is not the guest's, say whether what RCX counts is zero. */
    private void testCount(int bytes) {
        to.flags.clobber();
        code.rr(0x85, bytes, Frame.host(RCX), Frame.host(RCX)); // test
    }

    private void jumpIfNoCount(Instruction i) {
        testCount(i.addressBytes());
        to.branching.branchNow(ZERO, to.end() + (int) relative(i).offset(), i.operandBytes());
    }

    private void loop(Instruction i) {
        int bytes = i.addressBytes();
        to.flags.change(RCX);
        to.flags.clobber();
        code.rm(0x8D, bytes, Frame.host(RCX), Frame.host(RCX), -1); // lea
        to.undoBy(() -> code.rm(0x8D, bytes, Frame.host(RCX), Frame.host(RCX), 1));
        testCount(bytes);
        to.branching.branchNow(NOT_ZERO, to.end() + (int) relative(i).offset(), i.operandBytes());
    }

    private static Operand.Relative relative(Instruction i) {
        return (Operand.Relative) i.operand(0);
    }

    private void conditional(Instruction i) {
        Mnemonic mnemonic = i.mnemonic();
        if (mnemonic.compareTo(Mnemonic.SETO) < 0) {
            to.branching.branchIf(
                    mnemonic.compareTo(Mnemonic.JO),
                    to.end() + (int) relative(i).offset(),
                    i.operandBytes());
        } else if (mnemonic.compareTo(Mnemonic.CMOVO) < 0) {
            set(i, mnemonic.compareTo(Mnemonic.SETO));
        } else {
            moveIf(i, mnemonic.compareTo(Mnemonic.CMOVO));
        }
    }

    private void set(Instruction i, int condition) {
        if (i.operand(0) instanceof Operand.Memory memory) {
            to.addressing.access(memory, 1, true);
            to.flags.need();
            code.rm(0x0F_90 | condition, 1, 0, T0, 0);
            return;
        }
        int guest = number(i.operand(0));
        to.flags.need();
        to.flags.change(guest);
        int target = Emission.target(guest, T1);
        code.rr(0x0F_90 | condition, 1, 0, target);
        to.written(guest, 1, target);
    }

    private void moveIf(Instruction i, int condition) {
        int bytes = i.operand(0).bytes();
        int guest = number(i.operand(0));
        if (i.operand(1) instanceof Operand.Memory memory) {
            to.addressing.access(memory, bytes, false);
            to.flags.need();
            to.flags.change(guest);
            int target = old(guest, T1);
            code.rm(0x0F_40 | condition, bytes, target, T0, 0);
            to.written(guest, bytes, target);
            return;
        }
        to.flags.need();
        to.flags.change(guest);
        int from = to.read(number(i.operand(1)), T2);
        int target = old(guest, T1);
        code.rr(0x0F_40 | condition, bytes, target, from);
        to.written(guest, bytes, target);
    }
}
