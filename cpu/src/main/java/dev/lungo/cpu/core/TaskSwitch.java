package dev.lungo.cpu.core;

import dev.lungo.isa.ExceptionVector;

/** Placeholder: task switches. */
public final class TaskSwitch {
    enum Kind {
        JUMP,
        CALL,
        RETURN,
        EVENT
    }

    private final Processor cpu;

    TaskSwitch(Processor cpu) {
        this.cpu = cpu;
    }

    void to(int selector, long descriptor, Kind kind, long returnTo) {
        throw cpu.fault(ExceptionVector.GP, selector & 0xFFFC);
    }

    void throughGate(int selector, Kind kind, long returnTo) {
        throw cpu.fault(ExceptionVector.GP, selector & 0xFFFC);
    }

    void event(int selector, long returnTo, long flags, boolean hasCode, int code) {
        throw cpu.fault(ExceptionVector.GP, selector & 0xFFFC);
    }

    void back(long returnTo) {
        throw cpu.fault(ExceptionVector.TS, 0);
    }
}
