package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;
import static dev.lungo.cpu.translate.HostCode.ABOVE;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;
import static dev.lungo.cpu.translate.HostCode.RAX;
import static dev.lungo.cpu.translate.HostCode.RCX;
import static dev.lungo.cpu.translate.HostCode.RDI;
import static dev.lungo.cpu.translate.HostCode.RSI;
import static dev.lungo.cpu.translate.HostCode.ZERO;

import dev.lungo.cpu.core.State;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Segment;

/**
 * MOVS, STOS and LODS, forwards. A repetition that stays on its pages is the host's own; any other
 * is interpreted. SDM 2, "REP/REPE/REPZ/REPNE/REPNZ".
 */
final class StringEmitters extends Emitter {
    private static final int PAGE = 4096;

    /** DF, in the second byte of RFLAGS. */
    private static final int DIRECTION = 1 << 2;

    private static final int ADD = 0x03;
    private static final int SUB = 0x2B;

    StringEmitters(Emission to) {
        super(to);
    }

    /** Whether the instruction, one of these three, can be emitted in this mode. */
    static boolean has(Instruction i, Emission to) {
        for (Operand each : i.operands()) {
            if (each instanceof Operand.Memory memory
                    && (memory.segment() == Segment.FS || memory.segment() == Segment.GS)) {
                return false;
            }
        }
        boolean repeats = i.has(Instruction.REP) || i.has(Instruction.REPNE);
        return !to.segmented
                && i.addressBytes() == (to.is64() ? 8 : 4)
                && !(repeats && i.mnemonic() == Mnemonic.LODS);
    }

    void emit(Instruction i) {
        int bytes = i.operand(0).bytes();
        boolean moves = i.mnemonic() == Mnemonic.MOVS;
        boolean stores = i.mnemonic() != Mnemonic.LODS;
        boolean repeats = i.has(Instruction.REP) || i.has(Instruction.REPNE);
        to.flags.clobber();
        code.rm(0xF6, 1, 0, STATE, Frame.at(State.RFLAGS) + 1); // test
        code.u8(DIRECTION);
        to.slow(NOT_ZERO);
        if (repeats) {
            to.flags.changePerhaps(RDI);
            to.flags.changePerhaps(RSI);
            to.flags.changePerhaps(RCX);
            repeat(bytes, moves);
        } else if (moves) {
            element(RSI, bytes, false);
            code.rm(bytes == 1 ? 0x8A : 0x8B, bytes, T1, T0, 0);
            code.store(STATE, Frame.at(State.JUMP_RIP), T1);
            element(RDI, bytes, true);
            to.flags.change(RSI);
            to.flags.change(RDI);
            code.load(T1, STATE, Frame.at(State.JUMP_RIP));
            code.rm(0x88 | wide(bytes), bytes, T1, T0, 0);
            advance(RSI, bytes);
            advance(RDI, bytes);
        } else if (stores) {
            element(RDI, bytes, true);
            to.flags.change(RDI);
            code.rm(0x88 | wide(bytes), bytes, RAX, T0, 0);
            advance(RDI, bytes);
        } else {
            element(RSI, bytes, false);
            to.flags.change(RSI);
            to.flags.change(RAX);
            code.rm(0x8A | wide(bytes), bytes, RAX, T0, 0);
            advance(RSI, bytes);
        }
    }

    private int addressBytes() {
        return to.is64() ? 8 : 4;
    }

    private void element(int pointer, int bytes, boolean store) {
        code.rr(0x8B, addressBytes(), T0, pointer);
        to.addressing.access(bytes, store);
    }

    private void advance(int pointer, int bytes) {
        code.rm(0x8D, addressBytes(), pointer, pointer, bytes);
    }

    private void repeat(int bytes, boolean moves) {
        code.rr(0x85, addressBytes(), RCX, RCX); // test
        int none = code.jcc(ZERO);
        code.arithmetic(7, addressBytes(), RCX, PAGE / bytes);
        to.slow(ABOVE);
        narrow(RCX);
        if (moves) {
            code.rr(0x8B, addressBytes(), T0, RSI);
            to.addressing.accessRun(RCX, bytes, false);
            code.store(STATE, Frame.at(State.JUMP_RIP), T0);
        }
        code.rr(0x8B, addressBytes(), T0, RDI);
        to.addressing.accessRun(RCX, bytes, true);
        code.mov(T1, RDI);
        code.mov(RDI, T0);
        if (moves) {
            code.mov(T2, RSI);
            code.load(RSI, STATE, Frame.at(State.JUMP_RIP));
        }
        code.u8(0xF3); // rep
        if (bytes == 2 || bytes == 8) {
            code.u8(bytes == 2 ? 0x66 : 0x48);
        }
        code.u8((moves ? 0xA4 : 0xAA) | wide(bytes));
        code.rr(SUB, 8, RDI, T0); // how far it went
        if (moves) {
            code.rmx(0x8D, 8, RSI, T2, RDI, 0, 0); // lea
            narrow(RSI);
        }
        code.rr(ADD, 8, RDI, T1);
        narrow(RDI);
        code.land(none);
    }

    /** What a register becomes where addresses have 32 bits. */
    private void narrow(int register) {
        if (!to.is64()) {
            code.mov32(register, register);
        }
    }
}
