package dev.lungo.conformance.metal;

import dev.lungo.metal.Guest;
import dev.lungo.metal.Hypervisor;
import dev.lungo.metal.Intercepts;
import dev.lungo.metal.Vcpu;

/** Asks for what handlers.S does, counts it, and tells by a call. */
public final class AllHandlers extends Hypervisor {
    private static final long REPORT = 0x1000;
    private static final long TRAP = 0x1001;
    private static final long LEAVE = 0x1002;
    private static final long PAGE = 0x8000;
    private static final int PORT = 0x4E0;
    private static final int FORBIDDEN = 0xEE;
    private static final int TSC_AUX = 0xC000_0103;
    private static final int UD = 6;
    private static final int KEPT_VECTOR = 0x61;

    private long writes;
    private long elements;
    private long sum;
    private long interrupts;
    private long traps;
    private long trapsWanted;
    private long ticks;

    @Override
    public void begin(Intercepts intercepts) {
        intercepts.writesToPage(PAGE);
        intercepts.port(PORT);
        intercepts.readsOf(TSC_AUX);
        intercepts.interrupts();
        intercepts.timer(1_000_000);
    }

    @Override
    public boolean memory(Vcpu vcpu, long guestPhysical, boolean write) {
        writes++;
        return guestPhysical >= PAGE + 0x800;
    }

    @Override
    public boolean readMsr(Vcpu vcpu, int msr) {
        Guest.raise(vcpu, UD);
        return true;
    }

    @Override
    public boolean portOut(Vcpu vcpu, int port, int bytes, int value) {
        if (value == FORBIDDEN) {
            Guest.raise(vcpu, UD);
            return false;
        }
        elements++;
        sum += value;
        return true;
    }

    @Override
    public boolean portIn(Vcpu vcpu, int port, int bytes) {
        elements++;
        Guest.setIn(vcpu, bytes, 0x1111_1111 * (int) (elements & 0xF));
        return true;
    }

    @Override
    public boolean interrupt(Vcpu vcpu, int vector) {
        interrupts++;
        return vector == KEPT_VECTOR;
    }

    @Override
    public void timer(Vcpu vcpu) {
        ticks++;
    }

    @Override
    public void trap(Vcpu vcpu) {
        traps++;
        trapsWanted--;
        vcpu.trap = trapsWanted > 0;
    }

    @Override
    public boolean vmcall(Vcpu vcpu, long number) {
        if (number == TRAP) {
            trapsWanted = vcpu.rbx;
            vcpu.trap = true;
            return true;
        }
        if (number == LEAVE) {
            vcpu.leave = true;
            return true;
        }
        if (number != REPORT) {
            return false;
        }
        vcpu.r8 = writes;
        vcpu.r9 = elements;
        vcpu.r10 = sum;
        vcpu.r11 = interrupts;
        vcpu.r12 = traps;
        vcpu.r13 = ticks;
        return true;
    }
}
