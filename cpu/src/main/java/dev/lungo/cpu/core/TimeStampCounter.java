package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import dev.lungo.machine.Frequencies;

/**
 * The time stamp counter: the machine's clock in ticks of {@link Frequencies#TSC_HZ}, and an offset
 * that writes move. SDM 3B, "Time-Stamp Counter" and "Time-Stamp Counter Adjustment".
 */
public final class TimeStampCounter {
    private final Processor cpu;

    /** IA32_TSC_ADJUST: the sum of what writes have moved the counter by. */
    private long adjust;

    TimeStampCounter(Processor cpu) {
        this.cpu = cpu;
    }

    public long read() {
        return Frequencies.ticks(cpu.clock.nanos(), Frequencies.TSC_HZ) + offset();
    }

    private long offset() {
        return Raw.getLong(cpu.state + State.TSC_OFFSET);
    }

    /** IA32_TSC_AUX, which RDTSCP and RDPID read. */
    public long aux() {
        return Raw.getLong(cpu.state + State.TSC_AUX);
    }

    void setAux(long value) {
        Raw.putLong(cpu.state + State.TSC_AUX, value);
    }

    /** WRMSR to IA32_TIME_STAMP_COUNTER. */
    void write(long value) {
        move(value - read());
    }

    long adjust() {
        return adjust;
    }

    /** WRMSR to IA32_TSC_ADJUST. */
    void setAdjust(long value) {
        move(value - adjust);
    }

    /** RESET# makes the counter zero; INIT leaves it alone. */
    void reset() {
        write(0);
        adjust = 0;
    }

    private void move(long ticks) {
        adjust += ticks;
        Raw.putLong(cpu.state + State.TSC_OFFSET, offset() + ticks);
        cpu.apic.setTscOffset(offset());
    }
}
