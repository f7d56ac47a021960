package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;
import static dev.lungo.cpu.translate.HostCode.ADD;
import static dev.lungo.cpu.translate.HostCode.CMP;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;
import static dev.lungo.cpu.translate.HostCode.R8;
import static dev.lungo.cpu.translate.HostCode.R9;
import static dev.lungo.cpu.translate.HostCode.RAX;
import static dev.lungo.cpu.translate.HostCode.RCX;
import static dev.lungo.cpu.translate.HostCode.RDI;
import static dev.lungo.cpu.translate.HostCode.RDX;
import static dev.lungo.cpu.translate.HostCode.RSI;
import static dev.lungo.cpu.translate.HostCode.RSP;
import static dev.lungo.cpu.translate.HostCode.SUB;
import static dev.lungo.cpu.translate.HostCode.ZERO;

import dev.lungo.cpu.core.State;
import dev.lungo.host.HostClock;
import java.util.ArrayList;
import java.util.List;

/** Asks for the time of the machine's clock as {@link HostClock#nanos} does, without Java. */
final class TimeStub {
    /** Those of the guest's registers that a function of the host's may change. */
    private static final int[] CALLER_SAVED = {RAX, RCX, RDX, RSI, RDI, R8, R9};

    private static final int NANOS_PER_SECOND = 1_000_000_000;

    private final HostCode code;
    private final VectorTransfer vectors;
    private final long loadVectors;

    /**
     * @param loadVectors the routine of the transfer
     */
    TimeStub(HostCode code, VectorTransfer vectors, long loadVectors) {
        this.code = code;
        this.vectors = vectors;
        this.loadVectors = loadVectors;
    }

    /**
     * Writes the routine: T0 becomes the time in nanoseconds, and ZF says whether it has. It has
     * not if that is not so simple. Uses T1 and T2.
     */
    long emit() {
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
        code.arithmetic(ADD, 8, RAX, HostClock.MOST_AHEAD_NANOS);
        code.store(RSP, most, RAX);
        code.rm(0x8B, 4, T2, STATE, Frame.at(State.VECTORS_IN_HOST)); // mov
        vectors.store();
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
        code.call(loadVectors);
        code.land(absent);
        code.mov(T0, T1);
        code.mov(T2, RSI);
        code.arithmetic(ADD, 8, RSP, bytes);
        for (int i = CALLER_SAVED.length - 1; i >= 0; i--) {
            code.pop(CALLER_SAVED[i]);
        }
        code.arithmetic(CMP, 4, T2, 1);
        code.ret();
        return at;
    }
}
