package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;
import static dev.lungo.cpu.translate.HostCode.R12;
import static dev.lungo.cpu.translate.HostCode.R13;
import static dev.lungo.cpu.translate.HostCode.R14;
import static dev.lungo.cpu.translate.HostCode.R15;
import static dev.lungo.cpu.translate.HostCode.R8;
import static dev.lungo.cpu.translate.HostCode.R9;
import static dev.lungo.cpu.translate.HostCode.RAX;
import static dev.lungo.cpu.translate.HostCode.RBP;
import static dev.lungo.cpu.translate.HostCode.RBX;
import static dev.lungo.cpu.translate.HostCode.RCX;
import static dev.lungo.cpu.translate.HostCode.RDI;
import static dev.lungo.cpu.translate.HostCode.RDX;
import static dev.lungo.cpu.translate.HostCode.RSI;
import static dev.lungo.cpu.translate.HostCode.RSP;

import dev.lungo.cpu.core.State;
import dev.lungo.host.HostClock;
import java.util.ArrayList;
import java.util.List;

/** Code that all translations share, at the beginning of the code memory. */
final class Stubs {
    /** An entry of the jump cache: {linear address, key, code}. */
    static final int JUMP_BYTES = 32;

    static final int JUMP_KEY = 8;
    static final int JUMP_CODE = 16;
    static final int JUMPS = 2048;
    static final int UNITS = 65536;

    /** From a jump that is to be linked to the end of the call: two moves of an int, and itself. */
    private static final int LINK_BYTES = 6 + 6 + 5;

    private static final int JUMP_HASH_SHIFT = 11;
    private static final int[] SAVED = {RBX, RBP, R12, R13, R14, R15};

    /** Those of the guest's that a function of the host's may change. */
    private static final int[] CALLER_SAVED = {RAX, RCX, RDX, RSI, RDI, R8, R9};

    private static final int NANOS_PER_SECOND = 1_000_000_000;
    private static final int GENERAL_REGISTERS = 16;
    private static final int SUB = 5;
    private static final int RET = 0xC3;
    private static final int CMP = 7;
    private static final int ZERO = 4;
    private static final int VECTORS = 16;

    private static final int SHR = 5;

    /** All six exceptions of x87. */
    static final int FCW_MASKS = 0x3F;

    private static final int X87_REGISTERS = 8;
    private static final int X87 = Frame.at(State.X87);
    private static final int IMAGE = Frame.at(State.X87_IMAGE);

    /** In the order of the image. */
    private static final int[] X87_WORDS = {State.FCW, State.FSW, State.FTW};

    /** All six exceptions. */
    static final int MXCSR_MASKS = 0x1F80;

    /** What the System V ABI has it be when a thread begins, and Java leaves alone. */
    private static final int MXCSR_OF_JAVA = 0x1F80;

    private static final int AND = 4;
    private static final int XOR = 6;
    private static final int NOT_ZERO = 5;
    private static final int BELOW = 2;

    /** From Java: the state in RDI, the code in RSI. */
    final long enter;

    /** Back to Java, with the number of the exit in T0. */
    final long exit;

    /**
     * To be called: T1 becomes the code for the linear address in T0, and ZF says whether there is
     * some. Uses T2. By the set of TLB entries.
     */
    final long[] lookUp = new long[State.TLB_SETS];

    /**
     * To be called where a branch is not linked yet, with its exit's number in T0 and where it
     * leads on its page in T1: goes there, and has the jump before the call do so from now on. By
     * the set of TLB entries.
     */
    final long[] link = new long[State.TLB_SETS];

    /** See {@link TlbRefill}: by the set of TLB entries, and for loads, then stores. */
    final long[][] refill = new long[State.TLB_SETS - 1][2];

    /** To be called: makes the host's flags what the guest's in the state are. Uses T1, T2. */
    final long flags;

    /**
     * To be called: loads the guest's vector registers and MXCSR into the host's, and says in ZF
     * whether it has. It has not if an exception of MXCSR is not masked. Uses T0.
     */
    final long vectors;

    /**
     * To be called: loads the guest's x87 state into the host's, and says in ZF whether it has. It
     * has not if an exception of the control word is not masked. Uses T0 and T1.
     */
    final long fpu;

