package dev.lungo.cpu.core;

import dev.lungo.host.Raw;

/**
 * The state components that XSAVE knows, and where they lie in an XSAVE area. SDM 1, "XSAVE-Managed
 * Features" and "XSAVE Area" (chapter 13).
 *
 * <p>No supervisor components: IA32_XSS has no bit that can be set.
 */
public final class XState {
    // spotless:off
    public static final long X87  = 1L << 0;
    public static final long SSE  = 1L << 1;
    public static final long AVX  = 1L << 2;
    public static final long PKRU = 1L << 9;
    // spotless:on

    /** In XCOMP_BV: the area is compacted. */
    public static final long COMPACTED = 1L << 63;

    public static final int LEGACY_BYTES = 512;
    public static final int HEADER_BYTES = 64;

    /** Where components from number 2 on begin. */
    public static final int EXTENDED = LEGACY_BYTES + HEADER_BYTES;

    /** The control word that FNINIT sets, and a tag word of empty registers. */
    static final int FCW_INITIAL = 0x37F;

    static final int FTW_EMPTY = 0xFFFF;
    static final int MXCSR_INITIAL = 0x1F80;

    private static final int FIRST_EXTENDED = 2;
    private static final int LAST = 9;

    private XState() {}

    /** What XCR0 can be on this model. */
    public static long supported(CpuModel model) {
        return X87 | SSE | (model.has(Feature.AVX) ? AVX : 0) | (model.has(Feature.PKU) ? PKRU : 0);
    }

    /** The size of a component from number 2 on; 0 if there is none. */
    public static int bytes(int component) {
        return switch (1 << component) {
            case (int) AVX -> 256;
            case (int) PKRU -> 8;
            default -> 0;
        };
    }

    /** Where it lies in an area that is not compacted. */
    public static int offset(int component) {
        return switch (1 << component) {
            case (int) AVX -> EXTENDED;
            case (int) PKRU -> EXTENDED + 256;
            default -> 0;
        };
    }

    /** Where it lies in an area that is compacted and made for these components. */
    public static int compactedOffset(long components, int component) {
        int offset = EXTENDED;
        for (int i = FIRST_EXTENDED; i < component; i++) {
            offset += (components >>> i & 1) != 0 ? bytes(i) : 0;
        }
        return offset;
    }

    /** The size of an area that is not compacted and holds these components. */
    public static int areaBytes(long components) {
        int end = EXTENDED;
        for (int i = FIRST_EXTENDED; i <= LAST; i++) {
            if ((components >>> i & 1) != 0) {
                end = Math.max(end, offset(i) + bytes(i));
            }
        }
        return end;
    }

    public static int compactedAreaBytes(long components) {
        return compactedOffset(components, LAST + 1);
    }

    /** XINUSE: which components are not in their initial configuration. */
    public static long inUse(Processor cpu) {
        long state = cpu.state;
        int registers = cpu.is64() ? 16 : 8;
        return (x87InUse(state) ? X87 : 0)
                | (vectorsInUse(state, registers, 0) ? SSE : 0)
                | (vectorsInUse(state, registers, 16) ? AVX : 0)
                | (cpu.system.pkru != 0 ? PKRU : 0);
    }

    private static boolean x87InUse(long state) {
        if (Raw.getShort(state + State.FCW) != FCW_INITIAL
                || Raw.getShort(state + State.FSW) != 0
                || Raw.getShort(state + State.FTW) != FTW_EMPTY
                || Raw.getShort(state + State.FOP) != 0
                || Raw.getShort(state + State.FCS) != 0
                || Raw.getShort(state + State.FDS) != 0
                || (Raw.getLong(state + State.FIP) | Raw.getLong(state + State.FDP)) != 0) {
            return true;
        }
        long any = 0;
        for (int i = 0; i < 8; i++) {
            long register = state + State.X87 + 16L * i;
            any |= Raw.getLong(register) | Raw.getShort(register + 8);
        }
        return any != 0;
    }

    private static boolean vectorsInUse(long state, int registers, int half) {
        long any = 0;
        for (int i = 0; i < registers; i++) {
            long register = state + State.vector(i) + half;
            any |= Raw.getLong(register) | Raw.getLong(register + 8);
        }
        return any != 0;
    }
}
