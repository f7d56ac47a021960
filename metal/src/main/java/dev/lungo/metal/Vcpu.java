package dev.lungo.metal;

/**
 * One processor of the guest, as a handler sees it while the guest stands still. On HotSpot, tests
 * make one with {@code new}.
 *
 * <p>A handler may change the general registers, RIP and RFLAGS; what it changes elsewhere is lost.
 */
public final class Vcpu {
    // spotless:off
    public long rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;
    public long r8, r9, r10, r11, r12, r13, r14, r15;
    public long rip, rflags;
    public long cr0, cr3, cr4, efer;
    // spotless:on

    /** Length of the instruction that caused the exit, in bytes. */
    public int length;

    /** VM exits of this processor so far. */
    public long exits;

    /**
     * An event to be injected at the next entry, as EVENTINJ and the VM-entry field have it, or 0.
     */
    public int event;

    public int eventError;

    /** Set it to have {@link Hypervisor#trap} called after the guest's next instruction. */
    public boolean trap;

    /**
     * Set it in {@link Hypervisor#vmcall} to have this processor go on without the hypervisor,
     * behind the call and with 0 in RAX; -1 says that it is not 64-bit code of ring 0, the only
     * that can. The hypervisor's memory stays reserved.
     */
    public boolean leave;

    /** From 0 for the boot processor. */
    public int index;

    public int apicId;

    /** The general register of this number. SDM 2A, "REX Prefixes" (table 2-4). */
    public long get(int register) {
        return switch (register) {
            case 0 -> rax;
            case 1 -> rcx;
            case 2 -> rdx;
            case 3 -> rbx;
            case 4 -> rsp;
            case 5 -> rbp;
            case 6 -> rsi;
            case 7 -> rdi;
            case 8 -> r8;
            case 9 -> r9;
            case 10 -> r10;
            case 11 -> r11;
            case 12 -> r12;
            case 13 -> r13;
            case 14 -> r14;
            default -> r15;
        };
    }

    public void set(int register, long value) {
        switch (register) {
            case 0 -> rax = value;
            case 1 -> rcx = value;
            case 2 -> rdx = value;
            case 3 -> rbx = value;
            case 4 -> rsp = value;
            case 5 -> rbp = value;
            case 6 -> rsi = value;
            case 7 -> rdi = value;
            case 8 -> r8 = value;
            case 9 -> r9 = value;
            case 10 -> r10 = value;
            case 11 -> r11 = value;
            case 12 -> r12 = value;
            case 13 -> r13 = value;
            case 14 -> r14 = value;
            default -> r15 = value;
        }
    }
}
