package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An XSAVE area on its way between registers and guest memory: what FXSAVE, XSAVE and their like
 * write, laid out as they write it. SDM 1, "Layout of the 64-bit-mode FXSAVE64 Map" (table 10-2 and
 * its kin) and "XSAVE Area" (chapter 13).
 */
public final class StateImage {
    private static final int BYTES = 1024;

    // Offsets in the legacy region.
    private static final int FCW = 0;
    private static final int FSW = 2;
    private static final int ABRIDGED_TAGS = 4;
    private static final int FOP = 6;
    private static final int FIP = 8;
    private static final int FCS = 12;
    private static final int FDP = 16;
    private static final int FDS = 20;
    private static final int MXCSR = 24;
    private static final int MXCSR_MASK = 28;
    private static final int ST0 = 32;

    /** Where XMM0 begins. */
    public static final int XMM0 = 160;

    public static final int XSTATE_BV = XState.LEGACY_BYTES;
    public static final int XCOMP_BV = XSTATE_BV + 8;

    private static final int MXCSR_VALID = 0xFFFF;
    private static final int FOP_BITS = 0x7FF;

    // Of the control and status words.
    private static final int FCW_WRITABLE = 0x1F3F;
    private static final int FCW_FIXED = 0x40;
    private static final int EXCEPTIONS = 0x3F;
    private static final int ES_AND_BUSY = 0x8080;

    private static final int EMPTY = 3;

    /** Held so that its memory stays. */
    private final MemorySegment memory = Arena.ofAuto().allocate(BYTES, 64);

    /** The host address of the image. */
    public final long host = memory.address();

    private final Processor cpu;
    private final long state;

    StateImage(Processor cpu) {
        this.cpu = cpu;
        this.state = cpu.state;
    }

    // Into the image.

    /**
     * Puts the x87 state into the image.
     *
     * @param wide whether instruction and operand pointer have 64 bits and no selectors
     */
    public void saveX87(boolean wide) {
        int status = Raw.getShort(state + State.FSW);
        Raw.putShort(host + FCW, Raw.getShort(state + State.FCW));
        Raw.putShort(host + FSW, status);
        Raw.putShort(host + ABRIDGED_TAGS, abridged(Raw.getShort(state + State.FTW)));
        Raw.putShort(host + FOP, Raw.getShort(state + State.FOP) & FOP_BITS);
        Raw.putLong(host + FIP, Raw.getLong(state + State.FIP));
        Raw.putLong(host + FDP, Raw.getLong(state + State.FDP));
        if (!wide) {
            Raw.putInt(host + FCS, Raw.getShort(state + State.FCS));
            Raw.putInt(host + FDS, Raw.getShort(state + State.FDS));
        }
        for (int i = 0; i < 8; i++) {
            long from = state + State.X87 + 16L * (top(status) + i & 7);
            Raw.putLong(host + ST0 + 16L * i, Raw.getLong(from));
            Raw.putLong(host + ST0 + 16L * i + 8, Raw.getShort(from + 8));
        }
    }

    public void saveMxcsr() {
        Raw.putInt(host + MXCSR, Raw.getInt(state + State.MXCSR));
        Raw.putInt(host + MXCSR_MASK, MXCSR_VALID);
    }

    public void saveXmm() {
        for (int i = 0; i < registers(); i++) {
            copy16(state + State.vector(i), host + XMM0 + 16L * i);
        }
    }

    /**
     * A component from number 2 on, to this offset; the bytes of registers that the mode lacks
     * stay.
     */
    public void saveComponent(int component, int offset) {
        if (component == 2) {
            for (int i = 0; i < registers(); i++) {
                copy16(state + State.vector(i) + 16, host + offset + 16L * i);
            }
        } else {
            Raw.putLong(host + offset, cpu.system.pkru & 0xFFFF_FFFFL);
        }
    }

    /** How many of a component's bytes are the mode's to access. */
    public int accessibleBytes(int component) {
        return component == 2 ? 16 * registers() : XState.bytes(component);
    }

    /** XMM and YMM registers that the mode has. */
    public int registers() {
        return cpu.is64() ? 16 : 8;
    }

    // Out of the image.

