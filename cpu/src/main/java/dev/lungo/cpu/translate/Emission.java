package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.State;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Segment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The code of one unit while it is being written, and what the emitters of instructions are made
 * of: registers, memory through the TLB, the flags, and the ways out.
 *
 * <p>The guest's flags are, at each point, in the host's flags, in the state, or known to be those
 * of an operation whose operands are still in registers. They are written to the state as late as
 * can be: in a way out, where they are seldom needed.
 */
final class Emission {
    private static final int PAGE_SHIFT = 12;
    private static final int ZERO = 4;
    private static final int NOT_ZERO = 5;
    private static final int GREATER = 0xF;
    private static final int ABOVE = 7;
    private static final int CS = 1;
    private static final int FS = 4;

    final HostCode code;
    final int mode;

    /** Whether an offset has to be checked and added to a base, on its way to a linear address. */
    final boolean segmented;

    final HostFeatures host;
    private final Stubs stubs;
    private final Exits exits;
    private final boolean counts;
    final boolean checks;

    /** Where it is noted what was known at each point, for who wants to know later. */
    @Nullable Recovery recovery;

    /** Code that is seldom run, to be written behind the rest. */
    private final List<Runnable> outOfLine = new ArrayList<>();

    // The instruction being emitted.
    private int start;
    private int end;

    /** Of the unit's instructions, from 1. */
    private int number;

    private boolean flagsLiveBefore;
    private boolean flagsLiveAfter;
    private FlagUse flagUse = FlagUse.NONE;

    private boolean vectors;
    private boolean fpu;
    private byte[] guest = {};

    /** Takes back what the instruction has changed, on its ways out. */
    private Runnable undo = () -> {};

    /** The flags from before the instruction are nowhere any more. */
    private boolean flagsLost;

    // Where the guest's flags are.
    private boolean inHost;
    private boolean inState = true;
    private int kind;
    private int kindA;
    private int kindB;
    private long kindImmediate;

    /** Makes an exit's number. */
    interface Exits {
        int interpret(int start, Exit.Cause cause);

        int link();

        void resumesAt(int exit, long address);
    }

    /**
     * @param counts whether what it executes is counted
     * @param checks whether it logs its stores, and leaves for Java in place of another unit
     */
    Emission(
            HostCode code,
            Stubs stubs,
            HostFeatures host,
            Exits exits,
            int mode,
            boolean counts,
            boolean checks) {
        this.code = code;
        this.stubs = stubs;
        this.host = host;
        this.exits = exits;
        this.mode = mode;
        segmented = (mode & Mode.FLAT) == 0;
        this.counts = counts;
        this.checks = checks;
    }

    boolean is64() {
        return Mode.is64(mode);
    }

    int end() {
        return end;
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
        outOfLine.add(() -> {
            code.land(pending);
            leaveBy(leave);
        });
        if (segmented) {
            farTarget(bytes - 1);
            code.rm(0x3B, 8, T0, STATE, Frame.at(State.CODE_LIMIT)); // cmp
            int beyond = code.jcc(GREATER);
            outOfLine.add(() -> {
                code.land(beyond);
                leaveBy(leave);
            });
        }
        if (vectors) {
            load(State.VECTORS_IN_HOST, stubs.vectors, leave);
        }
        if (fpu) {
            load(State.FPU_IN_HOST, stubs.fpu, leave);
        }
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
            leaveBy(leave);
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
        flagUse = use;
        flagsLost = false;
        undo = () -> {};
        flagsLiveBefore = liveBefore;
        flagsLiveAfter = liveAfter;
        mark();
    }

