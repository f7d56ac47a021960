package dev.lungo.cpu.core;

/**
 * Where a processor's registers lie in its off-heap state, in bytes from its beginning.
 *
 * <p>The interpreter reads them at absolute addresses that it computes when it lowers a block;
 * translated code will read them through a base register. So the layout is stated once, here.
 */
public final class State {
    private State() {}

    /** RAX to R15, eight bytes each, in the order of their encoding. */
    public static final int GPR = 0;

    /** Always zero: the base or index of an address that has none. */
    public static final int ZERO = 128;

    /** The instruction pointer at which the running block began. */
    public static final int RIP = 136;

    /** See {@link Flags}. */
    public static final int FLAGS_RESULT = 144;

    /** See {@link Flags}. */
    public static final int FLAGS_AUX = 152;

    /** RFLAGS without the six status flags; bit 1 is always set. */
    public static final int RFLAGS = 160;

    /** What block entry must look at, an int: see {@code Processor.PENDING_*}. */
    public static final int PENDING = 168;

    /** Instructions executed in blocks, and one by one, since power-up. */
    public static final int INSTRUCTIONS = 176;

    /** Linear bases of ES, CS, SS, DS, FS, GS, eight bytes each. */
    public static final int SEGMENT_BASE = 184;

    /** The flags as translated code leaves them, and a long each. */
    public static final int FLAGS_A = 232;

    public static final int FLAGS_B = 240;
    public static final int FLAGS_KIND = 248;

    /**
     * ST(0) to ST(7) as physical registers R0 to R7, 16 bytes each: significand, then
     * sign+exponent.
     */
    public static final int X87 = 256;

    /** YMM0 to YMM15, 32 bytes each; the low half is XMM. */
    public static final int VECTOR = 384;

    public static final int VECTOR_BYTES = 32;

    public static final int MXCSR = 896;

    /**
     * FPU control word, status word (TOP kept in it) and tag word: two bits a register, both set if
     * it is empty, otherwise clear.
     */
    public static final int FCW = 900;

    public static final int FSW = 904;
    public static final int FTW = 908;

    /** Last x87 instruction and operand: FOP (11 bits), FIP, FDP, and their selectors. */
    public static final int FOP = 912;

    public static final int FCS = 916;
    public static final int FDS = 920;
    public static final int FIP = 928;
    public static final int FDP = 936;

    /**
     * An int: whether the vector registers and MXCSR are in the host's, as only translated code can
     * have them.
     */
    public static final int VECTORS_IN_HOST = 944;

    /**
     * An int: whether the x87 and MMX registers are in the host's, control and status words too.
     */
    public static final int FPU_IN_HOST = 948;

    /** IA32_KERNEL_GS_BASE. */
    public static final int KERNEL_GS_BASE = 952;

    /** Room for a memory operand of up to 64 bytes on its way to or from a vector unit. */
    public static final int SCRATCH = 960;

    /** See {@link Recent}. */
    public static final int RECENT = 1024;

    /** What entries of the jump cache must have: changes with translations and the mode. */
    public static final int JUMP_KEY = RECENT + Recent.BYTES;

    /** Which bits of {@link #PENDING} translated code must heed. */
    public static final int HEEDED = 252;

    /** Where translated code is about to go: a linear and a host address. */
    public static final int JUMP_RIP = JUMP_KEY + 8;

    public static final int JUMP_CODE = JUMP_RIP + 8;

    /** Instructions executed by translated code, where they are counted. */
    public static final int TRANSLATED_INSTRUCTIONS = JUMP_CODE + 8;

    /** The host's RSP in translated code. */
    public static final int HOST_RSP = TRANSLATED_INSTRUCTIONS + 8;

    /** Where translated code has faulted: host addresses, the signal, and the host's flags. */
    public static final int FAULT_RIP = HOST_RSP + 8;

    public static final int FAULT_ADDRESS = FAULT_RIP + 8;
    public static final int FAULT_SIGNAL = FAULT_ADDRESS + 8;
    public static final int FAULT_FLAGS = FAULT_SIGNAL + 8;

    /** Where the next entry is written of what is stored over, where that is logged. */
    public static final int STORE_LOG = FAULT_FLAGS + 8;

    /** The offset of the memory operand of the x87 instruction that translated code is at. */
    public static final int X87_OPERAND = STORE_LOG + 8;

    /** IA32_LSTAR and IA32_FMASK. */
    public static final int LSTAR = X87_OPERAND + 8;

    public static final int FMASK = LSTAR + 8;

    /** An int: EFER.SCE. */
    public static final int FAST_CALLS = FMASK + 8;

    /**
     * An int: how translated code has changed the mode, which {@link #JUMP_KEY} has, and which the
     * rest of the processor has yet to be told; 0 if it has not.
     */
    public static final int MODE_CHANGED = FAST_CALLS + 4;

    /** Its bits: RFLAGS.AC; SYSCALL; SYSRET, since the last of which there was no other. */
    public static final int BY_ACCESS_CHECK = 1;

    public static final int BY_SYSCALL = 2;
    public static final int BY_SYSRET = 4;

    /** What FNSAVE leaves, on its way between the host's registers and the guest's. */
    public static final int X87_IMAGE = MODE_CHANGED + 4;

    /**
     * Of ES to GS, a long each: the last offset at which an operand may end that is read or
     * written, as translated code checks it, or -1 where that is not so simple.
     */
    public static final int READ_LIMIT = X87_IMAGE + 112;

    public static final int WRITE_LIMIT = READ_LIMIT + 6 * 8;