    /**
     * To be called before a store to the host address in T0 of so many bytes as T1 says: writes to
     * the {@link StoreLog}. Uses T2 and the flags.
     */
    final long log;

    /**
     * To be called: T0 becomes the time of the machine's clock in nanoseconds, and ZF says whether
     * it has. It has not if that is not so simple. Uses T1 and T2.
     */
    final long time;

    /** Where to go on after a fault in code from {@link #guarded} on. */
    final long recover;

    /** From here on, {@link Frame#STATE} is what it should be. */
    final long guarded;

    private final HostCode code;

    /** Whether vector registers are 32 bytes wide. */
    private final boolean avx;

    Stubs(HostCode code, HostFeatures host) {
        this.code = code;
        avx = host.hasAvx();
        exit = exit();
        enter = enter();
        recover = recover();
        guarded = code.here();
        for (int set = 0; set < lookUp.length; set++) {
            lookUp[set] = lookUp(set);
            link[set] = link(lookUp[set]);
        }
        for (int set = 0; set < refill.length; set++) { // but the last, which is never filled
            refill[set][0] = new TlbRefill(code, set, false).emit();
            refill[set][1] = new TlbRefill(code, set, true).emit();
        }
        flags = flags();
        log = log();
        vectors = vectors();
        fpu = fpu();
        time = time();
    }

    /** The place of an address in a table of so many entries. */
    static int slot(long address, int entries) {
        int low = (int) address;
        return (low ^ low >>> JUMP_HASH_SHIFT) & entries - 1;
    }

    private long exit() {
        long at = code.here();
        for (int guest = 0; guest < GENERAL_REGISTERS; guest++) {
            if (Frame.isPinned(guest)) {
                code.store(STATE, Frame.gpr(guest), Frame.host(guest));
            }
        }
        storeVectors();
        storeFpu();
        code.mov(RAX, T0);
        code.arithmetic(0, 8, RSP, 8);
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.u8(RET);
        return at;
    }

    private long enter() {
        long at = code.here();
        for (int register : SAVED) {
            code.push(register);
        }
        code.arithmetic(SUB, 8, RSP, 8);
        code.lea(STATE, RDI, Frame.BIAS);
        code.store(STATE, Frame.at(State.HOST_RSP), RSP);
        code.mov(T0, RSI);
        for (int guest = 0; guest < GENERAL_REGISTERS; guest++) {
            if (Frame.isPinned(guest)) {
                code.load(Frame.host(guest), STATE, Frame.gpr(guest));
            }
        }
        code.rr(0xFF, 4, 4, T0); // jmp
        return at;
    }

    private long vectors() {
        long at = code.here();
        code.rm(0x8B, 4, T0, STATE, Frame.at(State.MXCSR));
        code.rr(0xF7, 4, 2, T0); // not
        code.rr(0xF7, 4, 0, T0); // test
        code.u32(MXCSR_MASKS);
        int unmasked = code.jcc(NOT_ZERO);
        for (int i = 0; i < VECTORS; i++) {
            moveVector(0x0F_10, i);
        }
        code.rm(0x0F_AE, 4, 2, STATE, Frame.at(State.MXCSR)); // ldmxcsr
        code.rm(0xC7, 4, 0, STATE, Frame.at(State.VECTORS_IN_HOST)); // mov
        code.u32(1);
        code.land(unmasked);
        code.u8(RET);
        return at;
    }

