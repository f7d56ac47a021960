package dev.lungo.kvm;

import dev.lungo.host.Raw;

/**
 * Where KVM is to stop a processor, with the exit {@link Exits#DEBUG}, without the guest knowing.
 * Documentation/virt/kvm/api.rst, "KVM_SET_GUEST_DEBUG"; SDM 3B, "Debug Registers".
 */
final class GuestDebug {
    private static final int ENABLE = 1;
    private static final int SINGLESTEP = 1 << 1;
    private static final int USE_HW_BP = 1 << 17;

    private static final int MOST_BREAKPOINTS = 4;
    private static final int DEBUGREG = Structs.GUEST_DEBUG.at("arch");
    private static final int DR7 = DEBUGREG + 7 * 8;
    private static final long DR7_RESERVED = 1 << 10;
    private static final int GLOBAL_ENABLE = 2;
    private static final int PC = Structs.RUN.at("debug.arch.pc");

    private GuestDebug() {}

    /** Behind each instruction. */
    static void step(Vcpu cpu) {
        set(cpu, ENABLE | SINGLESTEP);
    }

    /**
     * Before the instructions at up to four addresses. The debug registers that the guest has are
     * of no effect meanwhile. To go on from such an instruction, give the addresses without it, or
     * step.
     *
     * @param linear guest-linear
     */
    static void breakAt(Vcpu cpu, long... linear) {
        if (linear.length > MOST_BREAKPOINTS) {
            throw new IllegalArgumentException("a processor has four breakpoints");
        }
        Memory debug = new Memory(Structs.GUEST_DEBUG);
        debug.putInt(0, ENABLE | USE_HW_BP);
        long enabled = DR7_RESERVED;
        for (int i = 0; i < linear.length; i++) {
            debug.putLong(DEBUGREG + 8 * i, linear[i]);
            enabled |= (long) GLOBAL_ENABLE << 2 * i;
        }
        debug.putLong(DR7, enabled);
        cpu.call(Ioctl.SET_GUEST_DEBUG, debug);
    }

    /** Nowhere. */
    static void off(Vcpu cpu) {
        set(cpu, 0);
    }

    private static void set(Vcpu cpu, int control) {
        Memory debug = new Memory(Structs.GUEST_DEBUG);
        debug.putInt(0, control);
        cpu.call(Ioctl.SET_GUEST_DEBUG, debug);
    }

    /** Which instruction a processor that has stopped so is before: guest-linear. */
    static long stoppedBefore(Vcpu cpu) {
        return Raw.getLong(cpu.run + PC);
    }
}