    /** Likewise, of CS, for instructions. */
    public static final int CODE_LIMIT = WRITE_LIMIT + 6 * 8;

    /**
     * The host address of the topmost paging structure while translated code may walk it by itself,
     * else 0: see {@link PageWalker#isPlain}.
     */
    public static final int PAGE_TABLE = CODE_LIMIT + 8;

    /** A bit of it: there are five levels, not four. */
    public static final int FIVE_LEVELS = 1;

    /** Bits that no entry may have, and {@link TlbTable#GLOBAL} if entries can say so. */
    public static final int PAGE_RESERVED = PAGE_TABLE + 8;

    public static final int PAGE_GLOBAL = PAGE_RESERVED + 8;

    /** How often translated code has walked. */
    public static final int WALKS = PAGE_GLOBAL + 8;

    /**
     * RAM, for translated code, which leaves what is below 1 MiB alone: so many bytes lie at
     * guest-physical zero; the others so much further up; all bytes; the host address of the first.
     */
    public static final int RAM_LOW_BYTES = WALKS + 8;

    public static final int RAM_GAP = RAM_LOW_BYTES + 8;
    public static final int RAM_BYTES = RAM_GAP + 8;
    public static final int RAM_HOST = RAM_BYTES + 8;

    /** The host address of the {@link dev.lungo.host.PageWatch}, and this processor's bit there. */
    public static final int WATCH = RAM_HOST + 8;

    public static final int WATCHER = WATCH + 8;

    /** What leads from where translated code is executed to where it is written. */
    public static final int CODE_TO_WRITABLE = WATCHER + 8;

    /** The host address of the {@link dev.lungo.host.HostClock} that counts, or 0 if none does. */
    public static final int TIME = CODE_TO_WRITABLE + 8;

    /** What is added to its time to give the TSC, in ticks. */
    public static final int TSC_OFFSET = TIME + 8;

    /** IA32_TSC_AUX. */
    public static final int TSC_AUX = TSC_OFFSET + 8;

    /** A copy of the low half of CR4, an int. */
    public static final int CR4 = TSC_AUX + 8;

    /** The software TLB, in sets of entries: see {@link Mmu}. */
    public static final int TLB = 4096;

    public static final int TLB_SETS = 4;
    public static final int TLB_ENTRIES = 4096;
    public static final int TLB_ENTRY_BYTES = 32;
    public static final int TLB_SET_BYTES = TLB_ENTRIES * TLB_ENTRY_BYTES;

    /** In an entry. */
    public static final int TLB_READ = 0;

    public static final int TLB_WRITE = 8;
    public static final int TLB_ADDEND = 16;

    /** See {@link TlbTable}. */
    public static final int TLB_INFO = 24;

    /** The entries in use, a {@link TlbTable} list each: those that are not global, and others. */
    public static final int TLB_LOCAL = TLB + TLB_SETS * TLB_SET_BYTES;

    public static final int TLB_LIST_BYTES = 64 + TLB_SETS * TLB_ENTRIES * 4;
    public static final int TLB_GLOBAL = TLB_LOCAL + TLB_LIST_BYTES;

    /** Bits that say where entries may be of pages larger than 4 KiB, and a long for huge ones. */
    public static final int TLB_LARGE = TLB_GLOBAL + TLB_LIST_BYTES;

    public static final int TLB_LARGE_BITS = 4096;
    public static final int TLB_HUGE = TLB_LARGE + TLB_LARGE_BITS / 8;

    /** Likewise, for fetches: {tag, addend, unused, info}. */
    public static final int CODE_TLB = TLB_HUGE + 64;

    public static final int CODE_TLB_ENTRIES = 1024;
    public static final int CODE_TLB_ENTRY_BYTES = 32;
    public static final int CODE_TLB_ADDEND = 8;
    public static final int CODE_TLB_SET_BYTES = CODE_TLB_ENTRIES * CODE_TLB_ENTRY_BYTES;
    public static final int CODE_TLB_LOCAL = CODE_TLB + TLB_SETS * CODE_TLB_SET_BYTES;
    public static final int CODE_TLB_LIST_BYTES = 64 + TLB_SETS * CODE_TLB_ENTRIES * 4;
    public static final int CODE_TLB_GLOBAL = CODE_TLB_LOCAL + CODE_TLB_LIST_BYTES;

    public static final int CODE_TLB_LARGE = CODE_TLB_GLOBAL + CODE_TLB_LIST_BYTES;

    /** Translated code by linear address. */
    public static final int JUMPS = CODE_TLB_LARGE + TLB_LARGE_BITS / 8 + 64;

    public static final int JUMPS_BYTES = 2048 * 32;

    /** Translated code by the host address of the guest's. */
    public static final int UNITS = JUMPS + JUMPS_BYTES;

    public static final int UNITS_BYTES = 65536 * 32;

    /** Where calls return to, by the stack pointer. */
    public static final int RETURNS = UNITS + UNITS_BYTES;

    public static final int RETURNS_BYTES = 2048 * 32;

    public static final int BYTES = RETURNS + RETURNS_BYTES;

    /** Offset of a general register, whatever its width; AH to BH are a byte higher. */
    public static int gpr(int number) {
        return GPR + 8 * number;
    }

    public static int segmentBase(int segment) {
        return SEGMENT_BASE + 8 * segment;
    }

    public static int readLimit(int segment) {
        return READ_LIMIT + 8 * segment;
    }

    public static int writeLimit(int segment) {
        return WRITE_LIMIT + 8 * segment;
    }

    public static int vector(int number) {
        return VECTOR + VECTOR_BYTES * number;
    }
}
