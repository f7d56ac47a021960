package dev.lungo.cpu.core;

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
        return Frequencies.ticks(cpu.clock.nanos(), Frequencies.TSC_HZ) + cpu.system.tscOffset;
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
        cpu.system.tscOffset += ticks;
        cpu.apic.setTscOffset(cpu.system.tscOffset);
    }
}
