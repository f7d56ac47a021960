package dev.lungo.conformance.hostcpu;

import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Rflags;

/**
 * Where a record of all user-mode registers has them, in bytes: what a case begins with, and what
 * either processor makes of it. The x87 part is an FXSAVE image, which holds MXCSR too.
 */
final class Registers {
    private Registers() {}

    static final int GPR = 0;
    static final int RSP = 4 * 8;
    static final int RFLAGS = 128;

    /** Of the host's code for the case. */
    static final int TARGET = 136;

    /** The exception that ended the case, as a signal number; 0 for none. */
    static final int SIGNAL = 144;

    /** 1 if the instruction was a branch, and taken. */
    static final int TAKEN = 152;

    /** What comes with a signal: why, and for a page fault where. */
    static final int SIGNAL_CODE = 160;

    static final int FAULT_ADDRESS = 168;

    static final int VECTOR = 192;
    static final int VECTOR_BYTES = 16 * State.VECTOR_BYTES;

    static final int FXSAVE = VECTOR + VECTOR_BYTES;
    static final int FCW = FXSAVE;
    static final int FSW = FXSAVE + 2;

    /** A bit for each physical register that is not empty. */
    static final int ABRIDGED_TAGS = FXSAVE + 4;

    static final int MXCSR = FXSAVE + 24;
    static final int MXCSR_MASK = FXSAVE + 28;

    /** ST(0) to ST(7), 16 bytes each. */
    static final int ST = FXSAVE + 32;

    static final int BYTES = 1280;

    private static final int TOP_SHIFT = 11;

    static void toProcessor(long record, Processor cpu) {
        long state = cpu.state;
        Raw.copy(record + GPR, state + State.GPR, 128);
        long rflags = Raw.getLong(record + RFLAGS);
        Raw.putLong(state + State.RFLAGS, rflags & ~Rflags.STATUS | Rflags.FIXED);
        Flags.setStatus(state, rflags);
        Raw.copy(record + VECTOR, state + State.VECTOR, VECTOR_BYTES);
        Raw.putInt(state + State.MXCSR, Raw.getInt(record + MXCSR));
        Raw.putInt(state + State.FCW, Raw.getShort(record + FCW));
        int fsw = Raw.getShort(record + FSW);
        Raw.putInt(state + State.FSW, fsw);
        int top = fsw >> TOP_SHIFT & 7;
        int tags = 0;
        for (int i = 0; i < 8; i++) {
            int physical = top + i & 7;
            Raw.copy(record + ST + 16L * i, state + State.X87 + 16L * physical, 16);
        }
        for (int i = 0; i < 8; i++) {
            boolean valid = (Raw.getByte(record + ABRIDGED_TAGS) & 1 << i) != 0;
            tags |= (valid ? tag(state + State.X87 + 16L * i) : 3) << 2 * i;
        }
        Raw.putInt(state + State.FTW, tags);
        Raw.putInt(state + State.FOP, 0);
        Raw.putInt(state + State.FCS, 0);
        Raw.putInt(state + State.FDS, 0);
        Raw.putLong(state + State.FIP, 0);
        Raw.putLong(state + State.FDP, 0);
    }

    /** What FXRSTOR makes of a register's contents. SDM 2A, "FXSAVE" (table 3-45). */
    private static int tag(long register) {
        int exponent = Raw.getShort(register + 8) & 0x7FFF;
        long significand = Raw.getLong(register);
        if (exponent == 0x7FFF) {
            return 2;
        }
        if (exponent == 0) {
            return significand == 0 ? 1 : 2;
        }
        return significand < 0 ? 0 : 2;
    }

    static void fromProcessor(Processor cpu, long record) {
        long state = cpu.state;
        Raw.copy(state + State.GPR, record + GPR, 128);
        Raw.putLong(record + RFLAGS, Flags.rflags(state));
        Raw.copy(state + State.VECTOR, record + VECTOR, VECTOR_BYTES);
        Raw.putInt(record + MXCSR, Raw.getInt(state + State.MXCSR));
        Raw.putShort(record + FCW, Raw.getInt(state + State.FCW));
        int fsw = Raw.getInt(state + State.FSW);
        Raw.putShort(record + FSW, fsw);
        int top = fsw >> TOP_SHIFT & 7;
        int tags = Raw.getInt(state + State.FTW);
        int abridged = 0;
        for (int i = 0; i < 8; i++) {
            int physical = top + i & 7;
            Raw.copy(state + State.X87 + 16L * physical, record + ST + 16L * i, 16);
            abridged |= (tags >> 2 * i & 3) != 3 ? 1 << i : 0;
        }
        Raw.putByte(record + ABRIDGED_TAGS, abridged);
    }
}
