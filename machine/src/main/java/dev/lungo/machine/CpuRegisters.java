package dev.lungo.machine;

/**
 * The architectural registers of a processor outside of FPU, SSE and AVX, as loaders set them up
 * and monitors show them. A new one is all zero.
 */
public final class CpuRegisters {
    /**
     * A segment register with its hidden part. SDM 3A, "Segment Descriptors".
     *
     * @param base linear
     * @param limit in bytes, granularity applied
     * @param access the descriptor's bits 40 to 55: type, S, DPL, P in bits 7:0; AVL, L, D/B, G in
     *     15:12. Bits 11:8 are zero. A register that holds no usable segment has P clear.
     */
    public record SegmentState(int selector, long base, int limit, int access) {
        public static final SegmentState UNUSABLE = new SegmentState(0, 0, 0, 0);

        /** Flat 4 GiB code, readable and accessed, DPL 0. */
        public static SegmentState flatCode32(int selector) {
            return new SegmentState(selector, 0, -1, 0xC09B);
        }

        /** Flat 4 GiB data, writable and accessed, DPL 0. */
        public static SegmentState flatData(int selector) {
            return new SegmentState(selector, 0, -1, 0xC093);
        }

        /** 64-bit code, readable and accessed, DPL 0. */
        public static SegmentState code64(int selector) {
            return new SegmentState(selector, 0, -1, 0xA09B);
        }
    }

    /** RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 to R15: the order of their encoding. */
    public final long[] gpr = new long[16];

    public long rip;
    public long rflags = 2;

    /** ES, CS, SS, DS, FS, GS: the order of their encoding. */
    public final SegmentState[] segments = new SegmentState[6];

    public SegmentState ldtr = SegmentState.UNUSABLE;
    public SegmentState tr = SegmentState.UNUSABLE;
    public long gdtBase;
    public int gdtLimit;
    public long idtBase;
    public int idtLimit;
    public long cr0;
    public long cr2;
    public long cr3;
    public long cr4;
    public long cr8;
    public long efer;

    /** DR0 to DR3, then DR6 and DR7 at their own numbers; 4 and 5 are unused. */
    public final long[] debug = new long[8];

    public CpuRegisters() {
        java.util.Arrays.fill(segments, SegmentState.UNUSABLE);
    }
}
