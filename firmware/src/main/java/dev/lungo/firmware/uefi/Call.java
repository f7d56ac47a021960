package dev.lungo.firmware.uefi;

import dev.lungo.machine.CpuRegisters;

/**
 * A call that the guest has made: its arguments and its memory. UEFI 2.10, "Detailed Calling
 * Conventions" (2.3.4.2): RCX, RDX, R8 and R9, then the stack, above the return address and the
 * room for these four.
 *
 * @param cpu which processor it was
 * @param registers as the stub found them, RSP at the return address
 */
public record Call(int cpu, CpuRegisters registers, LinearMemory memory) {
    private static final int RCX = 1;
    private static final int RDX = 2;
    private static final int RSP = 4;
    private static final int R8 = 8;
    private static final int R9 = 9;

    /** An argument of 64 bits, counted from 0. */
    public long argument(int index) {
        return switch (index) {
            case 0 -> registers.gpr[RCX];
            case 1 -> registers.gpr[RDX];
            case 2 -> registers.gpr[R8];
            case 3 -> registers.gpr[R9];
            default -> memory.getLong(registers.gpr[RSP] + 8 + 8L * index);
        };
    }

    /** An argument of 32 bits, sign-extended: the rest of its place is anything. */
    public int int32(int index) {
        return (int) argument(index);
    }

    public int int16(int index) {
        return (int) argument(index) & 0xFFFF;
    }

    /** A BOOLEAN is a byte. */
    public boolean bool(int index) {
        return (argument(index) & 0xFF) != 0;
    }

    /** Where the caller goes on, guest-linear. */
    public long returnAddress() {
        return memory.getLong(registers.gpr[RSP]);
    }
}
