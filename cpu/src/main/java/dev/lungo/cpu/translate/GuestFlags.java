package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;

import dev.lungo.cpu.core.State;

/**
 * Where the guest's status flags are while a unit is being written: at each point in the host's
 * flags, in the state, or known to be those of an operation whose operands are still in registers.
 * They are written to the state as late as can be: in a way out, where they are seldom needed.
 */
final class GuestFlags {
    private final Emission to;
    private final HostCode code;

    private boolean inHost;
    private boolean inState = true;
    private int kind;
    private int kindA;
    private int kindB;
    private long kindImmediate;

    // Of the instruction being emitted.
    private boolean liveBefore;
    private boolean liveAfter;
    private FlagUse use = FlagUse.NONE;

    /** Those from before the instruction are nowhere any more. */
    private boolean lost;

    GuestFlags(Emission to) {
        this.to = to;
        code = to.code;
    }

    /**
     * Comes to the next instruction.
     *
     * @param before whether anybody may want the flags that there are before it
     * @param after likewise, behind it
     */
    void next(FlagUse ofInstruction, boolean before, boolean after) {
        use = ofInstruction;
        liveBefore = before;
        liveAfter = after;
        lost = false;
    }

    /** Whether the host's are the guest's, and wanted behind the instruction. */
    boolean areWantedInHost() {
        return inHost && liveAfter;
    }

    boolean areLost() {
        return lost;
    }

    /**
     * To be called before a guest register is changed, while its old value is still there, and
     * behind the last {@link Emission#slow} of the instruction: it may lose the flags from before.
     */
    void change(int guest) {
        if (kind != 0 && (kindA == guest || kindB == guest)) {
            if (liveAfter && !use.writes() && !inState) {
                storeKind(kind, kindA, kindB, kindImmediate);
                inState = true;
            } else {
                lost = !inHost && !inState;
            }
            kind = 0;
        }
    }

    /**
     * Likewise, before {@link Emission#slow} and where it is not certain that the register is
     * changed.
     */
    void changePerhaps(int guest) {
        if (kind != 0 && (kindA == guest || kindB == guest)) {
            if (liveBefore && !inState) {
                storeKind(kind, kindA, kindB, kindImmediate);
                inState = true;
            }
            kind = 0;
            to.mark();
        }
    }

    /** What is known of them at some point. */
    record Place(boolean inHost, boolean inState, int kind, int a, int b, long immediate) {}

    Place snapshot() {
        return new Place(inHost, inState, kind, kindA, kindB, kindImmediate);
    }

    /** The instruction has just set all of the host's flags as it sets the guest's. */
    void set() {
        inHost = true;
        inState = false;
        kind = 0;
    }

    /** Likewise, as an operation of {@link FlagsKind} whose operands are in guest registers. */
    void set(int kind, int bytes, int a, int b) {
        set();
        this.kind = kind | Integer.numberOfTrailingZeros(bytes);
        kindA = a;
        kindB = b;
    }

    /** Likewise, with an immediate for B. */
    void set(int kind, int bytes, int a, long immediate) {
        set(kind, bytes, a, -1);
        kindImmediate = immediate;
    }

    /** What comes next spoils the host's flags. */
    void clobber() {
        if (inHost && !inState && kind == 0 && liveBefore) {
            storeImage();
            inState = true;
            to.mark();
        }
        inHost = false;
    }

    /** Has the guest's flags in the host's. May spoil T1 and T2. */
    void need() {
        if (inHost) {
            return;
        }
        if (kind != 0) {
            int size = 1 << (kind & 3);
            int wide = size == 1 ? 0 : 1;
            int a = to.read(kindA, T1);
            switch (kind & ~3) {
                case FlagsKind.LOGIC -> code.rr(0x84 | wide, size, a, a);
                case FlagsKind.CMP -> compareAgain(size, a);
                case FlagsKind.SUB -> {
                    operandB(T2);
                    code.rmx(0x8D, 8, T2, T2, a, 0, 0); // lea: the minuend
                    compareAgain(size, T2);
                }
                default -> {
                    if (a != T1) {
                        code.mov(T1, a);
                    }
                    operandB(T2);
                    code.rr(0x2B, 8, T1, T2);
                    code.rr(0x02 | wide, size, T1, T2);
                }
            }
        } else {
            code.call(to.stubs.flags);
        }
        inHost = true;
    }

    private void operandB(int register) {
        if (kindB >= 0) {
            int b = to.read(kindB, register);
            if (b != register) {
                code.mov(register, b);
            }
        } else {
            code.constant(register, kindImmediate);
        }
    }

    private void compareAgain(int size, int a) {
        int wide = size == 1 ? 0 : 1;
        if (kindB < 0) {
            code.arithmetic(7, size, a, kindImmediate);
        } else if (Frame.isPinned(kindB)) {
            code.rr(0x3A | wide, size, a, Frame.host(kindB));
        } else {
            code.rm(0x3A | wide, size, a, STATE, Frame.gpr(kindB));
        }
    }

    /** Has them in the state, if they are wanted there. */
    void store() {
        store(snapshot());
    }

    /** Likewise, from where they were at another point. */
    void store(Place place) {
        if (place.inState) {
            return;
        }
        if (place.kind != 0) {
            storeKind(place.kind, place.a, place.b, place.immediate);
        } else if (place.inHost) {
            storeImage();
        }
    }

    private void storeKind(int kind, int a, int b, long immediate) {
        code.store(STATE, Frame.at(State.FLAGS_A), to.read(a, T2));
        if ((kind & ~3) != FlagsKind.LOGIC) {
            if (b >= 0) {
                code.store(STATE, Frame.at(State.FLAGS_B), to.read(b, T2));
            } else {
                code.rm(0xC7, 8, 0, STATE, Frame.at(State.FLAGS_B));
                code.u32((int) immediate);
            }
        }
        storeKindOf(kind);
    }

    private void storeKindOf(int kind) {
        code.rm(0xC7, 4, 0, STATE, Frame.at(State.FLAGS_KIND));
        code.u32(kind);
    }

    private void storeImage() {
        code.u8(0x9C); // pushf
        code.rm(0x8F, 4, 0, STATE, Frame.at(State.FLAGS_A)); // pop
        storeKindOf(FlagsKind.IMAGE);
    }

    /** The guest's flags, all of them, have been written to the state: see {@link #storeImage}. */
    void stored() {
        storeKindOf(FlagsKind.IMAGE);
        interpreted();
    }

    /** The interpreter has them in the state. */
    void interpreted() {
        inHost = false;
        inState = true;
        kind = 0;
    }

    /** Back to what was known at another point, from where it now goes on. */
    void restore(Place place) {
        inHost = place.inHost;
        inState = place.inState;
        kind = place.kind;
        kindA = place.a;
        kindB = place.b;
        kindImmediate = place.immediate;
        liveBefore = true;
        lost = false;
    }
}
