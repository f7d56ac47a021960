package dev.lungo.cpu.core;

import dev.lungo.isa.CodeMode;

/**
 * All that the meaning of code depends on beside its bytes, as a set of bits: the key under which
 * lowered blocks are kept. Whatever is in here need not be asked when an instruction runs.
 */
public final class Mode {
    private Mode() {}

    /** Bits 1:0, default code size: 0 for 16, 1 for 32, 2 for 64 bits. */
    public static final int CODE = 0b11;

    /** Bits 3:2, width of the stack pointer, numbered alike. */
    public static final int STACK_SHIFT = 2;

    /**
     * ES, CS, SS and DS begin at 0, reach to 4 GiB and allow what their use needs, so that the
     * offset is the linear address. Always set in 64-bit mode.
     */
    public static final int FLAT = 1 << 4;

    /** CR0.PE is clear. */
    public static final int REAL = 1 << 5;

    /** RFLAGS.VM is set. */
    public static final int VM86 = 1 << 6;

    /** CPL is 3. */
    public static final int USER = 1 << 7;

    /** x87 instructions run: CR0.EM and CR0.TS are clear. */
    public static final int X87 = 1 << 8;

    /** SSE instructions run: CR4.OSFXSR is set, CR0.EM and CR0.TS are clear. */
    public static final int SSE = 1 << 9;

    /** AVX instructions run: CR4.OSXSAVE and XCR0[2:1] are set, CR0.TS is clear, CR0.PE is set. */
    public static final int AVX = 1 << 10;

    /** EFER.LMA is set: 64-bit or compatibility mode. */
    public static final int LONG = 1 << 11;

    /** Bits 13:12, the set of TLB entries in use. It matters to translated code alone. */
    public static final int TLB_SHIFT = 12;

    /** The set of TLB entries that a mode uses. */
    public static int tlbSet(int mode) {
        return mode >> TLB_SHIFT & State.TLB_SETS - 1;
    }

    /** CPL is 1 or 2. */
    public static final int INNER = 1 << 14;

    private static final CodeMode[] CODE_MODES = {
        CodeMode.CODE16, CodeMode.CODE32, CodeMode.CODE64
    };

    public static CodeMode codeMode(int mode) {
        return CODE_MODES[mode & CODE];
    }

    /** Width of the stack pointer in bytes. */
    public static int stackBytes(int mode) {
        return 2 << ((mode >> STACK_SHIFT) & 0b11);
    }

    public static boolean is64(int mode) {
        return (mode & CODE) == 2;
    }
}