    /** Leaves the vector registers and MXCSR as Java wants them. */
    private void storeVectors() {
        code.arithmetic(CMP, 4, STATE, Frame.at(State.VECTORS_IN_HOST), 0);
        int absent = code.jcc(ZERO);
        for (int i = 0; i < VECTORS; i++) {
            moveVector(0x0F_11, i);
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
        code.arithmetic(0, 8, RSP, 8);
        code.land(absent);
    }

    private long fpu() {
        long at = code.here();
        code.rm(0x8B, 4, T0, STATE, Frame.at(State.FCW));
        code.rr(0xF7, 4, 2, T0); // not
        code.rr(0xF7, 4, 0, T0); // test
        code.u32(FCW_MASKS);
        int unmasked = code.jcc(NOT_ZERO);
        for (int i = 0; i < X87_WORDS.length; i++) {
            code.rm(0x8B, 4, T0, STATE, Frame.at(X87_WORDS[i]));
            code.rm(0x89, 4, T0, STATE, IMAGE + 4 * i);
        }
        code.rm(0x8B, 4, T0, STATE, Frame.at(State.FSW));
        topInBytes(T0);
        for (int i = 0; i < X87_REGISTERS; i++) {
            code.rmx(0x8B, 8, T1, STATE, T0, 0, X87);
            code.store(STATE, x87Image(i), T1);
            code.rmx(0x8B, 4, T1, STATE, T0, 0, X87 + 8);
            code.rm(0x89, 2, T1, STATE, x87Image(i) + 8);
            nextRegister(T0);
        }
        code.rm(0xDD, 4, 4, STATE, IMAGE); // frstor
        code.rm(0xC7, 4, 0, STATE, Frame.at(State.FPU_IN_HOST)); // mov
        code.u32(1);
        code.rr(0x33, 4, T0, T0); // xor: ZF
        code.land(unmasked);
        code.u8(RET);
        return at;
    }

    /** Leaves the x87 registers as Java wants them, which is how FNSAVE leaves them. */
    private void storeFpu() {
        code.arithmetic(CMP, 4, STATE, Frame.at(State.FPU_IN_HOST), 0);
        int absent = code.jcc(ZERO);
        code.rm(0xDD, 4, 6, STATE, IMAGE); // fnsave
        for (int i = 0; i < X87_WORDS.length; i++) {
            code.rm(0x0F_B7, 4, T1, STATE, IMAGE + 4 * i); // movzx
            code.rm(0x89, 4, T1, STATE, Frame.at(X87_WORDS[i]));
        }
        code.mov32(T2, T1); // of tags only whether they say empty, 11b
        code.rr(0xD1, 4, SHR, T2);
        code.rr(0x23, 4, T1, T2); // and
        code.arithmetic(AND, 4, T1, 0x5555);
        code.rmx(0x8D, 4, T1, T1, T1, 1, 0); // lea
        code.rm(0x89, 4, T1, STATE, Frame.at(State.FTW));
        code.rm(0x8B, 4, T2, STATE, Frame.at(State.FSW));
        topInBytes(T2);
        for (int i = 0; i < X87_REGISTERS; i++) {
            code.load(T1, STATE, x87Image(i));
            code.rmx(0x89, 8, T1, STATE, T2, 0, X87);
            code.rm(0x8B, 4, T1, STATE, x87Image(i) + 8);
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
        code.arithmetic(0, 4, register, 16);
        code.arithmetic(AND, 4, register, 7 << 4);
    }

    /** Where ST(i) is in the image of 32-bit protected mode. SDM 1, figure 8-9. */
    private static int x87Image(int i) {
        return IMAGE + 28 + 10 * i;
    }

    /** MOVUPS or VMOVUPS between a vector register and the state. */
    private void moveVector(int opcode, int number) {
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

    /** What {@link HostClock#nanos} does, without Java. */
    private long time() {
        int version = 16; // on the stack, behind the host's time
        int most = 24;
        int bytes = 32;
        List<Integer> unknown = new ArrayList<>();
        long at = code.here();
        for (int register : CALLER_SAVED) { // an odd number, so that the stack is aligned
            code.push(register);
        }
        code.arithmetic(SUB, 8, RSP, bytes);
        code.constant(T2, 0);
        code.arithmetic(CMP, 4, STATE, Frame.at(State.FPU_IN_HOST), 0);
        unknown.add(code.jcc(NOT_ZERO));
        code.load(T0, STATE, Frame.at(State.TIME));
        code.rr(0x85, 8, T0, T0); // test
        unknown.add(code.jcc(ZERO));
        code.load(RAX, T0, HostClock.VERSION);
        code.store(RSP, version, RAX);
        code.rr(0xF6, 1, 0, RAX); // test
        code.u8(1);
        unknown.add(code.jcc(NOT_ZERO));
        code.load(RAX, T0, HostClock.LAST_BEAT);
        code.arithmetic(0, 8, RAX, HostClock.MOST_AHEAD_NANOS);
        code.store(RSP, most, RAX);
        code.rm(0x8B, 4, T2, STATE, Frame.at(State.VECTORS_IN_HOST)); // mov
        storeVectors();
        code.constant(RDI, HostClock.CLOCK_MONOTONIC);
        code.mov(RSI, RSP);
        code.constant(RAX, HostClock.reader());
        code.rr(0xFF, 4, 2, RAX); // call
        code.rm(0x69, 8, RAX, RSP, 0); // imul: seconds
        code.u32(NANOS_PER_SECOND);
        code.rm(0x03, 8, RAX, RSP, 8); // add
        code.load(RCX, RSP, most);
        code.rr(0x3B, 8, RAX, RCX); // cmp
        code.rr(0x0F_4F, 8, RAX, RCX); // cmovg
        code.load(T0, STATE, Frame.at(State.TIME));
        code.rm(0x2B, 8, RAX, T0, HostClock.HIDDEN); // sub
        code.arithmetic(CMP, 8, T0, HostClock.RUNNING, 0);
        unknown.add(code.jcc(ZERO));
        code.arithmetic(CMP, 8, T0, HostClock.STOPPED, 0);
        unknown.add(code.jcc(NOT_ZERO));
        code.load(RCX, T0, HostClock.VERSION);
        code.rm(0x3B, 8, RCX, RSP, version); // cmp
        unknown.add(code.jcc(NOT_ZERO));
        code.mov(T1, RAX);
        code.constant(RSI, 1);
        int known = code.jmp();
        unknown.forEach(code::land);
        code.constant(RSI, 0);
        code.land(known);
        code.rr(0x85, 4, T2, T2); // test
        int absent = code.jcc(ZERO);
        code.call(vectors);
        code.land(absent);
        code.mov(T0, T1);
        code.mov(T2, RSI);
        code.arithmetic(0, 8, RSP, bytes);
        for (int i = CALLER_SAVED.length - 1; i >= 0; i--) {
            code.pop(CALLER_SAVED[i]);
        }
        code.arithmetic(CMP, 4, T2, 1);
        code.u8(RET);
        return at;
    }

    private long log() {
        long at = code.here();
        code.push(RAX);
        code.push(RCX);
        code.load(T2, STATE, Frame.at(State.STORE_LOG));
        code.store(T2, 0, T0);
        code.store(T2, StoreLog.LENGTH, T1);
        code.constant(RCX, 0);
        long next = code.here();
        code.rmx(0x8B, 8, RAX, T0, RCX, 0, 0);
        code.rmx(0x89, 8, RAX, T2, RCX, 0, StoreLog.OLD);
        code.arithmetic(0, 8, RCX, 8);
        code.rr(0x3B, 8, RCX, T1); // cmp
        code.jcc(BELOW, next);
        code.rmx(0x8D, 8, T2, T2, RCX, 0, StoreLog.OLD); // lea
        code.store(STATE, Frame.at(State.STORE_LOG), T2);
        code.pop(RCX);
        code.pop(RAX);
        code.u8(RET);
        return at;
    }

    private long recover() {
        long at = code.here();
        code.load(RSP, STATE, Frame.at(State.HOST_RSP));
        code.constant(T0, Exit.FAULT);
        code.jmp(exit);
        return at;
    }

    private long lookUp(int tlbSet) {
        long at = code.here();
        hash(T1, T0, JUMPS);
        int base = Frame.at(State.JUMPS);
        code.rmx(0x3B, 8, T0, STATE, T1, 0, base);
        int missed = code.jccShort(NOT_ZERO);
        code.load(T2, STATE, Frame.at(State.JUMP_KEY));
        code.rmx(0x3B, 8, T2, STATE, T1, 0, base + JUMP_KEY);
        int stale = code.jccShort(NOT_ZERO);
        code.rmx(0x8B, 8, T1, STATE, T1, 0, base + JUMP_CODE);
        code.u8(RET);
        code.landShort(missed);
        code.landShort(stale);
        // Another way, which changes of translations leave alone: by where the TLB has the code.
        int set = Frame.at(State.CODE_TLB) + State.CODE_TLB_SET_BYTES * tlbSet;
        Addressing.tlbEntry(code, State.CODE_TLB_ENTRIES, State.CODE_TLB_ENTRY_BYTES);
        code.mov(T2, T0);
        code.arithmetic(AND, 8, T2, -4096);
        code.rmx(0x3B, 8, T2, STATE, T1, 0, set);
        int untranslated = code.jccShort(NOT_ZERO);
        code.rmx(0x8B, 8, T2, STATE, T1, 0, set + State.CODE_TLB_ADDEND);
        code.rr(0x03, 8, T2, T0);
        hash(T1, T2, UNITS);
        base = Frame.at(State.UNITS);
        code.rmx(0x3B, 8, T2, STATE, T1, 0, base);
        int found = code.jccShort(ZERO);
        code.arithmetic(XOR, 4, T1, JUMP_BYTES); // its neighbour
        code.rmx(0x3B, 8, T2, STATE, T1, 0, base);
        int unknown = code.jccShort(NOT_ZERO);
        code.landShort(found);
        code.rm(0x0F_B7, 4, T2, STATE, Frame.at(State.JUMP_KEY)); // movzx: the mode
        code.rmx(0x3B, 4, T2, STATE, T1, 0, base + JUMP_KEY);
        code.rmx(0x8B, 8, T1, STATE, T1, 0, base + JUMP_CODE);
        code.landShort(untranslated);
        code.landShort(unknown);
        code.u8(RET);
        return at;
    }

    private long link(long lookUp) {
        long at = code.here();
        code.push(T0);
        code.load(T0, STATE, Frame.at(State.RIP));
        code.rr(0x03, 8, T0, T1); // add
        code.call(lookUp);
        code.pop(T0);
        code.pop(T2); // the address behind the call
        code.jcc(NOT_ZERO, exit);
        code.mov(T0, T1);
        code.rr(0x2B, 8, T0, T2); // sub
        code.arithmetic(0, 8, T0, LINK_BYTES); // add: from the end of the jump
        code.rm(0x03, 8, T2, STATE, Frame.at(State.CODE_TO_WRITABLE)); // add
        code.rm(0x89, 4, T0, T2, -LINK_BYTES - 4); // mov
        code.rr(0xFF, 4, 4, T1); // jmp
        return at;
    }

    /** The place of an address in a table, in bytes. */
    private void hash(int to, int address, int entries) {
        code.mov32(to, address);
        code.rr(0xC1, 4, SUB, to); // shr
        code.u8(JUMP_HASH_SHIFT);
        code.rr(0x33, 4, to, address);
        code.arithmetic(AND, 4, to, entries - 1);
        code.rr(0xC1, 4, 4, to); // shl
        code.u8(Integer.numberOfTrailingZeros(JUMP_BYTES));
    }

    private long flags() {
        long[] kinds = new long[FlagsKind.COUNT];
        for (int kind = 0; kind < kinds.length; kind++) {
            kinds[kind] = code.here();
            if (kind < 4) {
                code.rm(0xFF, 4, 6, STATE, Frame.at(State.FLAGS_A)); // push
                code.u8(0x9D); // popf
            } else {
                again(kind & ~3, 1 << (kind & 3));
            }
            code.u8(RET);
        }
        while (code.here() % 8 != 0) {
            code.u8(0x90);
        }
        long table = code.here();
        for (long kind : kinds) {
            code.u64(kind);
        }
        long at = code.here();
        code.rm(0x8B, 4, T1, STATE, Frame.at(State.FLAGS_KIND));
        code.constant(T2, table);
        code.rmx(0xFF, 4, 4, T2, T1, 3, 0); // jmp
        return at;
    }

    /** Does once more what set the flags. */
    private void again(int kind, int size) {
        int a = Frame.at(State.FLAGS_A);
        int b = Frame.at(State.FLAGS_B);
        int wide = size == 1 ? 0 : 1;
        code.load(T1, STATE, a);
        switch (kind) {
            case FlagsKind.ADD -> {
                code.rm(0x2B, 8, T1, STATE, b);
                code.rm(0x02 | wide, size, T1, STATE, b); // add
            }
            case FlagsKind.SUB -> {
                code.rm(0x03, 8, T1, STATE, b);
                code.rm(0x3A | wide, size, T1, STATE, b); // cmp
            }
            case FlagsKind.CMP -> code.rm(0x3A | wide, size, T1, STATE, b);
            default -> code.rr(0x84 | wide, size, T1, T1); // test
        }
    }
}
