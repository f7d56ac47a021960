package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.HostCode.AND;
import static dev.lungo.cpu.translate.HostCode.OR;

import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Pending;
import dev.lungo.cpu.core.State;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Rflags;

/** CLI and STI where they are not privileged, CLD and STD. SDM 2, under their names. */
final class FlagControlEmitters extends Emitter {

    FlagControlEmitters(Emission to) {
        super(to);
    }

    /** Whether the instruction, one of these, can be emitted in this mode. */
    static boolean has(Instruction i, Emission to) {
        boolean ofInterrupts = i.mnemonic() == Mnemonic.CLI || i.mnemonic() == Mnemonic.STI;
        return !ofInterrupts || (to.mode & Mode.USER) == 0;
    }

    void emit(Instruction i) {
        to.flags.clobber();
        switch (i.mnemonic()) {
            case CLI -> {
                clear(State.RFLAGS, Rflags.IF);
                clear(State.HEEDED, Pending.INTERRUPT);
            }
            case STI -> {
                set(State.RFLAGS, Rflags.IF);
                set(State.HEEDED, Pending.INTERRUPT);
            }
            case CLD -> clear(State.RFLAGS, Rflags.DF);
            default -> set(State.RFLAGS, Rflags.DF);
        }
    }

    private void clear(int at, long bits) {
        code.arithmetic(AND, 4, STATE, Frame.at(at), ~bits);
    }

    private void set(int at, long bits) {
        code.arithmetic(OR, 4, STATE, Frame.at(at), bits);
    }
}
