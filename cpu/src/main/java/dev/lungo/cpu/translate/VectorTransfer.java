package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.HostCode.ADD;
import static dev.lungo.cpu.translate.HostCode.CMP;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;
import static dev.lungo.cpu.translate.HostCode.RSP;
import static dev.lungo.cpu.translate.HostCode.ZERO;

import dev.lungo.cpu.core.State;

/** The guest's vector registers and MXCSR on their way between the state and the host's. */
final class VectorTransfer {
    /** All six exceptions. */
    static final int MASKS = 0x1F80;

    /** What the System V ABI has MXCSR be when a thread begins, and Java leaves alone. */
    private static final int MXCSR_OF_JAVA = 0x1F80;

    private static final int VECTORS = 16;

    private final HostCode code;

    /** Whether vector registers are 32 bytes wide. */
    private final boolean avx;

    VectorTransfer(HostCode code, HostFeatures host) {
        this.code = code;
        avx = host.hasAvx();
    }

    /**
     * Writes the routine that loads them, and says in ZF whether it has. It has not if an exception
     * of MXCSR is not masked. Uses T0.
     */
    long load() {
        long at = code.here();
        code.rm(0x8B, 4, T0, STATE, Frame.at(State.MXCSR));
        code.testNot(T0, MASKS);
        int unmasked = code.jcc(NOT_ZERO);
        for (int i = 0; i < VECTORS; i++) {
            move(0x0F_10, i);
        }
        code.rm(0x0F_AE, 4, 2, STATE, Frame.at(State.MXCSR)); // ldmxcsr
        code.rm(0xC7, 4, 0, STATE, Frame.at(State.VECTORS_IN_HOST)); // mov
        code.u32(1);
        code.land(unmasked);
        code.ret();
        return at;
    }

    /**
     * Writes what leaves them in the state, if they are in the host's, and the host's as Java wants
     * them.
     */
    void store() {
        code.arithmetic(CMP, 4, STATE, Frame.at(State.VECTORS_IN_HOST), 0);
        int absent = code.jcc(ZERO);
        for (int i = 0; i < VECTORS; i++) {
            move(0x0F_11, i);
        }
        code.rm(0x0F_AE, 4, 3, STATE, Frame.at(State.MXCSR)); // stmxcsr
        code.rm(0xC7, 4, 0, STATE, Frame.at(State.VECTORS_IN_HOST)); // mov
        code.u32(0);
        if (avx) {
            code.u8(0xC5); // vzeroupper
            code.u8(0xF8);
            code.u8(0x77);
        }
        code.u8(0x68); // push
        code.u32(MXCSR_OF_JAVA);
        code.rm(0x0F_AE, 4, 2, RSP, 0); // ldmxcsr
        code.arithmetic(ADD, 8, RSP, 8);
        code.land(absent);
    }

    /** MOVUPS or VMOVUPS between a vector register and the state. */
    private void move(int opcode, int number) {
        int from = Frame.at(State.vector(number));
        if (avx) {
            code.u8(0xC5);
            code.u8(number > 7 ? 0x7C : 0xFC);
            code.u8(opcode & 0xFF);
            code.u8(0x80 | (number & 7) << 3 | STATE);
            code.u32(from);
        } else {
            code.rm(opcode, 4, number, STATE, from);
        }
    }
}
