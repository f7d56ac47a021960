package dev.lungo.devices;

import dev.lungo.machine.Timers;

/**
 * One of an 8254's three counters. Intel 8254 datasheet, "Mode Definitions".
 *
 * <p>Nothing is counted: the tick at which the count was loaded is known, and what the counter and
 * OUT are follows from it. All times here are ticks of the input clock.
 */
final class PitCounter {
    private static final int LSB_THEN_MSB = 3;

    private int mode;
    private int access = LSB_THEN_MSB;
    private boolean bcd;
    private boolean gate;

    /** What is counted down from, 1 to 10000h; it has been loaded at {@link #start}. */
    private int initial = 0x10000;

    private long start;
    private boolean counting;
    private long heldElapsed;

    /** The control word is written, and no count yet. */
    private boolean awaitsCount = true;

    /** Modes 2 and 3: the count of the periods from {@link #nextStart} on, or 0. */
    private int nextInitial;

    private long nextStart;

    private int lowByteWritten;
    private boolean highByteNext;
    private boolean highByteReadNext;
    private int latchedCount;
    private int latchedBytes;
    private int latchedStatus = -1;

    PitCounter(boolean gate) {
        this.gate = gate;
    }

    // ---- Control

    void setControl(int rw, int modeBits, boolean isBcd, long now) {
        // Modes 6 and 7 are 2 and 3.
        mode = modeBits > 5 ? modeBits & 3 : modeBits;
        access = rw;
        bcd = isBcd;
        counting = false;
        heldElapsed = 0;
        awaitsCount = true;
        nextInitial = 0;
        highByteNext = false;
        highByteReadNext = false;
        latchedBytes = 0;
        latchedStatus = -1;
        start = now;
    }

    /** The counter latch command. A count that is latched already stays. */
    void latchCount(long now) {
        if (latchedBytes == 0) {
            latchedCount = encode(count(now));
            latchedBytes = access == LSB_THEN_MSB ? 2 : 1;
        }
    }

    /** The read-back command's status byte. */
    void latchStatus(long now) {
        if (latchedStatus < 0) {
            boolean nullCount = awaitsCount || nextInitial != 0 || now < start;
            latchedStatus =
                    (out(now) ? 0x80 : 0)
                            | (nullCount ? 0x40 : 0)
                            | access << 4
                            | mode << 1
                            | (bcd ? 1 : 0);
        }
    }

    // ---- The counter's port

    int read(long now) {
        if (latchedStatus >= 0) {
            int status = latchedStatus;
            latchedStatus = -1;
            return status;
        }
        int value = latchedBytes > 0 ? latchedCount : encode(count(now));
        boolean high = access == 2;
        if (access == LSB_THEN_MSB) {
            high = highByteReadNext;
            highByteReadNext = !highByteReadNext;
        }
        if (latchedBytes > 0) {
            latchedBytes--;
        }
        return (high ? value >> 8 : value) & 0xFF;
    }

    void write(int value, long now) {
        switch (access) {
            case 1 -> load(value, now);
            case 2 -> load(value << 8, now);
            default -> {
                highByteNext = !highByteNext;
                if (highByteNext) {
                    lowByteWritten = value;
                    if (mode == 0) {
                        hold(now); // the first byte disables counting and sets OUT low
                        awaitsCount = true;
                    }
                } else {
                    load(lowByteWritten | value << 8, now);
                }
            }
        }
    }

    private void load(int written, long now) {
        int count = decode(written);
        switch (mode) {
            case 1, 5 -> {
                initial = count; // for the next trigger
                awaitsCount = false;
            }
            case 2, 3 -> {
                follow(now);
                if (counting && now >= start) {
                    nextInitial = count;
                    nextStart = start + (now - start) / initial * initial + initial;
                } else {
                    begin(count, now);
                }
            }
            default -> begin(count, now);
        }
    }

    /** The count is loaded with the clock pulse after the write or the trigger. */
    private void begin(int count, long now) {
        initial = count;
        awaitsCount = false;
        nextInitial = 0;
        heldElapsed = 0;
        start = now + 1;
        counting = gate || mode == 1 || mode == 5;
    }

    private void hold(long now) {
        if (counting) {
            heldElapsed = elapsed(now);
            counting = false;
        }
    }

    /** Datasheet, "Gate Pin Operations Summary". */
    void setGate(boolean level, long now) {
        if (gate == level) {
            return;
        }
        follow(now);
        gate = level;
        if (awaitsCount) {
            return;
        }
        switch (mode) {
            case 0, 4 -> {
                if (level) {
                    start = now - heldElapsed;
                    counting = true;
                } else {
                    hold(now);
                }
            }
            case 2, 3 -> {
                if (level) {
                    begin(nextInitial != 0 ? nextInitial : initial, now);
                } else {
                    hold(now);
                }
            }
            default -> {
                if (level) {
                    begin(initial, now);
                }
            }
        }
    }

    /** Takes over a new count whose time has come. */
    private void follow(long now) {
        if (nextInitial != 0 && now >= nextStart) {
            start = nextStart;
            initial = nextInitial;
            nextInitial = 0;
        }
    }

    // ---- What follows from the time

    private long elapsed(long now) {
        return counting ? Math.max(0, now - start) : heldElapsed;
    }

    private int count(long now) {
        follow(now);
        long elapsed = elapsed(now);
        return switch (mode) {
            case 2 -> initial - (int) (elapsed % initial);
            case 3 -> {
                int inPeriod = (int) (elapsed % initial);
                int half = (initial + 1) / 2;
                yield (initial & ~1) - 2 * (inPeriod < half ? inPeriod : inPeriod - half);
            }
            default -> Math.floorMod(initial - elapsed, bcd ? 10_000 : 0x10000);
        };
    }

    boolean out(long now) {
        follow(now);
        long elapsed = elapsed(now);
        if (mode == 0) {
            return !awaitsCount && elapsed >= initial;
        }
        if (!counting) {
            return true;
        }
        return switch (mode) {
            case 1 -> elapsed >= initial;
            case 2 -> elapsed % initial != initial - 1;
            case 3 -> elapsed % initial < (initial + 1) / 2;
            default -> elapsed != initial;
        };
    }

    /** The first tick after {@code now} at which OUT rises, or {@link Timers#NEVER}. */
    long nextRise(long now) {
        follow(now);
        if (!counting) {
            return Timers.NEVER;
        }
        long rise =
                switch (mode) {
                    case 0, 1 -> start + initial;
                    case 2, 3 ->
                            nextInitial != 0
                                    ? nextStart
                                    : start + (elapsed(now) / initial + 1) * initial;
                    default -> start + initial + 1;
                };
        return rise > now ? rise : Timers.NEVER;
    }

    private int decode(int written) {
        int value =
                bcd
                        ? (written >> 12 & 15) * 1000
                                + (written >> 8 & 15) * 100
                                + (written >> 4 & 15) * 10
                                + (written & 15)
                        : written;
        return value != 0 ? value : bcd ? 10_000 : 0x10000;
    }

    private int encode(int value) {
        return bcd
                ? value / 1000 % 10 << 12
                        | value / 100 % 10 << 8
                        | value / 10 % 10 << 4
                        | value % 10
                : value & 0xFFFF;
    }
}
