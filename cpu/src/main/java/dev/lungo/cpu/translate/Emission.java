package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.HostCode.ADD;
import static dev.lungo.cpu.translate.HostCode.GREATER;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;
import static dev.lungo.cpu.translate.HostCode.ZERO;

import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.State;
import dev.lungo.isa.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The code of one unit while it is being written, and what the emitters of instructions are made
 * of: registers, {@linkplain Addressing memory}, {@linkplain GuestFlags flags}, ways to have the
 * interpreter do something, and {@linkplain Branching ways out}.
 */
final class Emission {

    final HostCode code;
    final int mode;

    /** Whether an offset has to be checked and added to a base, on its way to a linear address. */
    final boolean segmented;

    private final int onPage;

    final HostFeatures host;
    final Stubs stubs;
    final Exits exits;
    final boolean counts;
    final boolean checks;
    final GuestFlags flags;
    final Addressing addressing;
    final Branching branching;
    final Returns returns;

    /** Where it is noted what was known at each point, for who wants to know later. */
    @Nullable Recovery recovery;

    /** Code that is seldom run, to be written behind the rest. */
    private final List<Runnable> outOfLine = new ArrayList<>();

    // The instruction being emitted.
    private int start;
    private int end;

    /** Of the unit's instructions, from 1. */
    private int number;

    private boolean vectors;
    private boolean fpu;
    private byte[] guest = {};

    /** Takes back what the instruction has changed, on its ways out. */
    private Runnable undo = () -> {};

    /** Makes an exit's number. */
    interface Exits {
        int interpret(int start, Exit.Cause cause);

        /** For a branch to a place on the page, in bytes from its beginning. */
        int link(int place);

        void resumesAt(int exit, long address);

        /** From a unit that is not of its code any more. */
        int dead();
    }

    /**
     * @param onPage where on its page the unit begins
     * @param counts whether what it executes is counted
     * @param checks whether it logs its stores, and leaves for Java in place of another unit
     */
    Emission(
            HostCode code,
            Stubs stubs,
            HostFeatures host,
            Exits exits,
            int mode,
            int onPage,
            boolean counts,
            boolean checks) {
        this.code = code;
        this.stubs = stubs;
        this.host = host;
        this.exits = exits;
        this.mode = mode;
        this.onPage = onPage;
        segmented = (mode & Mode.FLAT) == 0;
        this.counts = counts;
        this.checks = checks;
        flags = new GuestFlags(this);
        addressing = new Addressing(this);
        branching = new Branching(this);
        returns = new Returns(this);
    }

    boolean is64() {
        return Mode.is64(mode);
    }

    int end() {
        return end;
    }

    /** Where on its page a place is that is so far from the unit's beginning. */
    int onPage(int delta) {
        return onPage + delta;
    }

    /** Of the instruction being emitted, from 1. */
    int number() {
        return number;
    }

    /** Has code that is seldom run written behind the rest. */
    void later(Runnable written) {
        outOfLine.add(written);
    }

    /** Likewise, as if it were written here. */
    void laterFromHere(Runnable written) {
        int startHere = start;
        int numberHere = number;
        Runnable undoHere = undo;
        GuestFlags.Place place = flags.snapshot();
        outOfLine.add(() -> {
            start = startHere;
            number = numberHere;
            undo = undoHere;
            flags.restore(place);
            written.run();
        });
    }

    /**
     * The unit's entry, with the look at what is pending.
     *
     * @param bytes of the guest's code
     */
    void entry(int leave, int bytes) {
        code.rm(0x8B, 4, T0, STATE, Frame.at(State.PENDING));
        code.rm(0x85, 4, T0, STATE, Frame.at(State.HEEDED)); // test
        int pending = code.jcc(NOT_ZERO);
        later(() -> {
            code.land(pending);
            notEntered(leave);
        });
        if (segmented) {
            branching.farTarget(bytes - 1);
            code.rm(0x3B, 8, T0, STATE, Frame.at(State.CODE_LIMIT)); // cmp
            int beyond = code.jcc(GREATER);
            later(() -> {
                code.land(beyond);
                notEntered(leave);
            });
        }
        if (vectors) {
            load(State.VECTORS_IN_HOST, stubs.vectors, leave);
        }
        if (fpu) {
            load(State.FPU_IN_HOST, stubs.fpu, leave);
        }
    }

    private void notEntered(int leave) {
        code.arithmetic(ADD, is64() ? 8 : 4, STATE, Frame.at(State.RIP), onPage); // add
        leaveBy(leave);
    }

    /** Has a stub called if this int of the state is zero, and leaves if it says that it cannot. */
    private void load(int inHost, long stub, int leave) {
        code.arithmetic(7, 4, STATE, Frame.at(inHost), 0); // cmp
        int absent = code.jcc(ZERO);
        long loaded = code.here();
        outOfLine.add(() -> {
            code.land(absent);
            code.call(stub);
            code.jcc(ZERO, loaded);
            notEntered(leave);
        });
    }

    /** After Java, which has everything in the state. */
    private void loadAgain() {
        if (vectors) {
            code.call(stubs.vectors);
        }
        if (fpu) {
            code.call(stubs.fpu);
        }
    }

