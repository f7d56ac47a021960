package dev.lungo.pc;

import dev.lungo.machine.CharBackend;
import dev.lungo.machine.Clock;
import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.RunLoopHost;
import dev.lungo.machine.Tracer;
import java.util.function.LongSupplier;

/**
 * What a machine stands on.
 *
 * @param memory as much as the machine has, all zero
 * @param clearMemory makes it so again
 * @param epochNanos the time of day, in nanoseconds since 1970, UTC
 * @param serial where the first serial port's bytes go
 */
public record Platform(
        GuestMemory memory,
        Runnable clearMemory,
        Clock clock,
        LongSupplier epochNanos,
        RunLoopHost loop,
        CharBackend serial,
        Tracer tracer,
        Peripherals peripherals) {
    /** Without peripherals. */
    public Platform(
            GuestMemory memory,
            Runnable clearMemory,
            Clock clock,
            LongSupplier epochNanos,
            RunLoopHost loop,
            CharBackend serial,
            Tracer tracer) {
        this(memory, clearMemory, clock, epochNanos, loop, serial, tracer, Peripherals.NONE);
    }
}