    private void mark() {
        if (recovery != null) {
            recovery.mark(code.here(), start, snapshot());
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

    /**
     * To be called before a guest register is changed, while its old value is still there, and
     * behind the last {@link #slow} of the instruction: it may lose the flags from before.
     */
    void change(int guest) {
        if (kind != 0 && (kindA == guest || kindB == guest)) {
            if (flagsLiveAfter && !flagUse.writes() && !inState) {
                storeKind(kind, kindA, kindB, kindImmediate);
                inState = true;
            } else {
                flagsLost = !inHost && !inState;
            }
            kind = 0;
        }
    }

    /** Likewise, before {@link #slow} and where it is not certain that the register is changed. */
    void changePerhaps(int guest) {
        if (kind != 0 && (kindA == guest || kindB == guest)) {
            if (flagsLiveBefore && !inState) {
                storeKind(kind, kindA, kindB, kindImmediate);
                inState = true;
            }
            kind = 0;
            mark();
        }
    }

    // Memory.

    /** Whether this memory operand has an emitter. */
    boolean canAddress(Operand.Memory memory) {
        return !memory.isVsib();
    }

    /** Whether the effective address is the linear one, but for a base in 64-bit mode. */
    boolean isFlat(Operand.Memory memory) {
        return !segmented && memory.addressBytes() != 2 && (is64() || !isBased(memory));
    }

    /** The effective address, in T0. */
    void effectiveAddress(Operand.Memory memory) {
        int size = memory.addressBytes() == 8 ? 8 : 4;
        int base = memory.base();
        int index = memory.index();
        int scale = Integer.numberOfTrailingZeros(memory.scale());
        int displacement = (int) memory.displacement();
        if (base == Operand.Memory.RIP) {
            code.load(T0, STATE, Frame.at(State.RIP));
            code.rm(0x8D, size, T0, T0, displacement + end);
        } else if (index == Operand.Memory.NONE) {
            if (base == Operand.Memory.NONE) {
                code.constant(T0, size == 4 ? displacement & 0xFFFF_FFFFL : memory.displacement());
            } else {
                code.rm(0x8D, size, T0, read(base, T0), displacement);
            }
        } else {
            int hostBase = base == Operand.Memory.NONE ? HostCode.NONE : read(base, T0);
            code.rmx(0x8D, size, T0, hostBase, read(index, T1), scale, displacement);
        }
        if (memory.addressBytes() == 2) {
            code.rr(0x0F_B7, 4, T0, T0); // movzx
        }
    }

    private static boolean isBased(Operand.Memory memory) {
        return memory.segment() == Segment.FS || memory.segment() == Segment.GS;
    }

    /**
     * Makes the offset in T0 the linear address of so many bytes, and leaves it to the interpreter
     * if the segment does not allow the access. Spoils T2, and the flags if anything is done.
     */
    void address(Segment segment, int bytes, boolean store) {
        int number = Lowering.number(segment);
        int base = Frame.at(State.segmentBase(number));
        if (is64() && number >= FS) {
            code.rm(0x03, 8, T0, STATE, base);
        } else if (segmented || number >= FS) {
            int limit = store ? State.writeLimit(number) : State.readLimit(number);
            code.lea(T2, T0, bytes - 1);
            code.rm(0x3B, 8, T2, STATE, Frame.at(limit)); // cmp
            slow(GREATER);
            code.rm(0x03, 4, T0, STATE, base);
        }
    }

    /** The host address of a memory operand, in T0. Spoils T1 and T2. */
    void access(Operand.Memory memory, int bytes, boolean store) {
        if (segmented || isBased(memory)) {
            clobberFlags();
        }
        effectiveAddress(memory);
        address(memory.segment(), bytes, store);
        access(bytes, store);
    }

    /** Likewise, with an offset into the stack segment in T0. */
    void accessStack(int bytes, boolean store) {
        if (segmented) {
            clobberFlags();
        }
        address(Segment.SS, bytes, store);
        access(bytes, store);
    }

    /** Likewise, with the linear address in T0. */
    void access(int bytes, boolean store) {
        clobberFlags();
        if (bytes == 1) {
            code.mov(T2, T0);
        } else {
            code.lea(T2, T0, bytes - 1);
        }
        lookUpPage(store);
        if (store && checks) {
            code.constant(T1, bytes);
            code.call(stubs.log);
        }
    }

    /** Likewise, of so many elements as the host register {@code count} says, at most a page. */
    void accessRun(int count, int bytes, boolean store) {
        clobberFlags();
        int scale = Integer.numberOfTrailingZeros(bytes);
        code.rmx(0x8D, 8, T2, T0, count, scale, -1); // lea
        lookUpPage(store);
        if (store && checks) {
            code.rmx(0x8D, 8, T1, HostCode.NONE, count, scale, 0); // lea
            code.call(stubs.log);
        }
    }

    /** The host address for the linear address in T0, if the one in T2 is on the same page. */
    private void lookUpPage(boolean store) {
        int set = Frame.at(State.TLB) + State.TLB_SET_BYTES * (mode >> Mode.TLB_SHIFT & 3);
        int tag = set + (store ? State.TLB_WRITE : State.TLB_READ);
        code.mov32(T1, T0);
        code.rr(0xC1, 4, 5, T1); // shr
        code.u8(PAGE_SHIFT - Integer.numberOfTrailingZeros(State.TLB_ENTRY_BYTES));
        code.arithmetic(4, 4, T1, (State.TLB_ENTRIES - 1) * State.TLB_ENTRY_BYTES);
        code.arithmetic(4, 8, T2, -(1 << PAGE_SHIFT));
        code.rmx(0x3B, 8, T2, STATE, T1, 0, tag);
        slow(NOT_ZERO, Exit.Cause.TLB_MISS, () -> {});
        code.rmx(0x03, 8, T0, STATE, T1, 0, set + State.TLB_ADDEND);
    }

    /** If this condition holds, the instruction is interpreted instead. */
    void slow(int condition) {
        slow(condition, Exit.Cause.OPERANDS, () -> {});
    }

    /**
     * Likewise.
     *
     * @param first is emitted before it comes to that
     */
    private void slow(int condition, Exit.Cause cause, Runnable first) {
        if (flagsLost) {
            throw new IllegalStateException("the way out of an instruction comes too late");
        }
        int jump = code.jcc(condition);
        mark();
        Flags flags = snapshot();
        int exit = exits.interpret(start, cause);
        Runnable second = undo;
        outOfLine.add(() -> {
            code.land(jump);
            first.run();
            second.run();
            storeFlags(flags);
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
        boolean flags = inHost && flagsLiveAfter;
        if (flags || vectors || fpu) {
            outOfLine.add(() -> {
                long at = code.here();
                loadAgain();
                if (flags) {
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
        storeFlags(snapshot());
        int exit = exits.interpret(start, Exit.Cause.NO_EMITTER);
        leaveBy(exit);
        exits.resumesAt(exit, code.here());
        loadAgain();
        inHost = false;
        inState = true;
        kind = 0;
    }

    /** MFENCE or SFENCE. */
    void fence(int opcode) {
        code.u8(0x0F);
        code.u8(0xAE);
        code.u8(opcode);
    }

    // Flags.

    record Flags(boolean inHost, boolean inState, int kind, int a, int b, long immediate) {}

    private Flags snapshot() {
        return new Flags(inHost, inState, kind, kindA, kindB, kindImmediate);
    }

    /** The instruction has just set all of the host's flags as it sets the guest's. */
    void flagsSet() {
        inHost = true;
        inState = false;
        kind = 0;
    }

    /** Likewise, as an operation of {@link FlagsKind} whose operands are in guest registers. */
    void flagsSet(int kind, int bytes, int a, int b) {
        flagsSet();
        this.kind = kind | Integer.numberOfTrailingZeros(bytes);
        kindA = a;
        kindB = b;
    }

    /** Likewise, with an immediate for B. */
    void flagsSet(int kind, int bytes, int a, long immediate) {
        flagsSet(kind, bytes, a, -1);
        kindImmediate = immediate;
    }

    /** What comes next spoils the host's flags. */
    void clobberFlags() {
        if (inHost && !inState && kind == 0 && flagsLiveBefore) {
            storeImage();
            inState = true;
            mark();
        }
        inHost = false;
    }

    /** Has the guest's flags in the host's. May spoil T1 and T2. */
    void needFlags() {
        if (inHost) {
            return;
        }
        if (kind != 0) {
            int size = 1 << (kind & 3);
            int wide = size == 1 ? 0 : 1;
            int a = read(kindA, T1);
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
            code.call(stubs.flags);
        }
        inHost = true;
    }

    private void operandB(int to) {
        if (kindB >= 0) {
            int b = read(kindB, to);
            if (b != to) {
                code.mov(to, b);
            }
        } else {
            code.constant(to, kindImmediate);
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

    private void storeFlags(Flags flags) {
        if (flags.inState) {
            return;
        }
        if (flags.kind != 0) {
            storeKind(flags.kind, flags.a, flags.b, flags.immediate);
        } else if (flags.inHost) {
            storeImage();
        }
    }

    private void storeKind(int kind, int a, int b, long immediate) {
        code.store(STATE, Frame.at(State.FLAGS_A), read(a, T2));
        if ((kind & ~3) != FlagsKind.LOGIC) {
            if (b >= 0) {
                code.store(STATE, Frame.at(State.FLAGS_B), read(b, T2));
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

    // Ways out.

    void leaveBy(int exit) {
        code.u8(0x41); // mov r10d, imm32
        code.u8(0xB8 | T0 & 7);
        code.u32(exit);
        code.jmp(stubs.exit);
    }

    /** Leaves for a place on the page, {@code delta} bytes from where RIP is. */
    private void link(int delta) {
        storeFlags(snapshot());
        count();
        addToRip(delta);
        int exit = exits.link();
        int jump = code.jmp();
        exits.resumesAt(exit, code.here());
        code.land(jump);
        leaveBy(exit);
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
            if (segmented) {
                checkTarget();
            }
            code.store(STATE, Frame.at(State.RIP), T0);
            link(0);
        } else {
            link(delta);
        }
    }

    /** Whether a branch with operands so wide can have a target that is not where it seems. */
    private boolean isCut(int operandBytes) {
        return segmented || operandBytes == 2;
    }

    /** Whether a branch there can only succeed. */
    boolean isSafe(int delta, int operandBytes) {
        return isOnPage(delta) && !isCut(operandBytes);
    }

    /** Whether a place this far from the unit's beginning is on its page. */
    private boolean isOnPage(int delta) {
        return delta >= least && delta < most;
    }

    /**
     * The instruction pointer {@code delta} bytes from the unit's beginning, in T0. Where it has 16
     * bits, what goes over them is interpreted.
     */
    void farTarget(int delta, int operandBytes) {
        farTarget(delta);
        if (operandBytes == 2) {
            clobberFlags();
            code.arithmetic(7, 4, T0, 0xFFFF); // cmp
            slow(ABOVE);
        }
    }

    /** Likewise, where it is not cut: RIP in 64-bit mode, else EIP. */
    void farTarget(int delta) {
        code.load(T0, STATE, Frame.at(State.RIP));
        code.rm(0x8D, is64() ? 8 : 4, T0, T0, delta);
    }

    /** Has the instruction interpreted if CS does not reach to where T0 points. */
    private void checkTarget() {
        clobberFlags();
        code.rm(0x3B, 8, T0, STATE, Frame.at(State.CODE_LIMIT)); // cmp
        slow(GREATER);
    }

    /**
     * Looks up the translation for the instruction pointer in T0, which stays there; its host
     * address is in T1 then. Where there is none, the instruction is interpreted. Spoils T2.
     */
    void lookUp() {
        clobberFlags();
        if (segmented) {
            checkTarget();
            code.store(STATE, Frame.at(State.JUMP_RIP), T0);
            addCodeBase();
        }
        callLookUp(mode);
        slow(NOT_ZERO, Exit.Cause.UNKNOWN_TARGET, () -> {});
        if (segmented) {
            code.load(T0, STATE, Frame.at(State.JUMP_RIP));
        }
    }

    private void addCodeBase() {
        code.rm(0x03, 4, T0, STATE, Frame.at(State.segmentBase(CS)));
    }

    /** Likewise, where the mode will be another; until it is known that there is one, it is not. */
    void lookUp(int otherMode) {
        clobberFlags();
        changeKey(otherMode);
        callLookUp(otherMode);
        slow(NOT_ZERO, Exit.Cause.UNKNOWN_TARGET, () -> changeKey(otherMode));
    }

    private void callLookUp(int targetMode) {
        code.call(stubs.lookUp[targetMode >> Mode.TLB_SHIFT & 3]);
    }

    /** From this mode to the other, or back. */
    private void changeKey(int otherMode) {
        code.load(T2, STATE, Frame.at(State.JUMP_KEY));
        code.arithmetic(6, 8, T2, mode ^ otherMode); // xor
        code.store(STATE, Frame.at(State.JUMP_KEY), T2);
    }

    /** The guest's flags, all of them, have been written to the state: see {@link #storeImage}. */
    void flagsStored() {
        storeKindOf(FlagsKind.IMAGE);
        inHost = false;
        inState = true;
        kind = 0;
    }

    /** Goes to what was looked up. */
    private void go() {
        code.store(STATE, Frame.at(State.RIP), T0);
        goOn();
    }

    /** Likewise, where RIP is already. */
    private void goOn() {
        if (checks) {
            leaveBy(Exit.LEAVE);
            return;
        }
        code.rr(0xFF, 4, 4, T1); // jmp
    }

    /** Likewise, with the flags in the state. */
    void goNow() {
        storeFlags(snapshot());
        count();
        go();
    }

    /** Keeps what was looked up over an access to memory: see {@link #goToKept}. */
    void keep() {
        code.store(STATE, Frame.at(State.JUMP_RIP), T0);
        code.store(STATE, Frame.at(State.JUMP_CODE), T1);
    }

    void goToKept() {
        storeFlags(snapshot());
        count();
        code.load(T0, STATE, Frame.at(State.JUMP_RIP));
        code.store(STATE, Frame.at(State.RIP), T0);
        if (checks) {
            leaveBy(Exit.LEAVE);
            return;
        }
        code.rm(0xFF, 4, 4, STATE, Frame.at(State.JUMP_CODE)); // jmp
    }

    /** The instruction pointer behind this instruction, in a register. */
    void returnAddress(int to) {
        code.load(to, STATE, Frame.at(State.RIP));
        code.rm(0x8D, is64() ? 8 : 4, to, to, end);
    }

    /** Leaves for there if the guest's flags fulfil the condition. */
    void branchIf(int condition, int delta, int operandBytes) {
        needFlags();
        branchNow(condition, delta, operandBytes);
    }

    /** Likewise, if the host's do. */
    void branchNow(int condition, int delta, int operandBytes) {
        int taken = code.jcc(condition);
        int at = start;
        int numberHere = number;
        Runnable undoHere = undo;
        Flags flags = snapshot();
        outOfLine.add(() -> {
            code.land(taken);
            restore(flags);
            start = at;
            number = numberHere;
            undo = undoHere;
            flagsLiveBefore = true;
            flagsLost = false;
            branch(delta, operandBytes);
        });
    }

    private void restore(Flags flags) {
        inHost = flags.inHost;
        inState = flags.inState;
        kind = flags.kind;
        kindA = flags.a;
        kindB = flags.b;
        kindImmediate = flags.immediate;
    }

    /** Where instructions are counted, those from the unit's entry to here have been executed. */
    private void count() {
        if (counts) {
            code.arithmetic(0, 8, STATE, Frame.at(State.TRANSLATED_INSTRUCTIONS), number);
        }
    }

    private void addToRip(int delta) {
        if (delta != 0) {
            code.arithmetic(0, is64() ? 8 : 4, STATE, Frame.at(State.RIP), delta);
        }
    }

    /** Ends the unit with an instruction that is interpreted. */
    void interpretLast() {
        storeFlags(snapshot());
        leaveBy(exits.interpret(start, Exit.Cause.NO_EMITTER));
    }

    /** Ends the unit before an instruction that belongs to another. */
    void endBefore(int delta) {
        if (!segmented && isOnPage(delta)) {
            link(delta);
            return;
        }
        storeFlags(snapshot());
        count();
        farTarget(delta);
        code.store(STATE, Frame.at(State.RIP), T0);
        if (segmented) {
            addCodeBase();
        }
        callLookUp(mode);
        int unknown = code.jcc(NOT_ZERO);
        outOfLine.add(() -> {
            code.land(unknown);
            leaveBy(Exit.LEAVE);
        });
        goOn();
    }

    private int least;
    private int most;

    /** The part of the page that the unit is on, in bytes from its beginning. */
    void page(int least, int most) {
        this.least = least;
        this.most = most;
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
