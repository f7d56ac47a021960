package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;

import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;
import dev.lungo.isa.RegisterKind;

/** What the emitters of a family of instructions share: how operands become host registers. */
abstract class Emitter {
    final Emission to;
    final HostCode code;

    Emitter(Emission to) {
        this.to = to;
        this.code = to.code;
    }

    static int number(Operand operand) {
        return ((Operand.Register) operand).number();
    }

    static int wide(int bytes) {
        return bytes == 1 ? 0 : 1;
    }

    /** AH, CH, DH or BH. */
    static boolean isHigh(Operand operand) {
        return operand instanceof Operand.Register register
                && register.kind() == RegisterKind.GPR8_HIGH;
    }

    /** A register operand or an immediate, as a host register. */
    int value(Operand operand, int temporary) {
        if (operand instanceof Operand.Immediate immediate) {
            code.constant(temporary, immediate.value());
            return temporary;
        }
        int guest = number(operand);
        if (isHigh(operand)) { // no temporary can be named beside it
            code.store(STATE, Frame.gpr(guest), Frame.host(guest));
            code.rm(0x0F_B6, 4, temporary, STATE, Frame.gpr(guest) + 1);
            return temporary;
        }
        return to.read(guest, temporary);
    }

    /** The new value of a register operand is in its target, a temporary if it is AH to BH. */
    void written(Operand operand, int bytes, int target) {
        int guest = number(operand);
        if (isHigh(operand)) {
            code.store(STATE, Frame.gpr(guest), Frame.host(guest));
            code.rm(0x88, 1, target, STATE, Frame.gpr(guest) + 1);
            code.load(Frame.host(guest), STATE, Frame.gpr(guest));
        } else {
            to.written(guest, bytes, target);
        }
    }

    static int target(Operand operand, int temporary) {
        return isHigh(operand) ? temporary : Emission.target(number(operand), temporary);
    }

    /** The guest register's old value, in the host register where the new one is made. */
    int old(int guest, int temporary) {
        return to.read(guest, temporary);
    }

    void locked(Instruction i) {
        if (i.has(Instruction.LOCK)) {
            code.u8(0xF0);
        }
    }

    static long signed(long value, int bytes) {
        return value << 64 - 8 * bytes >> 64 - 8 * bytes;
    }
}
