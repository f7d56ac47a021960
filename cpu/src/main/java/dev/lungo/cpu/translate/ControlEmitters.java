package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;

import dev.lungo.cpu.core.State;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Rflags;

/** The stack, near branches, and what depends on a condition. */
final class ControlEmitters extends Emitter {
    private static final int RSP = 4;
    private static final int RBP = 5;
    private static final int AND = 4;
    private static final int OR = 0x0B;

    ControlEmitters(Emission to) {
        super(to);
    }

    void emit(Instruction i) {
        switch (i.mnemonic()) {
            case PUSH -> push(i);
            case PUSHF -> pushFlags();
            case POP -> pop(i);
            case LEAVE -> leave();
            case JMP -> jmp(i);
            case CALL -> call(i);
            case RET -> ret(i);
            default -> conditional(i);
        }
    }

    private int stackBytes() {
        return to.is64() ? 8 : 4;
    }

    private void stackMoves(int by) {
        to.change(RSP);
        int rsp = Frame.host(RSP);
        code.rm(0x8D, stackBytes(), rsp, rsp, by);
    }

    /** The host address of what a push will write, in T0. */
    private void top() {
        int rsp = Frame.host(RSP);
        code.rm(0x8D, stackBytes(), T0, rsp, -stackBytes());
        to.access(stackBytes(), true);
    }

    private void push(Instruction i) {
        int bytes = stackBytes();
        switch (i.operand(0)) {
            case Operand.Memory memory -> {
                to.access(memory, bytes, false);
                code.rm(0x8B, bytes, T1, T0, 0);
                code.store(STATE, Frame.at(State.JUMP_RIP), T1);
                top();
                code.load(T1, STATE, Frame.at(State.JUMP_RIP));
                code.rm(0x89, bytes, T1, T0, 0);
            }
            case Operand.Immediate immediate -> {
                top();
                code.rm(0xC7, bytes, 0, T0, 0);
                code.u32((int) immediate.value());
            }
            default -> {
                top();
                code.rm(0x89, bytes, to.read(number(i.operand(0)), T1), T0, 0);
            }
        }
        stackMoves(-bytes);
    }

    private void pushFlags() {
        to.needFlags();
        code.u8(0x9C); // pushf
        code.rm(0x8F, 4, 0, STATE, Frame.at(State.JUMP_RIP)); // pop
        top();
        code.load(T1, STATE, Frame.at(State.JUMP_RIP));
        code.arithmetic(AND, 4, T1, Rflags.STATUS);
        code.load(T2, STATE, Frame.at(State.RFLAGS));
        code.arithmetic(AND, 4, T2, ~(Rflags.RF | Rflags.VM));
        code.rr(OR, 4, T1, T2);
        code.rm(0x89, stackBytes(), T1, T0, 0);
        stackMoves(-stackBytes());
    }

    private void pop(Instruction i) {
        int bytes = stackBytes();
        int guest = number(i.operand(0));
        code.mov(T0, Frame.host(RSP));
        to.access(bytes, false);
        to.change(guest);
        int target = guest == RSP ? T1 : Emission.target(guest, T1);
        code.rm(0x8B, bytes, target, T0, 0);
        stackMoves(bytes);
        if (guest == RSP) {
            code.rr(0x8B, bytes, Frame.host(RSP), T1);
        } else {
            to.written(guest, bytes, target);
        }
    }

    private void leave() {
        int bytes = stackBytes();
        code.mov(T0, Frame.host(RBP));
        to.access(bytes, false);
        to.change(RSP);
        to.change(RBP);
        code.rm(0x8D, bytes, Frame.host(RSP), Frame.host(RBP), bytes);
        code.rm(0x8B, bytes, Frame.host(RBP), T0, 0);
    }

    private void jmp(Instruction i) {
        if (i.operand(0) instanceof Operand.Relative relative) {
            to.branch(to.end() + (int) relative.offset());
            return;
        }
        target(i.operand(0));
        to.lookUp();
        to.goNow();
    }

    /** The target of an indirect branch, in T0. */
    private void target(Operand operand) {
        if (operand instanceof Operand.Memory memory) {
            to.access(memory, stackBytes(), false);
            code.rm(0x8B, stackBytes(), T0, T0, 0);
        } else {
            code.rr(0x8B, stackBytes(), T0, to.read(number(operand), T0));
        }
    }

    private void call(Instruction i) {
        boolean near = false;
        int delta = 0;
        if (i.operand(0) instanceof Operand.Relative relative) {
            delta = to.end() + (int) relative.offset();
            near = to.isOnPage(delta);
        }
        if (!near) {
            if (i.operand(0) instanceof Operand.Relative) {
                to.farTarget(delta);
            } else {
                target(i.operand(0));
            }
            to.lookUp();
            to.keep();
        }
        top();
        to.returnAddress(T1);
        code.rm(0x89, stackBytes(), T1, T0, 0);
        stackMoves(-stackBytes());
        if (near) {
            to.branch(delta);
        } else {
            to.goToKept();
        }
    }

    private void ret(Instruction i) {
        int release =
                i.operands().isEmpty()
                        ? 0
                        : (int) ((Operand.Immediate) i.operand(0)).value() & 0xFFFF;
        code.mov(T0, Frame.host(RSP));
        to.access(stackBytes(), false);
        code.rm(0x8B, stackBytes(), T0, T0, 0);
        to.lookUp();
        stackMoves(stackBytes() + release);
        to.goNow();
    }

    private void conditional(Instruction i) {
        Mnemonic mnemonic = i.mnemonic();
        if (mnemonic.compareTo(Mnemonic.SETO) < 0) {
            Operand.Relative relative = (Operand.Relative) i.operand(0);
            to.branchIf(mnemonic.compareTo(Mnemonic.JO), to.end() + (int) relative.offset());
        } else if (mnemonic.compareTo(Mnemonic.CMOVO) < 0) {
            set(i, mnemonic.compareTo(Mnemonic.SETO));
        } else {
            moveIf(i, mnemonic.compareTo(Mnemonic.CMOVO));
        }
    }

    private void set(Instruction i, int condition) {
        if (i.operand(0) instanceof Operand.Memory memory) {
            to.access(memory, 1, true);
            to.needFlags();
            code.rm(0x0F_90 | condition, 1, 0, T0, 0);
            return;
        }
        int guest = number(i.operand(0));
        to.needFlags();
        to.change(guest);
        int target = Emission.target(guest, T1);
        code.rr(0x0F_90 | condition, 1, 0, target);
        to.written(guest, 1, target);
    }

    private void moveIf(Instruction i, int condition) {
        int bytes = i.operand(0).bytes();
        int guest = number(i.operand(0));
        if (i.operand(1) instanceof Operand.Memory memory) {
            to.access(memory, bytes, false);
            to.needFlags();
            to.change(guest);
            int target = old(guest, T1);
            code.rm(0x0F_40 | condition, bytes, target, T0, 0);
            to.written(guest, bytes, target);
            return;
        }
        to.needFlags();
        to.change(guest);
        int from = to.read(number(i.operand(1)), T2);
        int target = old(guest, T1);
        code.rr(0x0F_40 | condition, bytes, target, from);
        to.written(guest, bytes, target);
    }
}
