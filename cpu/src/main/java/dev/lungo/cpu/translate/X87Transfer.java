package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;
import static dev.lungo.cpu.translate.HostCode.ADD;
import static dev.lungo.cpu.translate.HostCode.AND;
import static dev.lungo.cpu.translate.HostCode.CMP;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;
import static dev.lungo.cpu.translate.HostCode.SHR;
import static dev.lungo.cpu.translate.HostCode.ZERO;

import dev.lungo.cpu.core.State;

/** The guest's x87 and MMX registers on their way between the state and the host's. */
final class X87Transfer {
    /** All six exceptions. */
    static final int MASKS = 0x3F;

    private static final int REGISTERS = 8;
    private static final int X87 = Frame.at(State.X87);
    private static final int IMAGE = Frame.at(State.X87_IMAGE);

    /** In the order of the image. */
    private static final int[] WORDS = {State.FCW, State.FSW, State.FTW};

    private final HostCode code;

    X87Transfer(HostCode code) {
        this.code = code;
    }

    /**
     * Writes the routine that loads them, and says in ZF whether it has. It has not if an exception
     * of the control word is not masked. Uses T0 and T1.
     */
    long load() {
        long at = code.here();
        code.rm(0x8B, 4, T0, STATE, Frame.at(State.FCW));
        code.testNot(T0, MASKS);
        int unmasked = code.jcc(NOT_ZERO);
        for (int i = 0; i < WORDS.length; i++) {
            code.rm(0x8B, 4, T0, STATE, Frame.at(WORDS[i]));
            code.rm(0x89, 4, T0, STATE, IMAGE + 4 * i);
        }
        code.rm(0x8B, 4, T0, STATE, Frame.at(State.FSW));
        topInBytes(T0);
        for (int i = 0; i < REGISTERS; i++) {
            code.rmx(0x8B, 8, T1, STATE, T0, 0, X87);
            code.store(STATE, image(i), T1);
            code.rmx(0x8B, 4, T1, STATE, T0, 0, X87 + 8);
            code.rm(0x89, 2, T1, STATE, image(i) + 8);
            nextRegister(T0);
        }
        code.rm(0xDD, 4, 4, STATE, IMAGE); // frstor
        code.rm(0xC7, 4, 0, STATE, Frame.at(State.FPU_IN_HOST)); // mov
        code.u32(1);
        code.rr(0x33, 4, T0, T0); // xor: ZF
        code.land(unmasked);
        code.ret();
        return at;
    }

    /**
     * Writes what leaves them in the state, if they are in the host's, and the host's as Java wants
     * them, which is how FNSAVE leaves them. Uses T1 and T2.
     */
    void store() {
        code.arithmetic(CMP, 4, STATE, Frame.at(State.FPU_IN_HOST), 0);
        int absent = code.jcc(ZERO);
        code.rm(0xDD, 4, 6, STATE, IMAGE); // fnsave
        for (int i = 0; i < WORDS.length; i++) {
            code.rm(0x0F_B7, 4, T1, STATE, IMAGE + 4 * i); // movzx
            code.rm(0x89, 4, T1, STATE, Frame.at(WORDS[i]));
        }
        code.mov32(T2, T1); // of tags only whether they say empty, 11b
        code.rr(0xD1, 4, SHR, T2);
        code.rr(0x23, 4, T1, T2); // and
        code.arithmetic(AND, 4, T1, 0x5555);
        code.rmx(0x8D, 4, T1, T1, T1, 1, 0); // lea
        code.rm(0x89, 4, T1, STATE, Frame.at(State.FTW));
        code.rm(0x8B, 4, T2, STATE, Frame.at(State.FSW));
        topInBytes(T2);
        for (int i = 0; i < REGISTERS; i++) {
            code.load(T1, STATE, image(i));
            code.rmx(0x89, 8, T1, STATE, T2, 0, X87);
            code.rm(0x8B, 4, T1, STATE, image(i) + 8);
            code.rmx(0x89, 2, T1, STATE, T2, 0, X87 + 8);
            nextRegister(T2);
        }
        code.rm(0xC7, 4, 0, STATE, Frame.at(State.FPU_IN_HOST)); // mov
        code.u32(0);
        code.land(absent);
    }

    /** Where the register that is ST(0) begins, in bytes, by the status word. */
    private void topInBytes(int register) {
        code.rr(0xC1, 4, SHR, register);
        code.u8(11 - 4); // TOP begins at bit 11, and registers are 16 bytes apart
        code.arithmetic(AND, 4, register, 7 << 4);
    }

    private void nextRegister(int register) {
        code.arithmetic(ADD, 4, register, 16);
        code.arithmetic(AND, 4, register, 7 << 4);
    }

    /** Where ST(i) is in the image of 32-bit protected mode. SDM 1, figure 8-9. */
    private static int image(int i) {
        return IMAGE + 28 + 10 * i;
    }
}
