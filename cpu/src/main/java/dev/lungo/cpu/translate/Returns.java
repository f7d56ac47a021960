package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;
import static dev.lungo.cpu.translate.HostCode.AND;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;
import static dev.lungo.cpu.translate.HostCode.ZERO;

import dev.lungo.cpu.core.State;

/**
 * Where calls return to, in a table by the stack pointer: entries as those of the jump cache, for
 * the address that a call has pushed there. Their code is a jump in the caller's unit, which is
 * linked as any other on its page. Who changes return addresses or stacks, or goes back further
 * than the table does, finds nothing and looks the address up as any other.
 */
final class Returns {
    private static final int RSP = 4;

    /** An entry is so many times as large as a return address. */
    private static final int SCALE_SHIFT = 2;

    private static final int OFFSETS = (State.RETURNS_BYTES >> SCALE_SHIFT) - 8;

    private final Emission to;
    private final HostCode code;

    Returns(Emission to) {
        this.to = to;
        code = to.code;
    }

    /**
     * A call is about to leave. Its return address is in T1, and the stack pointer points at it.
     */
    void remember() {
        int delta = to.end();
        if (!areRemembered() || !to.branching.isOnPage(delta)) {
            return;
        }
        place();
        inEntry(0x89, T1, 0); // mov
        code.load(T1, STATE, Frame.at(State.JUMP_KEY));
        inEntry(0x89, T1, Stubs.JUMP_KEY); // mov
        int landing = code.addressOf(T1);
        inEntry(0x89, T1, Stubs.JUMP_CODE); // mov
        to.later(() -> {
            code.land(landing);
            to.branching.leaveFor(delta);
        });
    }

    /**
     * As {@link Branching#lookUp()}, for a return address in T0 that the stack pointer points at.
     */
    void lookUp() {
        if (!areRemembered()) {
            to.branching.lookUp();
            return;
        }
        place();
        inEntry(0x3B, T0, 0); // cmp
        int other = code.jccShort(NOT_ZERO);
        code.load(T1, STATE, Frame.at(State.JUMP_KEY));
        inEntry(0x3B, T1, Stubs.JUMP_KEY); // cmp
        inEntry(0x8B, T1, Stubs.JUMP_CODE); // mov
        int found = code.jccShort(ZERO);
        code.landShort(other);
        to.branching.lookUp();
        code.landShort(found);
    }

    private boolean areRemembered() {
        return !to.segmented && !to.checks;
    }

    /** The offset of the entry, by its scale, in T2. */
    private void place() {
        to.flags.clobber();
        code.mov32(T2, Frame.host(RSP));
        code.arithmetic(AND, 4, T2, OFFSETS);
    }

    private void inEntry(int opcode, int register, int field) {
        code.rmx(opcode, 8, register, STATE, T2, SCALE_SHIFT, Frame.at(State.RETURNS) + field);
    }
}
