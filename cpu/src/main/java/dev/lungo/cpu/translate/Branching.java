package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;
import static dev.lungo.cpu.translate.HostCode.ABOVE;
import static dev.lungo.cpu.translate.HostCode.ADD;
import static dev.lungo.cpu.translate.HostCode.AND;
import static dev.lungo.cpu.translate.HostCode.GREATER;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;

import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.State;

/** How a unit leaves for another: along its page by jumps that are linked, else by a look-up. */
final class Branching {
    private static final int CS = 1;
    private static final int PAGE = 4096;

    private final Emission to;
    private final HostCode code;

    Branching(Emission to) {
        this.to = to;
        code = to.code;
    }

    /** Leaves for a place on the page, {@code delta} bytes from the unit's beginning. */
    private void link(int delta) {
        to.flags.store();
        count();
        leaveFor(delta);
    }

    /** Likewise, with nothing left to do. */
    void leaveFor(int delta) {
        int exit = to.exits.link(to.onPage(delta));
        int jump = code.jmp();
        to.exits.resumesAt(exit, code.here());
        code.land(jump);
        if (to.checks || to.segmented) {
            to.leaveBy(exit);
        } else {
            code.constant(T1, to.onPage(delta));
            code.constant(T0, exit);
            code.call(to.stubs.link[Mode.tlbSet(to.mode)]);
        }
    }

    /** Leaves for a place {@code delta} bytes from the unit's beginning. */
    void branch(int delta, int operandBytes) {
        if (!isOnPage(delta)) {
            farTarget(delta, operandBytes);
            lookUp();
            goNow();
            return;
        }
        if (isCut(operandBytes)) {
            farTarget(delta, operandBytes);
            if (to.segmented) {
                checkTarget();
            }
        }
        link(delta);
    }

    /** Whether a branch with operands so wide can have a target that is not where it seems. */
    private boolean isCut(int operandBytes) {
        return to.segmented || operandBytes == 2;
    }

    /** Whether a branch there can only succeed. */
    boolean isSafe(int delta, int operandBytes) {
        return isOnPage(delta) && !isCut(operandBytes);
    }

    /** Whether a place this far from the unit's beginning is on its page. */
    boolean isOnPage(int delta) {
        return (to.onPage(delta) & -PAGE) == 0;
    }

    /**
     * The instruction pointer {@code delta} bytes from the unit's beginning, in T0. Where it has 16
     * bits, what goes over them is interpreted.
     */
    void farTarget(int delta, int operandBytes) {
        farTarget(delta);
        if (operandBytes == 2) {
            to.flags.clobber();
            code.arithmetic(7, 4, T0, 0xFFFF); // cmp
            to.slow(ABOVE);
        }
    }

    /** Likewise, where it is not cut: RIP in 64-bit mode, else EIP. */
    void farTarget(int delta) {
        code.load(T0, STATE, Frame.at(State.RIP));
        code.rm(0x8D, to.is64() ? 8 : 4, T0, T0, to.onPage(delta));
    }

    /** Has the instruction interpreted if CS does not reach to where T0 points. */
    private void checkTarget() {
        to.flags.clobber();
        code.rm(0x3B, 8, T0, STATE, Frame.at(State.CODE_LIMIT)); // cmp
        to.slow(GREATER);
    }

    /**
     * Looks up the translation for the instruction pointer in T0, which stays there; its host
     * address is in T1 then. Where there is none, the instruction is interpreted. Spoils T2.
     */
    void lookUp() {
        to.flags.clobber();
        if (to.segmented) {
            checkTarget();
        }
        find();
        to.slow(NOT_ZERO, Exit.Cause.UNKNOWN_TARGET, _ -> {});
    }

    /** Likewise, where the mode will be another; until it is known that there is one, it is not. */
    void lookUp(int otherMode) {
        to.flags.clobber();
        changeKey(otherMode);
        callLookUp(otherMode);
        to.slow(NOT_ZERO, Exit.Cause.UNKNOWN_TARGET, _ -> changeKey(otherMode));
    }

    /** Has the host address in T1, by the instruction pointer in T0, and says in ZF whether. */
    private void find() {
        if (!to.segmented) {
            callLookUp(to.mode);
            return;
        }
        code.store(STATE, Frame.at(State.JUMP_RIP), T0);
        code.rm(0x03, 4, T0, STATE, Frame.at(State.segmentBase(CS))); // add
        callLookUp(to.mode);
        code.load(T0, STATE, Frame.at(State.JUMP_RIP));
    }

