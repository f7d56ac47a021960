package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;
import static dev.lungo.cpu.translate.HostCode.AND;
import static dev.lungo.cpu.translate.HostCode.CMP;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;
import static dev.lungo.cpu.translate.HostCode.OR;
import static dev.lungo.cpu.translate.HostCode.R11;
import static dev.lungo.cpu.translate.HostCode.RCX;
import static dev.lungo.cpu.translate.HostCode.SHR;
import static dev.lungo.cpu.translate.HostCode.ZERO;

import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Pending;
import dev.lungo.cpu.core.State;
import dev.lungo.cpu.op.FastCalls;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Rflags;

/**
 * What changes the mode and is frequent: SYSCALL and SYSRET between 64-bit code at CPL 3 and 0,
 * STAC and CLAC. Java is told when it is next: {@link FastCalls#followModeChange}. SDM 2B,
 * "SYSCALL" and "SYSRET".
 */
final class ModeEmitters extends Emitter {

    private static final int SUPERVISOR = 1 << Mode.TLB_SHIFT;
    private static final int SUPERVISOR_AC = 2 << Mode.TLB_SHIFT;
    private static final int TLB = 3 << Mode.TLB_SHIFT;

    /** What an operating system masks, and what is simple if it does. */
    private static final int MASKED = (int) (Rflags.TF | Rflags.IF | Rflags.AC);

    ModeEmitters(Emission to) {
        super(to);
    }

    /** Whether the instruction, one of these, can be emitted in this mode. */
    static boolean has(Instruction i, Emission to) {
        if (to.checks || (to.mode & Mode.INNER) != 0) {
            return false;
        }
        boolean user = (to.mode & Mode.USER) != 0;
        int tlb = to.mode & TLB;
        if (i.mnemonic() == Mnemonic.SYSCALL) {
            return to.is64() && user && tlb == 0;
        }
        if (user || tlb != SUPERVISOR && tlb != SUPERVISOR_AC) {
            return false;
        }
        return i.mnemonic() != Mnemonic.SYSRET || to.is64() && i.operandBytes() == 8;
    }

    void emit(Instruction i) {
        switch (i.mnemonic()) {
            case SYSCALL -> syscall();
            case SYSRET -> sysret();
            case STAC -> setAccess(true);
            default -> setAccess(false);
        }
    }

    private void syscall() {
        to.flags.need();
        code.u8(0x9C); // pushf
        code.rm(0x8F, 4, 0, STATE, Frame.at(State.SCRATCH)); // pop
        to.flags.clobber();
        checkEnabled();
        code.load(T1, STATE, Frame.at(State.FMASK));
        code.testNot(T1, MASKED);
        to.slow(NOT_ZERO);
        code.load(T0, STATE, Frame.at(State.LSTAR));
        to.branching.lookUp(to.mode & ~(Mode.USER | TLB) | SUPERVISOR);
        to.branching.keep();
        to.flags.change(RCX);
        to.flags.change(R11);
        to.branching.returnAddress(RCX);
        code.rm(0x8B, 4, T1, STATE, Frame.at(State.SCRATCH));
        code.arithmetic(AND, 4, T1, Rflags.STATUS);
        code.rm(0x0B, 8, T1, STATE, Frame.at(State.RFLAGS)); // or
        code.store(STATE, Frame.gpr(R11), T1);
        code.load(T2, STATE, Frame.at(State.FMASK));
        code.rr(0xF7, 8, 2, T2); // not
        code.rr(0x23, 8, T1, T2); // and
        code.arithmetic(AND, 8, T1, ~Rflags.RF);
        setFlags();
        code.arithmetic(AND, 4, STATE, Frame.at(State.HEEDED), ~Pending.INTERRUPT);
        changed(State.BY_SYSCALL);
        to.branching.goToKept();
    }

    private void sysret() {
        to.flags.clobber();
        checkEnabled();
        code.mov(T1, RCX);
        code.rr(0xC1, 8, SHR, T1);
        code.u8(47); // addresses that are canonical at CPL 3, whatever CR4.LA57 says
        to.slow(NOT_ZERO);
        code.load(T1, STATE, Frame.gpr(R11));
        code.arithmetic(AND, 4, T1, MASKED);
        code.arithmetic(CMP, 4, T1, Rflags.IF);
        to.slow(NOT_ZERO);
        code.mov(T0, RCX);
        to.branching.lookUp(to.mode & ~TLB | Mode.USER);
        to.branching.keep();
        code.load(T1, STATE, Frame.gpr(R11));
        code.arithmetic(AND, 4, T1, FastCalls.SYSRET_LOADS);
        code.arithmetic(OR, 4, T1, Rflags.FIXED);
        setFlags();
        code.arithmetic(OR, 4, STATE, Frame.at(State.HEEDED), Pending.INTERRUPT);
        changed(State.BY_SYSRET);
        to.branching.goToKept();
    }

    private void checkEnabled() {
        code.arithmetic(CMP, 4, STATE, Frame.at(State.FAST_CALLS), 0);
        to.slow(ZERO);
    }

    /** Makes RFLAGS what T1 says. */
    private void setFlags() {
        code.mov32(T2, T1);
        code.arithmetic(AND, 4, T2, Rflags.STATUS);
        code.store(STATE, Frame.at(State.FLAGS_A), T2);
        to.flags.stored();
        code.arithmetic(AND, 8, T1, ~Rflags.STATUS);
        code.store(STATE, Frame.at(State.RFLAGS), T1);
    }

    private void changed(int how) {
        code.rm(0xC7, 4, 0, STATE, Frame.at(State.MODE_CHANGED)); // mov
        code.u32(how);
    }

    private void setAccess(boolean on) {
        to.branching.farTarget(to.end());
        to.branching.lookUp(to.mode & ~TLB | (on ? SUPERVISOR_AC : SUPERVISOR));
        int rflags = Frame.at(State.RFLAGS);
        code.arithmetic(on ? OR : AND, 4, STATE, rflags, on ? Rflags.AC : ~Rflags.AC);
        code.arithmetic(OR, 4, STATE, Frame.at(State.MODE_CHANGED), State.BY_ACCESS_CHECK);
        to.branching.goNow();
    }
}
