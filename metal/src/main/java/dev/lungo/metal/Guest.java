package dev.lungo.metal;

/** What handlers do to the guest more than once. */
public final class Guest {
    private static final int EXCEPTION = 3 << 8;
    private static final int ERROR_VALID = 1 << 11;
    private static final int VALID = 1 << 31;
    private static final long LOW = 0xFFFF_FFFFL;

    private Guest() {}

    /** The result of RDMSR: EDX:EAX. */
    public static void setEdxEax(Vcpu vcpu, long value) {
        vcpu.rax = value & LOW;
        vcpu.rdx = value >>> 32;
    }

    public static long edxEax(Vcpu vcpu) {
        return (vcpu.rdx << 32) | (vcpu.rax & LOW);
    }

    /** The result of IN: AL and AX leave the rest of RAX as it is, EAX clears the upper half. */
    public static void setIn(Vcpu vcpu, int bytes, int value) {
        if (bytes == 4) {
            vcpu.rax = value & LOW;
        } else {
            long mask = bytes == 1 ? 0xFF : 0xFFFF;
            vcpu.rax = (vcpu.rax & ~mask) | (value & mask);
        }
    }

    /** Has the guest take an exception instead of the instruction it is at. */
    public static void raise(Vcpu vcpu, int vector) {
        vcpu.event = VALID | EXCEPTION | vector;
    }

    public static void raise(Vcpu vcpu, int vector, int error) {
        vcpu.event = VALID | EXCEPTION | ERROR_VALID | vector;
        vcpu.eventError = error;
    }
}
