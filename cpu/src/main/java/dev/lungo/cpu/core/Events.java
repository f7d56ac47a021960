package dev.lungo.cpu.core;

import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Rflags;

/**
 * Exceptions and interrupts: what kind they are, and what becomes of faults while one is delivered.
 * SDM 3A, "Interrupt and Exception Handling". The delivery itself is in {@link Delivery}.
 */
public final class Events {
    /** How many faults in a row delivery may raise that make no double fault. */
    private static final int MAX_SERIAL_FAULTS = 64;

    private final Processor cpu;
    private final Delivery delivery;

    Events(Processor cpu) {
        this.cpu = cpu;
        this.delivery = new Delivery(cpu);
    }

    /**
     * Delivers an exception that an instruction raised; RIP is that instruction's, or for a debug
     * trap the next one's.
     *
     * @return false when the processor has shut down: a fault while delivering a double fault.
     *     Benign faults without end (an unusable #AC handler), with which hardware hangs, shut it
     *     down too
     */
    public boolean exception(GuestFault fault) {
        if (fault.waits) {
            cpu.raise(Pending.ASLEEP);
            return true;
        }
        ExceptionVector vector = fault.vector;
        int code = fault.errorCode;
        for (int i = 0; i < MAX_SERIAL_FAULTS; i++) {
            noteAddress(vector);
            GuestFault second =
                    attempt(vector.vector(), vector.pushesErrorCode(), code, pushedFlags(vector));
            if (second == null) {
                if (vector == ExceptionVector.DB) {
                    cpu.debug.handlerEntered();
                }
                return true;
            }
            noteAddress(second.vector);
            boolean benign = second.vector.severity() == ExceptionVector.Severity.BENIGN;
            if (vector == ExceptionVector.DF && !benign) {
                return false;
            }
            if (second.vector.doublesFault(vector)) {
                vector = ExceptionVector.DF;
                code = 0;
            } else {
                vector = second.vector;
                code = second.errorCode;
            }
        }
        return false;
    }

    private void noteAddress(ExceptionVector vector) {
        if (vector == ExceptionVector.PF) {
            cpu.system.cr2 = cpu.faultAddress;
        }
    }

    /** Faults push RFLAGS with RF set, except #DB. SDM 3B, "Instruction-Breakpoint Exception". */
    private long pushedFlags(ExceptionVector vector) {
        return switch (vector) {
            case DB, BP, OF, NMI, MC, DF -> cpu.flags.read();
            default -> cpu.flags.read() | Rflags.RF;
        };
    }

    private @org.jspecify.annotations.Nullable GuestFault attempt(
            int vector, boolean hasCode, int code, long flags) {
        cpu.tables.external = 1;
        try {
            delivery.deliver(vector, false, hasCode, code, flags, cpu.rip());
            return null;
        } catch (GuestFault second) {
            return second;
        } finally {
            cpu.tables.external = 0;
        }
    }

    /** Delivers an external interrupt, with the same result. */
    public boolean interrupt(int vector) {
        return external(vector);
    }

    /** Delivers an NMI; the next ones wait until IRET. */
    public boolean nmi() {
        cpu.nmiBlocked = true;
        return external(ExceptionVector.NMI.vector());
    }

    private boolean external(int vector) {
        GuestFault second = attempt(vector, false, 0, cpu.flags.read());
        return second == null || exception(second);
    }

    /**
     * INT n: faults if the gate's DPL is below CPL, or virtual-8086 mode does not allow it.
     *
     * @param next offset of the next instruction, to which the handler returns
     */
    public void software(int vector, long next) {
        if (cpu.isVm86() && delivery.redirected(vector, next)) {
            return;
        }
        delivery.deliver(vector, true, false, 0, cpu.flags.read(), next);
    }

    /** INT3 and INTO, which virtual-8086 mode does not keep from the IDT. */
    public void trap(ExceptionVector vector, long next) {
        delivery.deliver(vector.vector(), true, false, 0, cpu.flags.read(), next);
    }

    /** INT1, which the DPL of its gate does not stop. */
    public void int1(long next) {
        cpu.tables.external = 1;
        try {
            delivery.deliver(ExceptionVector.DB.vector(), false, false, 0, cpu.flags.read(), next);
        } finally {
            cpu.tables.external = 0;
        }
    }
}
