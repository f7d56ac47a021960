package dev.lungo.metal.core;

import dev.lungo.isa.Rflags;
import dev.lungo.metal.Guest;
import dev.lungo.metal.Vcpu;

/**
 * INS and OUTS on a port that was asked for, element by element, with the guest's page tables
 * walked. SDM 2A, "INS/INSB/INSW/INSD—Input from Port to String".
 *
 * <p>A repeated instruction is done a piece at a time, so that interrupts are not held up.
 */
public final class StringIo {
    private static final int MOST_AT_A_TIME = 64;
    private static final int ES = 0;
    private static final int SS = 2;
    private static final int DS = 3;
    private static final int FS = 4;
    private static final int GP = 13;
    private static final int STACK_FAULT = 12;
    private static final int EXPANDS_DOWN = 0b1100;

    private StringIo() {}

    /**
     * CR0, CR3, CR4, EFER and the code segment of the Vcpu are current, as is what {@link
     * MachineState} says of CS.
     *
     * @param cpl current privilege level
     */
    public static void run(
            Processor processor, int port, boolean in, boolean code64, boolean code32, int cpl) {
        Vcpu vcpu = processor.vcpu;
        Store code = processor.store;
        Vendor vendor = Engine.vendor();
        vendor.readSegment(processor, MachineState.CS);
        long codeBase = code64 ? 0 : processor.state.bases[MachineState.CS];
        GuestMemory.fetch(processor, codeBase + vcpu.rip);
        if (!code.decodeString(code64, code32)) {
            Guest.raise(vcpu, GP, 0);
            return;
        }
        vcpu.length = code.length;
        int segment = in ? ES : code.segment < 0 ? DS : code.segment;
        vendor.readSegment(processor, segment);
        long mask = code.addressBytes == 8 ? -1 : code.addressBytes == 4 ? 0xFFFF_FFFFL : 0xFFFF;
        long count = code.repeated ? vcpu.rcx & mask : 1;
        long step = (vcpu.rflags & Rflags.DF) != 0 ? -code.bytes : code.bytes;
        for (int i = 0; i < MOST_AT_A_TIME && count > 0; i++) {
            long offset = (in ? vcpu.rdi : vcpu.rsi) & mask;
            if (!code64 && isOutside(processor.state, segment, offset, code.bytes)) {
                Guest.raise(vcpu, segment == SS ? STACK_FAULT : GP, 0);
                return;
            }
            long base = code64 && segment < FS ? 0 : processor.state.bases[segment];
            long linear = code64 ? base + offset : base + offset & 0xFFFF_FFFFL;
            if (!element(processor, port, linear, in, cpl == 3)) {
                return;
            }
            if (in) {
                vcpu.rdi = advance(vcpu.rdi, step, code.addressBytes);
            } else {
                vcpu.rsi = advance(vcpu.rsi, step, code.addressBytes);
            }
            count--;
            if (code.repeated) {
                vcpu.rcx = advance(vcpu.rcx, -1, code.addressBytes);
            }
        }
        if (count == 0) {
            Exits.skip(vcpu);
        }
    }

    /** An index register: the upper part stays only where the address has 16 bits. */
    private static long advance(long register, long by, int addressBytes) {
        long sum = register + by;
        return addressBytes == 8
                ? sum
                : addressBytes == 4 ? sum & 0xFFFF_FFFFL : register & ~0xFFFFL | sum & 0xFFFF;
    }

    private static boolean isOutside(MachineState state, int segment, long offset, int bytes) {
        int access = state.attributes[segment];
        long last = offset + bytes - 1;
        if ((access & EXPANDS_DOWN) == 0b100) {
            return offset <= state.limits[segment] || last > 0xFFFF_FFFFL;
        }
        return last > state.limits[segment];
    }

    private static boolean element(
            Processor processor, int port, long linear, boolean in, boolean user) {
        Vcpu vcpu = processor.vcpu;
        int bytes = processor.store.bytes;
        long first = GuestMemory.translate(processor, linear, in, user);
        boolean crosses = (linear & 0xFFF) + bytes > Pages.SIZE;
        long second =
                crosses && first != GuestMemory.NONE
                        ? GuestMemory.translate(
                                processor, (linear & -Pages.SIZE) + Pages.SIZE, in, user)
                        : first;
        if (first == GuestMemory.NONE || second == GuestMemory.NONE) {
            return false;
        }
        long rax = vcpu.rax;
        if (!in) {
            int value = 0;
            for (int i = bytes - 1; i >= 0; i--) {
                value = value << 8 | Bare.get8(at(first, second, linear, i));
            }
            Exits.out(vcpu, port, bytes, value);
            return !Exits.raises(vcpu);
        }
        vcpu.rax = 0;
        Exits.in(vcpu, port, bytes);
        long value = vcpu.rax;
        vcpu.rax = rax;
        if (Exits.raises(vcpu)) {
            return false;
        }
        if (!crosses) {
            Exits.store(processor, first, bytes, value);
            return true;
        }
        for (int i = 0; i < bytes; i++) {
            Exits.store(processor, at(first, second, linear, i), 1, value >>> (8 * i));
        }
        return true;
    }

    private static long at(long first, long second, long linear, int i) {
        boolean beyond = (linear & 0xFFF) + i >= Pages.SIZE;
        return beyond ? second + (linear + i & 0xFFF) : first + i;
    }
}
