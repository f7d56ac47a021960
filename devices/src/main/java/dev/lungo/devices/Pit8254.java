package dev.lungo.devices;

import dev.lungo.machine.Frequencies;
import dev.lungo.machine.IrqLine;
import dev.lungo.machine.MissedTicks;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.Timers;

/**
 * The programmable interval timer on its four ports, and the port at 61h that gates its speaker
 * counter. Intel 8254 datasheet; 82371AB datasheet, "NMISC—NMI Status and Control Register".
 *
 * <p>Counter 0 drives IRQ0, counter 1 nothing, counter 2 the bit in port 61h; there is no speaker.
 * For edges that pass while the host is away, see {@link MissedTicks}. A count written in mode 3
 * counts from the end of the whole period on, not of the half.
 */
public final class Pit8254 implements PortDevice {
    /** The size of its range. */
    public static final int PORTS = 4;

    private static final int CONTROL = 3;
    private static final int READ_BACK = 3;

    // Port 61h
    private static final int TIMER2_GATE = 1;
    private static final int REFRESH_TOGGLE = 1 << 4;
    private static final int TIMER2_OUT = 1 << 5;
    private static final int WRITABLE = 0x0F;
    private static final int REFRESH_TICKS = 18; // 15 microseconds

    private final Timers timers;
    private final IrqLine irq0;
    private final Timers.Timer rise;
    private final PitCounter[] counters = new PitCounter[3];
    private int portB;

    /** When counter 0's OUT rises next; in the past while edges are made up for. */
    private long riseTick;

    /**
     * @param irq0 the OUT of counter 0
     */
    public Pit8254(IrqLine irq0, Timers timers) {
        this.irq0 = irq0;
        this.timers = timers;
        this.rise = timers.create(this, this::rise);
        clear();
    }

    public void reset() {
        clear();
        irq0.set(false);
    }

    private void clear() {
        rise.cancel();
        counters[0] = new PitCounter(true);
        counters[1] = new PitCounter(true);
        counters[2] = new PitCounter(false);
        portB = 0;
    }

    private long now() {
        return Frequencies.ticks(timers.clock().nanos(), Frequencies.PIT_HZ);
    }

    private void rise() {
        irq0.set(false);
        irq0.set(true);
        long due = nanos(riseTick);
        long now = timers.clock().nanos();
        long following = counters[0].nextRise(riseTick);
        if (following == Timers.NEVER) {
            return;
        }
        long period = nanos(following) - due;
        if (MissedTicks.next(due, period, now) != due + period) {
            schedule(); // too many have been missed
        } else {
            riseTick = following;
            rise.at(MissedTicks.at(due + period, period, now));
        }
    }

    private void schedule() {
        riseTick = counters[0].nextRise(now());
        rise.at(riseTick == Timers.NEVER ? Timers.NEVER : nanos(riseTick));
    }

    private static long nanos(long tick) {
        return Frequencies.nanos(tick, Frequencies.PIT_HZ);
    }

    @Override
    public int read(int offset) {
        return offset == CONTROL ? 0xFF : counters[offset].read(now());
    }

    @Override
    public void write(int offset, int value) {
        long now = now();
        if (offset != CONTROL) {
            counters[offset].write(value, now);
        } else if (value >> 6 == READ_BACK) {
            readBack(value, now);
            return;
        } else if ((value & 0x30) == 0) {
            counters[value >> 6].latchCount(now);
            return;
        } else {
            counters[value >> 6].setControl(value >> 4 & 3, value >> 1 & 7, (value & 1) != 0, now);
        }
        if (offset == 0 || (offset == CONTROL && value >> 6 == 0)) {
            irq0.set(counters[0].out(now));
            schedule();
        }
    }

    private void readBack(int value, long now) {
        for (int i = 0; i < 3; i++) {
            if ((value & 2 << i) != 0) {
                if ((value & 1 << 5) == 0) {
                    counters[i].latchCount(now);
                }
                if ((value & 1 << 4) == 0) {
                    counters[i].latchStatus(now);
                }
            }
        }
    }

    /** Port 61h. */
    public PortDevice portB() {
        return new PortDevice() {
            @Override
            public Object lock() {
                return Pit8254.this;
            }

            @Override
            public int read(int offset) {
                long now = now();
                return portB
                        | ((now / REFRESH_TICKS & 1) != 0 ? REFRESH_TOGGLE : 0)
                        | (counters[2].out(now) ? TIMER2_OUT : 0);
            }

            @Override
            public void write(int offset, int value) {
                portB = value & WRITABLE;
                counters[2].setGate((value & TIMER2_GATE) != 0, now());
            }
        };
    }
}