    /**
     * Leaves the unit for good if these bytes of its only instruction are not those that the next
     * page begins with.
     */
    void checkNextPage(int from, int end) {
        to.flags.clobber();
        int set = Frame.at(State.CODE_TLB) + State.CODE_TLB_SET_BYTES * Mode.tlbSet(to.mode);
        code.load(T0, STATE, Frame.at(State.RIP));
        code.arithmetic(ADD, to.is64() ? 8 : 4, T0, PAGE); // add
        Addressing.tlbEntry(code, State.CODE_TLB_ENTRIES, State.CODE_TLB_ENTRY_BYTES);
        code.rmx(0x3B, 8, T0, STATE, T1, 0, set); // cmp
        to.slow(NOT_ZERO, Exit.Cause.TLB_MISS, _ -> {});
        code.rmx(0x03, 8, T0, STATE, T1, 0, set + State.CODE_TLB_ADDEND); // add
        for (int at = from; at < end; ) {
            int bytes = Integer.highestOneBit(Math.min(end - at, 4));
            long value = 0;
            for (int i = 0; i < bytes; i++) {
                value |= (long) to.guestByte(at + i) << 8 * i;
            }
            code.rm(bytes == 1 ? 0x80 : 0x81, bytes, 7, T0, at - from); // cmp
            code.immediate(bytes, value);
            int changed = code.jcc(NOT_ZERO);
            to.later(() -> {
                code.land(changed);
                to.leaveBy(to.exits.dead());
            });
            at += bytes;
        }
    }

    private void callLookUp(int targetMode) {
        code.call(to.stubs.lookUp[Mode.tlbSet(targetMode)]);
    }

    /** From this mode to the other, or back. */
    private void changeKey(int otherMode) {
        code.load(T2, STATE, Frame.at(State.JUMP_KEY));
        code.arithmetic(6, 8, T2, to.mode ^ otherMode); // xor
        code.store(STATE, Frame.at(State.JUMP_KEY), T2);
    }

    /** Goes to what was looked up, by the jump that this writes. */
    private void go(Runnable jump) {
        if (to.checks) {
            code.store(STATE, Frame.at(State.RIP), T0);
            to.leaveBy(Exit.LEAVE);
            return;
        }
        if (to.segmented) { // the linear address says where on its page it is
            code.mov32(T2, T0);
            code.rm(0x03, 4, T2, STATE, Frame.at(State.segmentBase(CS))); // add
            code.arithmetic(AND, 4, T2, PAGE - 1);
            code.rr(0x2B, 4, T0, T2); // sub
        } else {
            code.arithmetic(AND, 8, T0, -PAGE);
        }
        code.store(STATE, Frame.at(State.RIP), T0);
        jump.run();
    }

    private void jumpToFound() {
        code.rr(0xFF, 4, 4, T1); // jmp
    }

    /** Likewise, with the flags in the state. */
    void goNow() {
        to.flags.store();
        count();
        go(this::jumpToFound);
    }

    /** Keeps what was looked up over an access to memory: see {@link #goToKept}. */
    void keep() {
        code.store(STATE, Frame.at(State.JUMP_RIP), T0);
        code.store(STATE, Frame.at(State.JUMP_CODE), T1);
    }

    void goToKept() {
        to.flags.store();
        count();
        code.load(T0, STATE, Frame.at(State.JUMP_RIP));
        go(() -> code.rm(0xFF, 4, 4, STATE, Frame.at(State.JUMP_CODE))); // jmp
    }

    /** The instruction pointer behind this instruction, in a register. */
    void returnAddress(int register) {
        code.load(register, STATE, Frame.at(State.RIP));
        code.rm(0x8D, to.is64() ? 8 : 4, register, register, to.onPage(to.end()));
    }

    /** Leaves for there if the guest's flags fulfil the condition. */
    void branchIf(int condition, int delta, int operandBytes) {
        to.flags.need();
        branchNow(condition, delta, operandBytes);
    }

    /** Likewise, if the host's do. */
    void branchNow(int condition, int delta, int operandBytes) {
        int taken = code.jcc(condition);
        to.laterFromHere(() -> {
            code.land(taken);
            branch(delta, operandBytes);
        });
    }

    /** Where instructions are counted, those from the unit's entry to here have been executed. */
    private void count() {
        if (to.counts) {
            code.arithmetic(ADD, 8, STATE, Frame.at(State.TRANSLATED_INSTRUCTIONS), to.number());
        }
    }

    /** Ends the unit before an instruction that belongs to another. */
    void endBefore(int delta) {
        if (!to.segmented && isOnPage(delta)) {
            link(delta);
            return;
        }
        to.flags.store();
        count();
        farTarget(delta);
        find();
        int unknown = code.jcc(NOT_ZERO);
        to.later(() -> {
            code.land(unknown);
            code.store(STATE, Frame.at(State.RIP), T0);
            to.leaveBy(Exit.LEAVE);
        });
        go(this::jumpToFound);
    }
}