    /** MXCSR's reserved bits, set in the image, are a #GP. */
    public boolean mxcsrIsValid() {
        return (Raw.getInt(host + MXCSR) & ~MXCSR_VALID) == 0;
    }

    public void restoreX87(boolean wide) {
        int control = Raw.getShort(host + FCW) & FCW_WRITABLE | FCW_FIXED;
        int status = Raw.getShort(host + FSW) & ~ES_AND_BUSY;
        if ((status & ~control & EXCEPTIONS) != 0) {
            status |= ES_AND_BUSY;
        }
        for (int i = 0; i < 8; i++) {
            long to = state + State.X87 + 16L * (top(status) + i & 7);
            Raw.putLong(to, Raw.getLong(host + ST0 + 16L * i));
            Raw.putLong(to + 8, Raw.getShort(host + ST0 + 16L * i + 8));
        }
        Raw.putInt(state + State.FCW, control);
        Raw.putInt(state + State.FSW, status);
        Raw.putInt(state + State.FTW, full(Raw.getByte(host + ABRIDGED_TAGS)));
        Raw.putInt(state + State.FOP, Raw.getShort(host + FOP) & FOP_BITS);
        long pointer = wide ? -1 : 0xFFFF_FFFFL;
        Raw.putLong(state + State.FIP, Raw.getLong(host + FIP) & pointer);
        Raw.putLong(state + State.FDP, Raw.getLong(host + FDP) & pointer);
        Raw.putInt(state + State.FCS, wide ? 0 : Raw.getShort(host + FCS));
        Raw.putInt(state + State.FDS, wide ? 0 : Raw.getShort(host + FDS));
        cpu.fpu.statusChanged();
    }

    /** FNINIT's values, and empty registers of zeros. */
    public void initX87() {
        Raw.fill(state + State.X87, 8 * 16, (byte) 0);
        Raw.putInt(state + State.FCW, XState.FCW_INITIAL);
        Raw.putInt(state + State.FSW, 0);
        cpu.fpu.statusChanged();
        Raw.putInt(state + State.FTW, XState.FTW_EMPTY);
        Raw.putInt(state + State.FOP, 0);
        Raw.putInt(state + State.FCS, 0);
        Raw.putInt(state + State.FDS, 0);
        Raw.putLong(state + State.FIP, 0);
        Raw.putLong(state + State.FDP, 0);
    }

    public void restoreMxcsr() {
        Raw.putInt(state + State.MXCSR, Raw.getInt(host + MXCSR));
    }

    public void initMxcsr() {
        Raw.putInt(state + State.MXCSR, XState.MXCSR_INITIAL);
    }

    public void restoreXmm() {
        for (int i = 0; i < registers(); i++) {
            copy16(host + XMM0 + 16L * i, state + State.vector(i));
        }
    }

    public void initXmm() {
        for (int i = 0; i < registers(); i++) {
            Raw.fill(state + State.vector(i), 16, (byte) 0);
        }
    }

    public void restoreComponent(int component, int offset) {
        if (component == 2) {
            for (int i = 0; i < registers(); i++) {
                copy16(host + offset + 16L * i, state + State.vector(i) + 16);
            }
        } else {
            cpu.control.setPkru(Raw.getInt(host + offset));
        }
    }

    public void initComponent(int component) {
        if (component == 2) {
            for (int i = 0; i < registers(); i++) {
                Raw.fill(state + State.vector(i) + 16, 16, (byte) 0);
            }
        } else {
            cpu.control.setPkru(0);
        }
    }

    private static int top(int status) {
        return status >>> 11 & 7;
    }

    /** One bit a register, set if it is not empty. */
    private static int abridged(int tags) {
        int result = 0;
        for (int i = 0; i < 8; i++) {
            result |= (tags >>> 2 * i & 3) != EMPTY ? 1 << i : 0;
        }
        return result;
    }

    /** What {@link Fpu#tagWord} keeps: two bits a register, set if it is empty. */
    private static int full(int abridgedTags) {
        int result = 0;
        for (int i = 0; i < 8; i++) {
            result |= (abridgedTags >>> i & 1) == 0 ? EMPTY << 2 * i : 0;
        }
        return result;
    }

    private static void copy16(long from, long to) {
        Raw.putLong(to, Raw.getLong(from));
        Raw.putLong(to + 8, Raw.getLong(from + 8));
    }
}
