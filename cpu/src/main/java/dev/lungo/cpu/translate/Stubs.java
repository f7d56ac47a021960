package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;
import static dev.lungo.cpu.translate.HostCode.ADD;
import static dev.lungo.cpu.translate.HostCode.AND;
import static dev.lungo.cpu.translate.HostCode.BELOW;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;
import static dev.lungo.cpu.translate.HostCode.R12;
import static dev.lungo.cpu.translate.HostCode.R13;
import static dev.lungo.cpu.translate.HostCode.R14;
import static dev.lungo.cpu.translate.HostCode.R15;
import static dev.lungo.cpu.translate.HostCode.RAX;
import static dev.lungo.cpu.translate.HostCode.RBP;
import static dev.lungo.cpu.translate.HostCode.RBX;
import static dev.lungo.cpu.translate.HostCode.RCX;
import static dev.lungo.cpu.translate.HostCode.RDI;
import static dev.lungo.cpu.translate.HostCode.RSI;
import static dev.lungo.cpu.translate.HostCode.RSP;
import static dev.lungo.cpu.translate.HostCode.SHR;
import static dev.lungo.cpu.translate.HostCode.SUB;
import static dev.lungo.cpu.translate.HostCode.XOR;
import static dev.lungo.cpu.translate.HostCode.ZERO;

import dev.lungo.cpu.core.State;

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
    private static final int GENERAL_REGISTERS = 16;

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

    /** To be called: see {@link VectorTransfer#load}. */
    final long vectors;

    /** To be called: see {@link X87Transfer#load}. */
    final long fpu;

    /**
     * To be called before a store to the host address in T0 of so many bytes as T1 says: writes to
     * the {@link StoreLog}. Uses T2 and the flags.
     */
    final long log;

    /** To be called: see {@link TimeStub#emit}. */
    final long time;

    /** Where to go on after a fault in code from {@link #guarded} on. */
    final long recover;

    /** From here on, {@link Frame#STATE} is what it should be. */
    final long guarded;

    private final HostCode code;

    Stubs(HostCode code, HostFeatures host) {
        this.code = code;
        var toVectors = new VectorTransfer(code, host);
        var toX87 = new X87Transfer(code);
        exit = exit(toVectors, toX87);
        enter = enter();
        recover = recover();
        guarded = code.here();
        long fill = fill();
        for (int set = 0; set < lookUp.length; set++) {
            lookUp[set] = lookUp(set, fill);
            link[set] = link(lookUp[set]);
        }
        for (int set = 0; set < refill.length; set++) { // but the last, which is never filled
            refill[set][0] = new TlbRefill(code, set, false).emit();
            refill[set][1] = new TlbRefill(code, set, true).emit();
        }
        flags = flags();
        log = log();
        vectors = toVectors.load();
        fpu = toX87.load();
        time = new TimeStub(code, toVectors, vectors).emit();
    }

    /** The place of an address in a table of so many entries. */
    static int slot(long address, int entries) {
        int low = (int) address;
        return (low ^ low >>> JUMP_HASH_SHIFT) & entries - 1;
    }

    private long exit(VectorTransfer toVectors, X87Transfer toX87) {
        long at = code.here();
        for (int guest = 0; guest < GENERAL_REGISTERS; guest++) {
            if (Frame.isPinned(guest)) {
                code.store(STATE, Frame.gpr(guest), Frame.host(guest));
            }
        }
        toVectors.store();
        toX87.store();
        code.mov(RAX, T0);
        code.arithmetic(ADD, 8, RSP, 8);
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.ret();
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
        code.arithmetic(ADD, 8, RCX, 8);
        code.rr(0x3B, 8, RCX, T1); // cmp
        code.jcc(BELOW, next);
        code.rmx(0x8D, 8, T2, T2, RCX, 0, StoreLog.OLD); // lea
        code.store(STATE, Frame.at(State.STORE_LOG), T2);
        code.pop(RCX);
        code.pop(RAX);
        code.ret();
        return at;
    }

    private long recover() {
        long at = code.here();
        code.load(RSP, STATE, Frame.at(State.HOST_RSP));
        code.constant(T0, Exit.FAULT);
        code.jmp(exit);
        return at;
    }

    /** Has the jump cache know that the linear address in T0 leads to T1; returns with ZF set. */
    private long fill() {
        long at = code.here();
        hash(T2, T0, JUMPS);
        int entry = Frame.at(State.JUMPS);
        code.rmx(0x89, 8, T0, STATE, T2, 0, entry);
        code.rmx(0x89, 8, T1, STATE, T2, 0, entry + JUMP_CODE);
        code.push(T0);
        code.load(T0, STATE, Frame.at(State.JUMP_KEY));
        code.rmx(0x89, 8, T0, STATE, T2, 0, entry + JUMP_KEY);
        code.pop(T0);
        code.rr(0x3B, 8, T0, T0); // cmp
        code.ret();
        return at;
    }

    private long lookUp(int tlbSet, long fill) {
        long at = code.here();
        hash(T1, T0, JUMPS);
        int base = Frame.at(State.JUMPS);
        code.rmx(0x3B, 8, T0, STATE, T1, 0, base);
        int missed = code.jccShort(NOT_ZERO);
        code.load(T2, STATE, Frame.at(State.JUMP_KEY));
        code.rmx(0x3B, 8, T2, STATE, T1, 0, base + JUMP_KEY);
        int stale = code.jccShort(NOT_ZERO);
        code.rmx(0x8B, 8, T1, STATE, T1, 0, base + JUMP_CODE);
        code.ret();
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
        code.jcc(ZERO, fill);
        code.landShort(untranslated);
        code.landShort(unknown);
        code.ret();
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
        code.arithmetic(ADD, 8, T0, LINK_BYTES); // add: from the end of the jump
        code.rm(0x03, 8, T2, STATE, Frame.at(State.CODE_TO_WRITABLE)); // add
        code.rm(0x89, 4, T0, T2, -LINK_BYTES - 4); // mov
        code.rr(0xFF, 4, 4, T1); // jmp
        return at;
    }

    /** The place of an address in a table, in bytes. */
    private void hash(int to, int address, int entries) {
        code.mov32(to, address);
        code.rr(0xC1, 4, SHR, to);
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
            code.ret();
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