    /**
     * The unit has the guest's vector registers in the host's of the same number, and MXCSR, from
     * its entry on. Whoever leaves for Java leaves them in the state.
     */
    void useVectors() {
        vectors = true;
    }

    /** Likewise, for x87 and MMX. */
    void useFpu() {
        fpu = true;
    }

    /** The guest's code, from the unit's beginning on. */
    void guest(byte[] bytes) {
        guest = bytes;
    }

    /** A byte of the instruction being emitted. */
    int guestByte(int i) {
        return guest[start + i] & 0xFF;
    }

    int start() {
        return start;
    }

    void next(int start, int end, FlagUse use, boolean liveBefore, boolean liveAfter) {
        this.start = start;
        this.end = end;
        number++;
        undo = () -> {};
        flags.next(use, liveBefore, liveAfter);
        mark();
    }

    void mark() {
        if (recovery != null) {
            recovery.mark(code.here(), start, flags.snapshot());
        }
    }

    // Registers.

    /** A general register operand that is not AH to BH. */
    static boolean isPlain(Operand operand) {
        return operand instanceof Operand.Register register
                && switch (register.kind()) {
                    case GPR8, GPR16, GPR32, GPR64 -> true;
                    default -> false;
                };
    }

    /** The host register that has a guest register's value: its own, or this temporary. */
    int read(int guest, int temporary) {
        int host = Frame.host(guest);
        if (host >= 0) {
            return host;
        }
        code.load(temporary, STATE, Frame.gpr(guest));
        return temporary;
    }

    /** The host register in which a guest register's new value is made: see {@link #written}. */
    static int target(int guest, int temporary) {
        int host = Frame.host(guest);
        return host >= 0 ? host : temporary;
    }

    /** The new value of a guest register, so wide, is in its target. */
    void written(int guest, int bytes, int target) {
        if (!Frame.isPinned(guest)) {
            code.rm(
                    bytes == 1 ? 0x88 : 0x89,
                    Math.max(bytes, bytes == 4 ? 8 : bytes),
                    target,
                    STATE,
                    Frame.gpr(guest));
        }
    }

    /** If this condition holds, the instruction is interpreted instead. */
    void slow(int condition) {
        slow(condition, Exit.Cause.OPERANDS, _ -> {});
    }

    /**
     * Likewise.
     *
     * @param first is emitted before it comes to that, and may go back behind the jump
     */
    void slow(int condition, Exit.Cause cause, LongConsumer first) {
        if (flags.areLost()) {
            throw new IllegalStateException("the way out of an instruction comes too late");
        }
        int jump = code.jcc(condition);
        long back = code.here();
        mark();
        GuestFlags.Place place = flags.snapshot();
        int exit = exits.interpret(start, cause);
        Runnable second = undo;
        outOfLine.add(() -> {
            code.land(jump);
            first.accept(back);
            second.run();
            flags.store(place);
            leaveBy(exit);
        });
        slowExits.add(exit);
    }

    private final List<Integer> slowExits = new ArrayList<>();

    /** The instruction is emitted: the way back from its slow path leads behind it. */
    void finish() {
        if (slowExits.isEmpty()) {
            return;
        }
        List<Integer> back = List.copyOf(slowExits);
        slowExits.clear();
        long after = code.here();
        boolean wanted = flags.areWantedInHost();
        if (wanted || vectors || fpu) {
            outOfLine.add(() -> {
                long at = code.here();
                loadAgain();
                if (wanted) {
                    code.call(stubs.flags);
                }
                code.jmp(after);
                back.forEach(each -> exits.resumesAt(each, at));
            });
        } else {
            back.forEach(each -> exits.resumesAt(each, after));
        }
    }

    /** The instruction has changed something which this takes back, without any flags. */
    void undoBy(Runnable code) {
        undo = code;
    }

    /** Has the instruction interpreted always, and goes on. */
    void interpret() {
        flags.store();
        int exit = exits.interpret(start, Exit.Cause.NO_EMITTER);
        leaveBy(exit);
        exits.resumesAt(exit, code.here());
        loadAgain();
        flags.interpreted();
    }

    /** MFENCE or SFENCE. */
    void fence(int opcode) {
        code.u8(0x0F);
        code.u8(0xAE);
        code.u8(opcode);
    }

    // Ways out.

    void leaveBy(int exit) {
        code.u8(0x41); // mov r10d, imm32
        code.u8(0xB8 | T0 & 7);
        code.u32(exit);
        code.jmp(stubs.exit);
    }

    /** Ends the unit with an instruction that is interpreted. */
    void interpretLast() {
        flags.store();
        leaveBy(exits.interpret(start, Exit.Cause.NO_EMITTER));
    }

    void finishUnit() {
        if (recovery != null) {
            recovery.end(code.here());
        }
        for (int i = 0; i < outOfLine.size(); i++) {
            outOfLine.get(i).run();
        }
    }

    /** The immediate is one that the host's instruction can have. */
    static boolean fits(long immediate) {
        return immediate == (int) immediate;
    }
}
