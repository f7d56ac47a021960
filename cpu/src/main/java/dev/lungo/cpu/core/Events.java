package dev.lungo.cpu.core;

/** Placeholder: delivery of exceptions and interrupts. */
public final class Events {
    private final Processor cpu;

    Events(Processor cpu) {
        this.cpu = cpu;
    }

    /**
     * Delivers an exception that an instruction raised; RIP is that instruction's.
     *
     * @return false when the processor has shut down: a fault while delivering a double fault
     */
    public boolean exception(GuestFault fault) {
        return false;
    }

    /** Delivers an external interrupt, with the same result. */
    public boolean interrupt(int vector) {
        return cpu.cpl < 0;
    }

    public boolean nmi() {
        return false;
    }
}
