package dev.lungo.cli.rehearsal;

/** Where the rehearsal's kernel has what. */
final class Layout {
    private Layout() {}

    // Physical addresses, which are linear addresses too.
    static final int LOAD = 0x100_0000;
    static final int MODULE = LOAD + 0x8000;
    static final int SPACES = 0x200_0000;
    static final int STACK = 0x210_0000;
    static final int PER_CPU = 0x211_0000;
    static final int TASK_STATE = 0x212_0000;
    static final int FPU_STATE = 0x213_0000;
    static final int COPIES = 0x400_0000;
    static final int FRAMES = 0x800_0000;
    static final long LOCAL_APIC = 0xFEE0_0000L;
    static final long HPET = 0xFED0_0000L;
    static final long IO_APIC = 0xFEC0_0000L;

    /** The kernel's stack while it serves the user. */
    static final int USERS_STACK = STACK - 0x4000;

    // A space: PML4, PDPT, PD, four PTs for the area, and what page-table entries there begin with.
    static final int SPACE_BYTES = 0x8000;
    static final int SPACE_PTS = 0x3000;
    static final int SPACE_FRAMES = 0x7000;
    static final int KERNEL_SPACE = SPACES;
    static final int USER_SPACE = SPACES + SPACE_BYTES;

    // In the area, which every space has for itself.
    static final long AREA = RandomModule.AREA;
    static final int AREA_PAGES = 2048;
    static final long USER_CODE = AREA + 0x1000;
    static final long USER_MODULE = AREA + 0x1_0000;
    static final long USER_GS = AREA + 0x7E_0000;
    static final long USER_STACK = AREA + 0x7F_F000;
    static final long BUFFERS = AREA + 0x70_0000;

    // Selectors, in the order that SYSCALL and SYSRET want.
    static final int CODE = 0x10;
    static final int DATA = 0x18;
    static final int USER_BASE = 0x20 | 3;
    static final int USER_DATA = 0x28 | 3;
    static final int USER_CODE_64 = 0x30 | 3;
    static final int TASK = 0x38;

    // Below what RandomModule uses of the per-CPU page.
    static final int SYSCALL_STACK = 0x10;
    static final int USER_RSP = 0x18;
    static final int KERNEL_RSP = 0x20;
    static final int TICKS = 0x28;

    static final int PIT_VECTOR = 0x30;
    static final int APIC_TIMER_VECTOR = 0x31;
    static final int SELF_VECTOR = 0x32;
}
